package import AWSSigning
import TransferCore

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

extension Credentials {
    /// Checks that keys are whole and can stand in a header.
    ///
    /// - Parameters:
    ///   - expirationMilliseconds: since 1970; nil where nobody said when they end.
    ///   - place: where they come from, for messages.
    init(
        accessKeyID: String?, secretAccessKey: String?, sessionToken: String?,
        expirationMilliseconds: Int64? = nil, place: String
    ) throws(ConnectClientError) {
        guard let accessKeyID, let secretAccessKey else {
            let missing = accessKeyID == nil ? "the access key's id" : "the secret access key"
            throw ConnectClientError(
                .credentialsIncomplete,
                "The credentials of \(place) are not whole: \(missing) is missing. Set both.")
        }
        let isVisible = [accessKeyID, secretAccessKey, sessionToken ?? ""].allSatisfy(
            \.isVisibleASCII)
        guard isVisible, !accessKeyID.contains("/") else {
            throw ConnectClientError(
                .credentialsInvalid,
                "The credentials of \(place) hold a blank or another sign that keys never have. "
                    + "Copy them again.")
        }
        self.init(
            accessKeyID: accessKeyID, secretAccessKey: secretAccessKey, sessionToken: sessionToken,
            expirationMilliseconds: expirationMilliseconds)
    }
}

extension Credentials {
    /// Reads the JSON that processes, containers and instances give credentials in.
    ///
    /// - Parameters:
    ///   - token: the session token's member.
    ///   - isTemporary: token and end must be there.
    ///   - place: where they come from, for messages; none repeats a member.
    init(
        _ members: Members, token: String, isTemporary: Bool = false, place: String
    ) throws(ConnectClientError) {
        let names = ["AccessKeyId", "SecretAccessKey", token, "Expiration"]
        let needed = isTemporary ? names : Array(names[..<2])
        for name in names {
            let isThere = members.has(name)
            guard members.text(name).map({ !$0.isEmpty }) ?? !isThere,
                isThere || !needed.contains(name)
            else {
                throw ConnectClientError(
                    .credentialsIncomplete,
                    "What \(place) gave is not whole: \(name) is \(isThere ? "no text, or empty" : "missing")."
                )
            }
        }
        var end: Timestamp?
        if let text = members.text("Expiration") {
            end = try Timestamp(expiration: text, of: place)
        }
        try self.init(
            accessKeyID: members.text("AccessKeyId"),
            secretAccessKey: members.text("SecretAccessKey"), sessionToken: members.text(token),
            expirationMilliseconds: end?.milliseconds, place: place)
    }
}

extension Timestamp {
    /// Reads when credentials end.
    ///
    /// - Parameter place: where they come from, for messages.
    init(expiration text: String, of place: String) throws(ConnectClientError) {
        guard let moment = Timestamp(iso8601: text) else {
            throw ConnectClientError(
                .credentialsInvalid,
                "The credentials of \(place) do not say when they end in a way that can be read. "
                    + "The form is that of 2026-11-22T20:14:05Z.")
        }
        self = moment
    }
}
