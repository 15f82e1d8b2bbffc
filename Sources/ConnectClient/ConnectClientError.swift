/// Why the client cannot be set up, or has no credentials: a sentence that says what to do.
package struct ConnectClientError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: String, Hashable, Sendable {
        case regionMissing = "RegionMissing"
        case regionInvalid = "RegionInvalid"
        case endpointInvalid = "EndpointInvalid"
        case proxyInvalid = "ProxyInvalid"
        case settingsConflict = "SettingsConflict"
        case caBundleUnreadable = "CABundleUnreadable"
        case profileMissing = "ProfileMissing"
        case profileFileInvalid = "ProfileFileInvalid"
        case profileFileUnreadable = "ProfileFileUnreadable"
        case credentialsMissing = "CredentialsMissing"
        case credentialsIncomplete = "CredentialsIncomplete"
        case credentialsInvalid = "CredentialsInvalid"
        case credentialsUnsupported = "CredentialsUnsupported"
    }

    package var code: Code
    package var message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }

    /// True where the exit status is that of credentials (77), not that of usage.
    package var concernsCredentials: Bool {
        switch code {
        case .credentialsMissing, .credentialsIncomplete, .credentialsInvalid,
            .credentialsUnsupported, .profileFileUnreadable:
            true
        default: false
        }
    }
}
