package import AWSSigning

/// The access keys that a simulator knows unless it is told others.
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
}
