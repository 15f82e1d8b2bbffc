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
        /// A profile or a variable that says where credentials come from contradicts itself.
        case credentialsMisconfigured = "CredentialsMisconfigured"
        /// The place that is set up for credentials did not give any.
        case credentialsUnavailable = "CredentialsUnavailable"
        case credentialsExpired = "CredentialsExpired"
        /// The task that asked for credentials was cancelled.
        case cancelled = "Cancelled"
    }

    package var code: Code
    package var message: String
    /// True where the same may succeed a little later, with nobody doing anything: a service or a
    /// machine that was not reached. A run then waits as it waits for Amazon Connect.
    package var isTransient: Bool

    package init(_ code: Code, _ message: String, isTransient: Bool = false) {
        self.code = code
        self.message = message
        self.isTransient = isTransient
    }

    package var description: String { message }

    /// True where the exit status is that of credentials (77), not that of usage.
    package var concernsCredentials: Bool {
        switch code {
        case .credentialsMissing, .credentialsIncomplete, .credentialsInvalid,
            .credentialsUnsupported, .credentialsMisconfigured, .credentialsUnavailable,
            .credentialsExpired, .cancelled, .profileFileUnreadable:
            true
        default: false
        }
    }
}
