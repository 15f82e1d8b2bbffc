package import TransferCore

/// A call of a reconciliation.
package final class ContactCall: Sendable {
    package let row: Int
    package let lane: Int
    package let operation: RowOperation
    package let contact: ContactID
    package let instance: InstanceID
    let ticket: PaceController.Ticket

    init(
        row: Int, lane: Int, operation: RowOperation, contact: ContactID, instance: InstanceID,
        ticket: PaceController.Ticket
    ) {
        self.row = row
        self.lane = lane
        self.operation = operation
        self.contact = contact
        self.instance = instance
        self.ticket = ticket
    }
}

/// What such a call brought.
package struct ContactAnswer: Sendable {
    package enum Value: Sendable {
        case describe(Result<ContactState, TransferFailure>)
        case lookUp(Result<[AssociatedContact], TransferFailure>)
    }

    package var call: ContactCall
    package var value: Value
    package var finishedAt: Timestamp

    package init(call: ContactCall, value: Value, finishedAt: Timestamp) {
        self.call = call
        self.value = value
        self.finishedAt = finishedAt
    }

    var failure: TransferFailure? {
        switch value {
        case .describe(.failure(let failure)), .lookUp(.failure(let failure)): failure
        default: nil
        }
    }
}
