/// What a profile says of IAM Identity Center: whom to ask, and for which role.
struct SSOSettings: Sendable {
    let profile: String
    /// The name of `[sso-session X]`; nil for the older form, all in the profile.
    let session: String?
    let startURL: String
    let region: String
    let accountID: String
    let roleName: String

    /// Nil where the profile is not one for SSO.
    ///
    /// A session alone gives tokens to other tools: beside keys or a process it means nothing here.
    init?(_ profile: Profile) throws(ConnectClientError) {
        let isForCredentials = profile.has("sso_account_id") || profile.has("sso_role_name")
        let isForTokens = profile.has("sso_session") || profile.has("sso_start_url")
        let hasOther = profile.has("aws_access_key_id") || profile.has("credential_process")
        guard isForCredentials || (isForTokens && !hasOther) else { return nil }
        let session = profile.has("sso_session") ? profile["sso_session"] ?? "" : nil
        if let session {
            guard profile.ssoSession.isPresent else {
                throw ConnectClientError(
                    .credentialsMisconfigured,
                    "The profile \(profile.name) names the sso_session \(session), but there is no "
                        + "[sso-session \(session)] in the file of settings. Add it with "
                        + "`aws configure sso-session`.")
            }
            try Self.refuseContradictions(in: profile, session)
        }
        func setting(_ key: String) -> String? { profile.ssoSession[key] ?? profile[key] }
        guard let startURL = setting("sso_start_url"), let region = setting("sso_region"),
            let accountID = setting("sso_account_id"), let roleName = setting("sso_role_name")
        else {
            let missing = ["sso_account_id", "sso_role_name", "sso_region", "sso_start_url"]
                .filter { setting($0) == nil }
            throw ConnectClientError(
                .credentialsMisconfigured,
                "The profile \(profile.name) is for SSO, but lacks "
                    + "\(missing.joined(separator: ", ")). Complete it with `aws configure sso "
                    + "--profile \(profile.name)`.")
        }
        self.profile = profile.name
        self.session = session
        (self.startURL, self.region) = (startURL, region)
        (self.accountID, self.roleName) = (accountID, roleName)
    }

    /// What names the file of the token.
    var tokenName: String { session ?? startURL }

    /// What to type to sign in.
    var signIn: String {
        session.map { "`aws sso login --sso-session \($0)`" }
            ?? "`aws sso login --profile \(profile)`"
    }

    private static func refuseContradictions(
        in profile: Profile, _ session: String
    ) throws(ConnectClientError) {
        for (key, value) in profile.ssoSession.properties.sorted(by: { $0.key < $1.key }) {
            guard let own = profile[key], own != value else { continue }
            throw ConnectClientError(
                .credentialsMisconfigured,
                "`\(key)` differs between the profile \(profile.name) and [sso-session "
                    + "\(session)]. Remove it from the profile.")
        }
    }
}
