// What a row makes of the list of its contact's tree.
extension RowLife {
    /// Hears the answer of ListAssociatedContacts: a contact that came from this one, not before
    /// the request was first sent, is the transfer's effect if it is where that was to bring it.
    package mutating func lookUpAnswered(
        _ result: Result<Answer<[AssociatedContact]>, TransferFailure>, policy: RetryPolicy
    ) -> Decision {
        switch result {
        case .success(let answer) where lookUpPurpose == .beforeLimit:
            moveOn()
            let obstacle = Obstacle(afterTransfers: answer.value.transfers(to: request.contact))
            return obstacle.map { .end(Ending($0)) } ?? .call(.transferContact, .none)
        case .success(let answer):
            moveOn()
            let proof = answer.value.first {
                isEffect($0, sinceSent: .zero - policy.clockTolerance)
            }
            if let proof {
                // Where a flow decides no place tells whose transfer it was.
                return request.destination == .flowDecides
                    ? .end(unclear(proof, .unclearOrigin)) : look(for: .child(proof))
            }
            let doubtful = answer.value.first {
                isEffect($0, sinceSent: .zero - policy.clockErrorMax)
            }
            if let doubtful { return .end(unclear(doubtful, .unclearTime)) }
            guard looksAgain || !isEndOfDoubt else {
                looksAgain = true
                return .call(
                    .listAssociatedContacts, .backoff(failures: 1, atLeast: policy.lookUpLag))
            }
            unseenSince = nil
            return nothingFound()
        case .failure(let failure) where failure.httpStatus == 404:
            // What the service does not know it has not transferred.
            unseenSince = nil
            if case .afterRefusal(let ending) = lookUpPurpose { return .end(ending) }
            return nothingFound()
        case .failure(let failure) where lookUpPurpose == .beforeLimit && !failure.isOfRun:
            // It was to save a call, no more: the service counts the transfers itself.
            return nothingFound()
        case .failure(let failure):
            return readFailed(failure, .listAssociatedContacts, policy) { [lookUpPurpose] in
                Self.unresolved(lookUpPurpose, $0)
            }
        }
    }

    /// Whether a contact came from this one, so long after the request was first sent at the least.
    private func isEffect(_ contact: AssociatedContact, sinceSent least: Duration) -> Bool {
        guard contact.previous == request.contact, contact.id != request.contact,
            let initiated = contact.initiatedAt, let firstSentAt
        else { return false }
        return initiated - firstSentAt >= least
    }

    /// A transfer that may be ours or somebody else's: it is not told for ours, and the request not
    /// sent again either.
    ///
    /// - Parameter code: what is unclear: the time, since it is ours only if the clock was ahead when
    ///   the request was sent, or the origin.
    func unclear(_ contact: AssociatedContact, _ code: RowCode) -> Ending {
        let ending =
            switch lookUpPurpose {
            case .afterRefusal(let ending), .lastly(let ending): ending
            case .whenUncertain(let failure): Ending(.uncertain, failure)
            case .beforeSending, .beforeLimit: Ending(outcome: .uncertain, code: code.rawValue)
            }
        return ending.uncertain(
            code == .unclearTime
                ? "Contact \(contact.id) came from this one before this row was sent, by this "
                    + "machine's clock. If that was wrong, it is this row's transfer."
                : "Contact \(contact.id) came from this one after this row was sent, by its transfer "
                    + "or by somebody else's, which cannot be told from its place.")
    }

    /// Whether a look-up that finds nothing has the row told for not transferred: the list may come
    /// some seconds later than the transfer, so it is asked for twice.
    ///
    /// Before a row is sent again it need not be: its token tells.
    private var isEndOfDoubt: Bool {
        switch lookUpPurpose {
        case .beforeSending: firstOperation == .describeContact
        case .afterRefusal, .whenUncertain: true
        case .lastly, .beforeLimit: false
        }
    }

    private mutating func nothingFound() -> Decision {
        switch lookUpPurpose {
        case .beforeSending:
            .call(firstOperation, .none)
        case .beforeLimit:
            .call(.transferContact, .none)
        case .afterRefusal(let ending):
            look(for: .refusal(ending))
        case .lastly(let ending):
            .end(ending)
        case .whenUncertain(let failure):
            .end(Ending(.uncertain, failure))
        }
    }

    static func unresolved(
        _ purpose: LookUpPurpose, _ failure: TransferFailure
    ) -> Ending {
        var ending =
            switch purpose {
            case .beforeSending, .beforeLimit: Ending(.uncertain, failure)
            case .afterRefusal(let ending), .lastly(let ending): ending
            case .whenUncertain(let first): Ending(.uncertain, first)
            }
        ending.outcome = .uncertain
        ending.isAccessDenied = ending.isAccessDenied && failure.advice == .accessDenied
        ending.message =
            "\(ending.message ?? "") Whether it took effect could not be looked up: "
            + "\(failure.code). See the contact in Amazon Connect."
        return ending
    }
}

extension TransferFailure {
    /// Whether it concerns all of a run's calls, and not this one.
    fileprivate var isOfRun: Bool {
        switch advice {
        case .throttled, .credentials: true
        case .permanent, .accessDenied, .lookUp, .retry: false
        }
    }
}
