/// Who may come in, for how long, and by which ways: what the services round Connect are told.
package struct AccessOptions: Sendable {
    /// What every role asks of whoever assumes it; nil asks nothing.
    package var externalID: String?
    /// The code of the MFA device that every role asks for; nil asks for none.
    package var mfaCode: String?
    /// How long every credential and token that is given out lasts, whatever was asked for; nil
    /// gives what is asked for, or an hour. May be below AWS's minimum of 900 seconds.
    package var sessionLifetime: Duration?
    /// After how long from the start the static keys and SSO tokens are expired; nil is never.
    package var staticLifetime: Duration?
    /// The SSO access token that is good from the start.
    package var ssoAccessToken = SimulatorCredentials.ssoAccessToken
    /// The SSO refresh token that is good from the start.
    package var ssoRefreshToken = SimulatorCredentials.ssoRefreshToken
    /// What the container endpoint wants in `Authorization`; nil wants nothing.
    package var containerToken: String?
    /// True shuts the instance metadata: 403, as an instance whose metadata is off.
    package var metadataIsDisabled = false
    /// True refuses to tell quotas: the role may not ask Service Quotas.
    package var quotasAreDenied = false
    /// What nobody's role may call.
    package var deniedOperations: Set<OperationName> = []

    package init() {}
}
