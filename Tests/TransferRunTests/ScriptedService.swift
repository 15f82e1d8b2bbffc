import Synchronization
import TransferCore

/// A service that answers as a test says, and remembers what it was asked.
final class ScriptedService: TransferService {
    struct Call: Hashable {
        var operation: RowOperation
        var contact: ContactID
        var token: ClientToken?
        var attempt: Attempt?
    }

    /// What happens to a call that is the contact's `number`th of its operation, 1 = the first.
    typealias Script =
        @Sendable (Call, _ number: Int) async throws(TransferFailure) -> Void

    private let script: Script
    private let states: [ContactID: ContactState]
    private let made = Mutex<[Call]>([])

    init(states: [ContactID: ContactState] = [:], _ script: @escaping Script = { _, _ in }) {
        self.states = states
        self.script = script
    }

    /// All calls in the order in which they came.
    var calls: [Call] { made.withLock { $0 } }

    func calls(for row: Int) -> [Call] {
        calls.filter { $0.contact == ContactID(valid: "c-\(row)") }
    }

    func transfer(
        _ request: TransferRequest, attempt: Attempt
    ) async throws(TransferFailure) -> Answer<AcceptedTransfer> {
        try await play(Call(.transferContact, request.contact, request.token, attempt))
        return Answer(
            AcceptedTransfer(newContact: ContactID(valid: "\(request.contact)+1")), requestID: "r")
    }

    func describe(
        _ contact: ContactID, in instance: InstanceID
    ) async throws(TransferFailure) -> Answer<ContactState> {
        try await play(Call(.describeContact, contact, nil))
        return Answer(states[contact] ?? ContactState(), requestID: "r")
    }

    func associatedContacts(
        of contact: ContactID, in instance: InstanceID
    ) async throws(TransferFailure) -> Answer<[AssociatedContact]> {
        try await play(Call(.listAssociatedContacts, contact, nil))
        return Answer([], requestID: "r")
    }

    private func play(_ call: Call) async throws(TransferFailure) {
        let number = made.withLock { made in
            made.append(call)
            return made.count { $0.operation == call.operation && $0.contact == call.contact }
        }
        try await script(call, number)
    }
}

extension ScriptedService.Call {
    init(
        _ operation: RowOperation, _ contact: ContactID, _ token: ClientToken?,
        _ attempt: Attempt? = nil
    ) {
        self.init(operation: operation, contact: contact, token: token, attempt: attempt)
    }
}
