/// A service of AWS that Baton calls, by its names.
package struct AWSService: Hashable, Sendable {
    /// In the scope of a signature.
    let signingName: String
    /// What its hosts' names begin with.
    let hostPrefix: String
    /// In settings: `sso_oidc` is `AWS_ENDPOINT_URL_SSO_OIDC` and `sso_oidc =` of `[services X]`.
    let settingsName: String

    package static let connect = AWSService(
        signingName: "connect", hostPrefix: "connect", settingsName: "connect")
    package static let sts = AWSService(signingName: "sts", hostPrefix: "sts", settingsName: "sts")
    package static let serviceQuotas = AWSService(
        signingName: "servicequotas", hostPrefix: "servicequotas", settingsName: "service_quotas")
    /// The portal of IAM Identity Center; called unsigned.
    package static let sso = AWSService(
        signingName: "awsssoportal", hostPrefix: "portal.sso", settingsName: "sso")
    /// Its OpenID Connect side; called unsigned.
    package static let ssoOIDC = AWSService(
        signingName: "sso-oauth", hostPrefix: "oidc", settingsName: "sso_oidc")
}
