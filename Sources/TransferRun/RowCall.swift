package import TransferCore

/// One call to make.
package struct RowCall: Sendable {
    /// The row's number.
    package var row: Int
    /// The row's lane: which account and Region is called.
    package var lane = 0
    /// Which of the service's calls it is.
    package var operation: RowOperation
    /// What the row asks for; the reads take its contact and instance.
    package var request: TransferRequest
    /// Which of the row's attempts it is, where it is a transfer.
    package var attempt: Attempt
    var ticket: PaceController.Ticket
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
