/// Where every call is decided: quota, fate, effect, answer. A plain value behind the one lock.
package struct Desk: Sendable {
    /// What the shell has to do for a call.
    package struct Decision: Sendable {
        /// Names the call in `x-amzn-RequestId`.
        package let requestID: SimulatedID
        /// Nil where the connection is to be reset without an answer.
        package var reply: Reply?
        /// The transfer that took effect: to be recorded before anything is answered.
        package var effect: Transfer?
        /// What else became of a contact: the same.
        package var change: ContactChange?
        /// How long to wait before the reply or the reset.
        package var delay = Duration.zero
    }

    package private(set) var state: ConnectState
    package private(set) var statistics = Statistics()
    /// "By account, and per Region, not by user and not by instance": there is one account here in
    /// one Region, and the front door turns callers of other accounts away. A role of the account
    /// shares its buckets.
    private var buckets: [OperationName: TokenBucket]
    /// What fills them.
    package private(set) var quotas: [OperationName: Quota] = [:]
    private let faults: FaultPlan
    private let seed: UInt64
    private var callsAdmitted: UInt64 = 0
    private var requestIDs: SeededGenerator

    /// Opens for calls on a world, made once and given here.
    ///
    /// - Parameter state: what became of that world before; nil where nothing did.
    package init(
        _ options: SimulatorOptions, world: World, state: ConnectState? = nil, at start: Moment
    ) {
        seed = options.world.seed
        faults = options.faults
        self.state = state ?? ConnectState(world, at: start)
        // A stream of its own, so that what a call does never depends on how many came before.
        requestIDs = SeededGenerator(seed: seed, call: .max - 1)
        buckets = [:]
        for operation in Operation.definitions {
            let quota = options.quotas[operation.name] ?? operation.quota
            quotas[operation.name] = quota
            buckets[operation.name] = TokenBucket(quota, at: start)
        }
    }

    /// Raises or lowers the quota of an operation, as AWS does on request, in the middle of it all.
    package mutating func change(
        _ quota: Quota, of operation: OperationName, at now: Moment
    ) {
        quotas[operation] = quota
        buckets[operation]?.change(to: quota, at: now)
    }

    /// Loses a contact; nil where there is none of this id.
    package mutating func forget(_ contact: String, at now: Moment) -> ContactChange? {
        guard let change = try? state.forget(contact, at: now) else { return nil }
        state.apply(change)
        return change
    }

    /// Names a call of a service round Connect.
    package mutating func requestIDForNeighbour() -> SimulatedID {
        SimulatedID(using: &requestIDs)
    }

    /// Counts a call of a service round Connect, `sts:AssumeRole`.
    package mutating func count(_ operation: String, errorCode: String?) {
        statistics.operations[operation, default: .init()].received += 1
        if let errorCode {
            statistics.exceptions[errorCode, default: 0] += 1
        } else {
            statistics.operations[operation]?.succeeded += 1
        }
    }

    /// Decides a call.
    ///
    /// - Parameter refusal: why the front door turns it away; nil lets it in.
    package mutating func decide(
        _ call: Call, refusal: Refusal?, at now: Moment
    ) -> Decision {
        let match = Operation.matching(method: call.method, path: call.path)
        let name = match?.operation.name.rawValue ?? "Unknown"
        statistics.operations[name, default: .init()].received += 1

        if let refusal { return refused(refusal) }
        guard let (operation, labels) = match else {
            return refused(
                Refusal(.unknownOperation, "The service has nothing at \(call.path)."))
        }
        // Before anything is read: the service throttles calls whatever is in them.
        guard buckets[operation.name]?.admits(at: now) ?? true else {
            statistics.operations[name]?.throttled += 1
            return refused(Refusal(.throttling, "Rate exceeded"))
        }
        guard let query = CallParameters.pairs(call.query) else {
            return refused(Refusal(.invalidRequest, "The query cannot be decoded."))
        }
        let parameters = CallParameters(labels: labels, query: query, body: call.body)
        return admitted(operation, parameters, at: now)
    }

    private mutating func admitted(
        _ operation: Operation, _ parameters: CallParameters, at now: Moment
    ) -> Decision {
        let fate = faults.fate(ofCall: callsAdmitted, seed: seed)
        callsAdmitted += 1
        if let fault = fate.fault { statistics.faults[fault.rawValue, default: 0] += 1 }

        var decision: Decision
        switch fate.fault {
        case .internalError:
            decision = refused(Refusal(.internalService, "A fault of the simulator's plan."))
        case .internalErrorAfterEffect:
            let made = performed(operation, parameters, at: now)
            decision = refused(Refusal(.internalService, "A fault of the simulator's plan."))
            (decision.effect, decision.change) = (made.effect, made.change)
        case .unavailable:
            decision = refused(Refusal(.serviceUnavailable, "A fault of the simulator's plan."))
        case .bareThrottling:
            decision = Decision(
                requestID: SimulatedID(using: &requestIDs), reply: Reply(bare: 429))
        case .resetBeforeEffect:
            decision = Decision(requestID: SimulatedID(using: &requestIDs))
        case .resetAfterEffect:
            decision = performed(operation, parameters, at: now)
            decision.reply = nil
        case .hang, .slowBody, .cutBody, .emptyBody, .brokenJSON, .shortLength, nil:
            decision = performed(operation, parameters, at: now)
            decision.reply?.spoil(by: fate.fault, slowly: faults.slowBody)
        }
        decision.delay = fate.delay
        return decision
    }

    private mutating func performed(
        _ operation: Operation, _ parameters: CallParameters, at now: Moment
    ) -> Decision {
        do {
            let outcome = try operation.perform(parameters, &state, now)
            statistics.operations[operation.name.rawValue]?.succeeded += 1
            if outcome.effect != nil { statistics.transfers += 1 }
            if outcome.isRepeated { statistics.repeats += 1 }
            return Decision(
                requestID: SimulatedID(using: &requestIDs), reply: Reply(outcome.body),
                effect: outcome.effect, change: outcome.change)
        } catch {
            return refused(error)
        }
    }

    private mutating func refused(_ refusal: Refusal) -> Decision {
        statistics.exceptions[refusal.exception.rawValue, default: 0] += 1
        return Decision(requestID: SimulatedID(using: &requestIDs), reply: Reply(refusal))
    }
}

extension Reply {
    /// Has a fault strike the answer to a call that was performed.
    fileprivate mutating func spoil(by fault: Fault?, slowly time: Duration) {
        switch fault {
        case .slowBody: delivery = .slow(time)
        case .cutBody: delivery = .cut
        case .emptyBody: body = []
        case .brokenJSON: body = Array(body.prefix(body.count / 2))
        case .shortLength: delivery = .short
        default: break
        }
    }
}
