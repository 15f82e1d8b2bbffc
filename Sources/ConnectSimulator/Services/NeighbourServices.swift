/// The services round Connect: identities, quotas, and the endpoints that hand out credentials.
///
/// None of them has a quota here, and no fault of the plan strikes them.
struct NeighbourServices: Sendable {
    private let tokens: TokenService
    private let quotas: QuotaService
    private let portal: SignInPortal
    private let signIn: SignInTokens
    private let container: ContainerCredentials
    private let metadata: InstanceMetadata
    private let control: ControlDesk

    init(_ options: SimulatorOptions, gate: SignatureGate, keys: KeyRing) {
        let account = options.world.account
        tokens = TokenService(gate: gate, keys: keys, access: options.access)
        quotas = QuotaService(options, gate: gate)
        portal = SignInPortal(keys: keys, account: account)
        signIn = SignInTokens(keys: keys)
        container = ContainerCredentials(
            keys: keys, account: account, token: options.access.containerToken)
        metadata = InstanceMetadata(
            keys: keys, account: account, region: options.region,
            isDisabled: options.access.metadataIsDisabled)
        control = ControlDesk(keys: keys)
    }

    /// The answer of the service that a route leads to; nil where that is Connect itself.
    func answer(
        to call: Call, on route: Route, requestID: SimulatedID, statistics: Statistics,
        quotas rates: [OperationName: Quota], at now: Moment
    ) -> ServiceAnswer? {
        switch route {
        case .connect: nil
        case .tokens: tokens.answer(to: call, requestID: requestID, at: now)
        case .quotas: quotas.answer(to: call, requestID: requestID, of: rates, at: now)
        case .portal: portal.answer(to: call, requestID: requestID, at: now)
        case .signIn: signIn.answer(to: call, requestID: requestID, at: now)
        case .container: container.answer(to: call, at: now)
        case .metadata: metadata.answer(to: call, at: now)
        case .control: control.answer(to: call, statistics: statistics, at: now)
        }
    }
}
