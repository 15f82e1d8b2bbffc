package import AWSSigning

/// A place where credentials may be found.
package protocol CredentialProvider: Sendable {
    /// Looks for credentials anew at each call; nil where this place is not set up.
    ///
    /// A place that is set up and does not work is an error: to go on to the next would call AWS
    /// under another name than the operator meant.
    func credentials() async throws(ConnectClientError) -> FoundCredentials?
}

/// Credentials, and the place they came from.
package struct FoundCredentials: Hashable, Sendable {
    package let credentials: Credentials
    /// For people, with its article: `the environment`, `the profile night (assume-role)`.
    package let source: String

    package init(_ credentials: Credentials, from source: String) {
        self.credentials = credentials
        self.source = source
    }
}

/// The places in turn: the first that has credentials gives them.
package struct CredentialChain: CredentialProvider {
    private let providers: [any CredentialProvider]

    package init(_ providers: [any CredentialProvider]) { self.providers = providers }

    /// The chain as AWS's tools have it.
    ///
    /// - Parameter profile: what the operator named on the command line; the environment's keys are
    ///   then left aside (botocore, credentials.py, create_credential_resolver).
    package static func standard(
        profile: String?, environment: [String: String], surroundings: ClientSurroundings
    ) -> CredentialChain {
        let shared = ProfileCredentials(profile: profile, environment: environment)
        guard profile == nil else { return CredentialChain([shared]) }
        return CredentialChain([EnvironmentCredentials(environment: environment), shared])
    }

    /// Gives the first credentials found; an error where there are none at all.
    package func credentials() async throws(ConnectClientError) -> FoundCredentials? {
        for provider in providers {
            if let found = try await provider.credentials() { return found }
        }
        throw ConnectClientError(
            .credentialsMissing,
            "No AWS credentials were found. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or "
                + "name a profile of ~/.aws with --profile.")
    }
}

extension Credentials {
    /// Checks that keys are whole and can stand in a header.
    ///
    /// - Parameter place: where they come from, for messages.
    init(
        accessKeyID: String?, secretAccessKey: String?, sessionToken: String?, place: String
    ) throws(ConnectClientError) {
        guard let accessKeyID, let secretAccessKey else {
            let missing = accessKeyID == nil ? "the access key's id" : "the secret access key"
            throw ConnectClientError(
                .credentialsIncomplete,
                "The credentials of \(place) are not whole: \(missing) is missing. Set both.")
        }
        let isVisible = [accessKeyID, secretAccessKey, sessionToken ?? ""].allSatisfy {
            $0.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        }
        guard isVisible, !accessKeyID.contains("/") else {
            throw ConnectClientError(
                .credentialsInvalid,
                "The credentials of \(place) hold a blank or another sign that keys never have. "
                    + "Copy them again.")
        }
        self.init(
            accessKeyID: accessKeyID, secretAccessKey: secretAccessKey, sessionToken: sessionToken)
    }
}
