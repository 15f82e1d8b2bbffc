package import TransferCore

/// One call to make.
///
/// A class: it goes through a task and back, and its texts are not to be retained at each step.
package final class RowCall: Sendable {
    /// The row's number.
    package let row: Int
    /// The row's lane: which account and Region is called.
    package let lane: Int
    /// Which of the service's calls it is.
    package let operation: RowOperation
    /// The contact that it asks for: the row's, or one that came from it.
    package let contact: ContactID
    /// What the row asks for.
    package let request: TransferRequest
    /// Which of the row's attempts it is, where it is a transfer.
    package let attempt: Attempt
    let ticket: PaceController.Ticket

    init(
        row: Int, lane: Int, operation: RowOperation, life: RowLife, attempt: Attempt,
        ticket: PaceController.Ticket
    ) {
        self.row = row
        self.lane = lane
        self.operation = operation
        contact = life.contact
        request = life.request
        self.attempt = attempt
        self.ticket = ticket
    }
}

/// What a call brought.
package struct CallAnswer: Sendable {
    /// The answer or the failure of one of the three operations.
    package enum Value: Sendable {
        case transfer(Result<Answer<AcceptedTransfer>, TransferFailure>)
        case describe(Result<Answer<ContactState>, TransferFailure>)
        case lookUp(Result<Answer<[AssociatedContact]>, TransferFailure>)
    }

    /// The call that is answered.
    package var call: RowCall
    /// What it brought.
    package var value: Value
    /// When it was sent.
    package var startedAt: Timestamp
    /// When it was answered.
    package var finishedAt: Timestamp
    /// The time between, on a clock that only goes forward.
    package var duration: Duration

    /// Makes the answer of a call.
    package init(
        call: RowCall, value: Value, startedAt: Timestamp, finishedAt: Timestamp,
        duration: Duration
    ) {
        self.call = call
        self.value = value
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.duration = duration
    }

    var failure: TransferFailure? {
        switch value {
        case .transfer(.failure(let failure)), .describe(.failure(let failure)),
            .lookUp(.failure(let failure)):
            failure
        default: nil
        }
    }

    var requestID: String? {
        switch value {
        case .transfer(.success(let answer)): answer.requestID
        case .describe(.success(let answer)): answer.requestID
        case .lookUp(.success(let answer)): answer.requestID
        default: failure?.requestID
        }
    }
}
