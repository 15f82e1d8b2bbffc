package import AWSSigning

/// What a simulator is made of.
package struct SimulatorOptions: Sendable {
    /// The port to listen on, at 127.0.0.1 only; 0 lets the system choose.
    package var port = 0
    /// The Region that signatures must be scoped to.
    package var region: String { world.region }
    package var world: WorldOptions
    /// What may do everything; a session token in it must then be sent with every call.
    package var credentials = SimulatorCredentials.allowed
    /// What is denied everything.
    package var deniedCredentials = SimulatorCredentials.denied
    /// False takes calls without looking at their signatures.
    package var verifiesSignatures = true
    /// Who may come in by the services round Connect, and for how long.
    package var access = AccessOptions()
    /// How far the simulator's clock is before the machine's; negative is behind.
    package var clockSkew = Duration.zero
    /// Serves https; nil serves http.
    package var tls: TLSOptions?
    /// Quotas that differ from the operations' documented ones.
    package var quotas: [OperationName: Quota] = [:]
    package var faults = FaultPlan()
    /// The file to which each transfer that takes effect is appended as a line of JSON.
    package var effectsFile: String?
    /// The file that carries the transfers over a restart.
    package var stateFile: String?

    package init(world: WorldOptions = WorldOptions()) { self.world = world }
}
