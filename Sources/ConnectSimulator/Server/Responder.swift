import HTTPTypes
import HummingbirdCore
import NIOCore
import Synchronization

/// Takes requests off the wire, has them decided, and answers as AWS does.
final class Responder: Sendable {
    /// More than any call of the service can need; what is longer is answered with 413.
    static let bodyBytesMax = 64 * 1024

    /// The desk, and why it has closed: once a transfer was decided that could not be recorded.
    private struct Counter {
        var desk: Desk
        var failure: SimulatorError?
    }

    private let counter: Mutex<Counter>
    private let gate: SignatureGate
    private let neighbours: NeighbourServices
    private let effects: EffectsLog?
    private let journal: StateJournal?
    let clock: SimulatorClock
    /// Called once the count of effects is lost.
    private let onFailure: @Sendable (SimulatorError) -> Void

    init(
        _ options: SimulatorOptions, world: World, clock: SimulatorClock, effects: EffectsLog?,
        kept: (journal: StateJournal, state: ConnectState)? = nil,
        onFailure: @escaping @Sendable (SimulatorError) -> Void
    ) {
        let start = clock.now()
        counter = Mutex(Counter(desk: Desk(options, world: world, state: kept?.state, at: start)))
        let keys = KeyRing(
            allowed: options.credentials, denied: options.deniedCredentials,
            account: options.world.account, access: options.access, seed: options.world.seed,
            at: start)
        gate = SignatureGate(
            region: options.region, account: options.world.account, keys: keys,
            verifies: options.verifiesSignatures)
        neighbours = NeighbourServices(options, gate: gate, keys: keys)
        self.effects = effects
        journal = kept?.journal
        self.clock = clock
        self.onFailure = onFailure
    }

    var statistics: Statistics { counter.withLock { $0.desk.statistics } }

    /// The answer to one request.
    ///
    /// - Throws: where there is to be none; the connection is then closed.
    func response(to request: Request, on channel: any Channel) async throws -> Response {
        guard let body = try await Self.body(of: request) else {
            return Response(status: .contentTooLarge, headers: headers(for: request))
        }
        let call = Call(request.head, body: body)
        let route = Route(call)
        if route != .connect, let answer = answer(to: call, on: route) {
            return response(answer, to: request)
        }
        let decision = try decide(call)
        // A cancelled wait closes the connection: the server is going down.
        if decision.delay > .zero { try await Task.sleep(for: decision.delay) }
        guard let reply = decision.reply else { throw try await Self.reset(channel) }
        return response(reply, requestID: decision.requestID, to: request, on: channel)
    }

    /// - Throws: what kept a transfer from being recorded, at that call and at every later one: it
    ///   is in the state, and nobody may be told of it.
    private func decide(_ call: Call) throws(SimulatorError) -> Desk.Decision {
        let now = clock.now()
        let refusal = refusal(of: call, at: now)
        return try counter.withLock { counter throws(SimulatorError) in
            if let failure = counter.failure { throw failure }
            let decision = counter.desk.decide(call, refusal: refusal, at: now)
            guard decision.effect != nil || decision.change != nil else { return decision }
            // Under the lock, though it is a write to a file: were it outside, the same call
            // repeated on another connection could be answered before its effect is recorded.
            try record(decision.effect, decision.change, in: &counter)
            return decision
        }
    }

    private func record(
        _ effect: Transfer?, _ change: ContactChange?, in counter: inout Counter
    ) throws(SimulatorError) {
        do throws(SimulatorError) {
            // The journal first: after a kill between the two the effects are caught up.
            if let change { try journal?.append(change) }
            guard let effect else { return }
            try journal?.append(effect)
            try effects?.append(effect)
        } catch {
            counter.failure = error
            onFailure(error)
            throw error
        }
    }

    /// The answer of a service round Connect.
    private func answer(to call: Call, on route: Route) -> ServiceAnswer? {
        let now = clock.now()
        let (requestID, statistics, quotas) = counter.withLock {
            ($0.desk.requestIDForNeighbour(), $0.desk.statistics, $0.desk.quotas)
        }
        guard
            let answer = neighbours.answer(
                to: call, on: route, requestID: requestID, statistics: statistics, quotas: quotas,
                at: now)
        else { return nil }
        return counter.withLock { counter in
            if route != .control {
                counter.desk.count(answer.operation, errorCode: answer.errorCode)
            }
            if let change = answer.quotaChange {
                counter.desk.change(change.quota, of: change.operation, at: now)
            }
            guard let contact = answer.forgottenContact else { return answer }
            guard let change = counter.desk.forget(contact, at: now) else {
                return .status(answer.operation, 404, "There is no contact \(contact).")
            }
            do throws(SimulatorError) {
                try record(nil, change, in: &counter)
                return answer
            } catch {
                return .status(answer.operation, 500, error.description)
            }
        }
    }

    /// Why the front door turns a call away; outside the lock, since it is most of the work.
    private func refusal(of call: Call, at now: Moment) -> Refusal? {
        do {
            try gate.admit(
                call,
                operation: Operation.matching(method: call.method, path: call.path)?.operation.name,
                at: now)
            return nil
        } catch {
            return error
        }
    }
}
