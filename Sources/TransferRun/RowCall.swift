import TransferCore

/// One call to make.
struct RowCall: Sendable {
    var row: Int
    var operation: Operation
    var request: TransferRequest
    var ticket: PaceController.Ticket
}

/// What a call brought.
struct CallAnswer: Sendable {
    enum Value: Sendable {
        case transfer(Result<Answer<AcceptedTransfer>, TransferFailure>)
        case describe(Result<Answer<ContactState>, TransferFailure>)
        case lookUp(Result<Answer<[AssociatedContact]>, TransferFailure>)
    }

    var call: RowCall
    var value: Value
    var startedAt: Timestamp
    var finishedAt: Timestamp
    var duration: Duration

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
