package import AWSSigning

/// The keys and tokens that a simulator knows unless it is told others.
///
/// They are no secrets: they open nothing but a simulator, which listens on this machine alone.
/// The ids have the form of AWS's, and say what they are.
package enum SimulatorCredentials {
    /// May do everything.
    package static let allowed = Credentials(
        accessKeyID: "AKIABATONSIMULATOR01",
        secretAccessKey: "baton-simulator-key-that-is-no-secret-01")
    /// Is signed for correctly and then denied everything: AccessDeniedException.
    package static let denied = Credentials(
        accessKeyID: "AKIABATONSIMULATOR02",
        secretAccessKey: "baton-simulator-key-that-is-no-secret-02")
    /// What `aws sso login` would have left in the token cache.
    package static let ssoAccessToken = "baton-simulator-sso-access-token"
    package static let ssoRefreshToken = "baton-simulator-sso-refresh-token"
    /// A JSON web token that says who it is for, with no signature; ends in 2100:
    /// `{"iss":"https://idp.example.com","sub":"operations","aud":"sts.amazonaws.com",…}`.
    package static let webIdentityToken =
        "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0."
        + "eyJpc3MiOiJodHRwczovL2lkcC5leGFtcGxlLmNvbSIsInN1YiI6Im9wZXJhdGlvbnMiLCJhdWQiOiJzdHMu"
        + "YW1hem9uYXdzLmNvbSIsImV4cCI6NDEwMjQ0NDgwMH0.c2lnbmF0dXJl"
}
