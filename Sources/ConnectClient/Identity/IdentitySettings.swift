import TransferCore

/// What the providers that call AWS go by.
struct IdentitySettings: Sendable {
    /// What the operator named; else `AWS_PROFILE`, else `default`.
    let profile: String?
    /// What the operator or the instance's ARN named.
    let region: String?
    let environment: [String: String]
    let surroundings: ClientSurroundings

    /// STS as the operator's own profile has it, in all links of a chain.
    ///
    /// - Parameter credentials: nil for calls that go unsigned.
    func sts(_ credentials: CredentialCache?) throws(ConnectClientError) -> STSClient {
        let settings = try ClientSettings(profile: profile, environment: environment)
        return try STSClient(
            settings, region: settings.region(region), credentials: credentials,
            surroundings: surroundings)
    }

    /// A session's name that was not chosen: it stands in CloudTrail.
    var sessionName: String { "baton-\(surroundings.now().milliseconds / 1000)" }
}

extension ConnectClientError {
    /// What it means that a service which gives credentials gave none.
    ///
    /// - Parameters:
    ///   - what: the sentence's beginning, such as `The role r of the profile p cannot be assumed`.
    ///   - advice: what to do where trying again does not help.
    init(_ failure: TransferFailure, _ what: String, advice: String) {
        let status = failure.httpStatus == nil ? "" : " (\(failure.code))"
        let message = failure.message.last == "." ? failure.message : failure.message + "."
        self.init(
            .credentialsUnavailable,
            "\(what): \(message.dropLast())\(status). "
                + (failure.isTransient ? "Try again later." : advice),
            isTransient: failure.isTransient)
    }
}
