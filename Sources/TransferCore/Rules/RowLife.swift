/// The life of one row within a run: from its claim to its outcome, call by call.
///
/// Each answer goes in, what to do next comes out; the run performs it.
package struct RowLife: Hashable, Sendable {
    package let request: TransferRequest
    private let mustBeAt: Guard?
    /// Whether the contact is looked at before it is transferred, guard or none.
    private let isVerified: Bool
    /// The earliest moment at which the request can have been sent.
    private var firstSentAt: Timestamp?
    /// TransferContact calls that counted, in this run and earlier ones.
    private var attempts: Int
    /// Failures since the last answer that moved the row on; the exponent of the backoff.
    private var failures = 0
    /// Calls of any kind that never left, and reads that failed, since then.
    private var unsent = 0
    private var failedReads = 0
    /// Whether an attempt may have taken effect without our hearing of it.
    package private(set) var mayHaveTakenEffect: Bool
    /// From when on one may have that no look-up has told of; nil where none can.
    private var unseenSince: Timestamp?
    private var lookUpPurpose = LookUpPurpose.beforeSending
    /// Whether the look-up under way is the second of its purpose.
    private var looksAgain = false
    /// The end that the row comes to once it is known whose fault the refusal is.
    private var diagnosed: Diagnosed?

    /// What to do next.
    package enum Decision: Hashable, Sendable {
        case call(RowOperation, Wait)
        case end(Ending)
        /// No row can succeed: the run stops, and this row stays pending.
        case stopRun(TransferFailure)
    }

    /// When the next call may be made, quota permitting.
    package enum Wait: Hashable, Sendable {
        case none
        /// Refused for want of quota, or met by a fault of all rows: before all other rows.
        case throttled
        /// After the backoff of the `failures`th failure, or longer where the service asks for it.
        case backoff(failures: Int, atLeast: Duration = .zero)
    }

    /// How a row ends.
    package struct Ending: Hashable, Sendable {
        package var outcome: Outcome
        package var code: String?
        package var message: String?
        package var newContact: ContactID?
        package var requestID: String?
        /// Whether it ended because the role may not do this.
        package var isAccessDenied = false
        /// Set where the service refused the transfer for good.
        package var refusal: Refusal?
    }

    /// Why a transfer was refused for good.
    package enum Refusal: Hashable, Sendable {
        /// A look at the contact explains it.
        case ofContact
        /// It may be the fault of flow or destination, and so of other rows too.
        case unexplained
    }

    /// Indirect, as the purposes below: hardly any row has one, and lives are copied at each step.
    private indirect enum Diagnosed: Hashable, Sendable {
        case refusal(Ending)
    }

    private indirect enum LookUpPurpose: Hashable, Sendable {
        /// An earlier run may have sent the row: has it taken effect?
        case beforeSending
        /// The service refuses, perhaps because an earlier attempt did take effect.
        case afterRefusal(Ending)
        /// All attempts failed in a way that may hide an effect.
        case whenUncertain(TransferFailure)
        /// How often was the contact transferred before?
        case beforeLimit
    }

    /// Takes up a claimed row.
    ///
    /// - Parameters:
    ///   - isVerified: whether the contact is looked at before it is transferred, so that one that
    ///     cannot be spends none of the quota for transfers.
    ///   - inDoubtSince: when an earlier run claimed it and did not tell what came of it.
    package init(
        _ request: TransferRequest, mustBeAt: Guard?, isVerified: Bool = false, attempts: Int,
        inDoubtSince: Timestamp?
    ) {
        self.request = request
        self.mustBeAt = mustBeAt
        // The state of a contact that may have been sent may be our own doing: its token tells.
        self.isVerified = isVerified && inDoubtSince == nil
        self.attempts = attempts
        firstSentAt = inDoubtSince
        mayHaveTakenEffect = inDoubtSince != nil
        unseenSince = inDoubtSince
    }

    /// The row's first call.
    ///
    /// A row in doubt is sent again with its token while that is young. An old token may be
    /// forgotten by the service, and a guard would take the effect of our own transfer for somebody
    /// else's, so these are looked up first.
    package func begin(at now: Timestamp, policy: RetryPolicy) -> Decision {
        let isInDoubt = unseenSince != nil
        if isTokenOld(at: now, policy: policy) || isInDoubt && firstOperation == .describeContact {
            return .call(.listAssociatedContacts, .none)
        }
        return .call(firstOperation, .none)
    }

    /// Whether the service may have forgotten the token of a transfer that may have taken effect, so
    /// that it must be looked up before it is sent again.
    package func isTokenOld(at now: Timestamp, policy: RetryPolicy) -> Bool {
        unseenSince.map { now - $0 > policy.tokenSafeAge } ?? false
    }

    /// Has the row looked up, since its token is old, and sent if there is no effect.
    package mutating func lookUpFirst() -> Decision { lookUp(.beforeSending) }

    private var firstOperation: RowOperation {
        mustBeAt == nil && !isVerified ? .transferContact : .describeContact
    }

    /// Which attempt the row's next transfer will be.
    package func attempt(policy: RetryPolicy) -> Attempt {
        Attempt(number: attempts + 1, max: policy.attemptsMax)
    }

    /// Hears the answer of TransferContact.
    package mutating func transferAnswered(
        _ result: Result<Answer<AcceptedTransfer>, TransferFailure>, sentAt: Timestamp,
        policy: RetryPolicy
    ) -> Decision {
        firstSentAt = min(firstSentAt ?? sentAt, sentAt)
        switch result {
        case .success(let answer):
            return .end(
                Ending(
                    outcome: .transferred, newContact: answer.value.newContact,
                    requestID: answer.requestID))
        case .failure(let failure):
            return transferFailed(failure, sentAt: sentAt, policy: policy)
        }
    }

    private mutating func transferFailed(
        _ failure: TransferFailure, sentAt: Timestamp, policy: RetryPolicy
    ) -> Decision {
        switch failure.advice {
        case .throttled:
            return .call(.transferContact, .throttled)
        case .credentials:
            return .stopRun(failure)
        case .retry(mayHaveTakenEffect: false, let retryAfter):
            unsent += 1
            return unsent < policy.unsentMax
                ? backOff(.transferContact, retryAfter) : endOfAttempts(failure)
        case .retry(mayHaveTakenEffect: true, let retryAfter):
            attempts += 1
            doubt(from: sentAt)
            return attempts < policy.attemptsMax
                ? backOff(.transferContact, retryAfter) : endOfAttempts(failure)
        case .lookUp:
            doubt(from: sentAt)
            return lookUp(.whenUncertain(failure))
        case .permanent, .accessDenied:
            var ending = Ending(.failed, failure)
            ending.refusal = .unexplained
            return mayHaveTakenEffect ? lookUp(.afterRefusal(ending)) : .end(ending)
        }
    }

    /// Looks at the contact of a refused transfer: is it the contact that cannot be transferred?
    ///
    /// A row that was looked at before it was sent has nothing more to tell.
    package mutating func diagnose(_ ending: Ending) -> Decision {
        guard ending.refusal == .unexplained, !isVerified, diagnosed == nil else {
            return .end(ending)
        }
        diagnosed = .refusal(ending)
        moveOn()
        return .call(.describeContact, .none)
    }

    /// Hears of a fault that meets the calls of all rows: the same call again, first of all rows, at
    /// no cost to this one.
    package mutating func serviceFailed(
        _ failure: TransferFailure, _ operation: RowOperation, sentAt: Timestamp
    ) -> Decision {
        if operation == .transferContact {
            firstSentAt = min(firstSentAt ?? sentAt, sentAt)
            if case .retry(mayHaveTakenEffect: true, _) = failure.advice { doubt(from: sentAt) }
        }
        return .call(operation, .throttled)
    }

    private mutating func doubt(from sentAt: Timestamp) {
        mayHaveTakenEffect = true
        unseenSince = min(unseenSince ?? sentAt, sentAt)
    }

    private mutating func endOfAttempts(_ failure: TransferFailure) -> Decision {
        mayHaveTakenEffect ? lookUp(.whenUncertain(failure)) : .end(Ending(.failed, failure))
    }

    /// Hears the answer of DescribeContact: goes on where the guard holds.
    package mutating func describeAnswered(
        _ result: Result<Answer<ContactState>, TransferFailure>, policy: RetryPolicy
    ) -> Decision {
        if case .refusal(let ending) = diagnosed {
            return diagnosisAnswered(result, ending, policy)
        }
        switch result {
        case .success(let answer):
            moveOn()
            let obstacle = answer.value.obstacle(
                to: request.destination, mustBeAt: mustBeAt, isVerified: isVerified)
            if let obstacle { return .end(Ending(obstacle)) }
            guard isVerified, answer.value.mayBeAtLimit else {
                return .call(.transferContact, .none)
            }
            return lookUp(.beforeLimit)
        case .failure(let failure):
            return readFailed(failure, .describeContact, policy) { Ending(.failed, $0) }
        }
    }

    private mutating func diagnosisAnswered(
        _ result: Result<Answer<ContactState>, TransferFailure>, _ ending: Ending,
        _ policy: RetryPolicy
    ) -> Decision {
        var explained = ending
        explained.refusal = .ofContact
        switch result {
        case .success(let answer):
            let obstacle = answer.value.obstacle(
                to: request.destination, mustBeAt: mustBeAt, isVerified: true)
            return .end(obstacle == nil ? ending : explained)
        case .failure(let failure) where failure.httpStatus == 404:
            return .end(explained)
        case .failure(let failure):
            return readFailed(failure, .describeContact, policy) { _ in ending }
        }
    }

    /// Hears the answer of ListAssociatedContacts: a contact that came from this one, not before
    /// the request was first sent, is the transfer's effect.
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
                return .end(
                    Ending(
                        outcome: .transferred, message: "Found by a look-up after a lost answer.",
                        newContact: proof.id, requestID: answer.requestID))
            }
            let doubtful = answer.value.first {
                isEffect($0, sinceSent: .zero - policy.clockErrorMax)
            }
            if let doubtful { return .end(unclear(doubtful)) }
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

    /// A transfer that is ours only if the clock was ahead when the request was sent: it is not told
    /// for ours, and the request not sent again either.
    private func unclear(_ contact: AssociatedContact) -> Ending {
        var ending =
            switch lookUpPurpose {
            case .afterRefusal(let ending): ending
            case .whenUncertain(let failure): Ending(.uncertain, failure)
            case .beforeSending, .beforeLimit:
                Ending(outcome: .uncertain, code: RowCode.unclearTime.rawValue)
            }
        let message = ending.message.map { "\($0) " } ?? ""
        ending.outcome = .uncertain
        ending.isAccessDenied = false
        ending.message =
            "\(message)Contact \(contact.id) came from this one before this row was sent, by this "
            + "machine's clock. If that was wrong, it is this row's transfer. See the contact in "
            + "Amazon Connect."
        return ending
    }

    /// Whether a look-up that finds nothing has the row told for not transferred: the list may come
    /// some seconds later than the transfer, so it is asked for twice.
    ///
    /// Before a row is sent again it need not be: its token tells.
    private var isEndOfDoubt: Bool {
        switch lookUpPurpose {
        case .beforeSending: firstOperation == .describeContact
        case .afterRefusal, .whenUncertain: true
        case .beforeLimit: false
        }
    }

    private func nothingFound() -> Decision {
        switch lookUpPurpose {
        case .beforeSending:
            .call(firstOperation, .none)
        case .beforeLimit:
            .call(.transferContact, .none)
        case .afterRefusal(let ending):
            .end(ending)
        case .whenUncertain(let failure):
            .end(Ending(.uncertain, failure))
        }
    }

    private static func unresolved(
        _ purpose: LookUpPurpose, _ failure: TransferFailure
    ) -> Ending {
        var ending =
            switch purpose {
            case .beforeSending, .beforeLimit: Ending(.uncertain, failure)
            case .afterRefusal(let ending): ending
            case .whenUncertain(let first): Ending(.uncertain, first)
            }
        ending.outcome = .uncertain
        ending.isAccessDenied = ending.isAccessDenied && failure.advice == .accessDenied
        ending.message =
            "\(ending.message ?? "") Whether it took effect could not be looked up: "
            + "\(failure.code). See the contact in Amazon Connect."
        return ending
    }

    /// A read that failed: again, or at the end what `giveUp` makes of it.
    private mutating func readFailed(
        _ failure: TransferFailure, _ operation: RowOperation, _ policy: RetryPolicy,
        giveUp: (TransferFailure) -> Ending
    ) -> Decision {
        switch failure.advice {
        case .throttled: return .call(operation, .throttled)
        case .credentials: return .stopRun(failure)
        case .retry(let mayHaveArrived, let retryAfter):
            if mayHaveArrived { failedReads += 1 } else { unsent += 1 }
            let isLast = failedReads >= policy.attemptsMax || unsent >= policy.unsentMax
            return isLast ? .end(giveUp(failure)) : backOff(operation, retryAfter)
        case .lookUp, .permanent, .accessDenied: return .end(giveUp(failure))
        }
    }

    private mutating func backOff(
        _ operation: RowOperation, _ retryAfter: Duration?
    ) -> Decision {
        failures += 1
        return .call(operation, .backoff(failures: failures, atLeast: retryAfter ?? .zero))
    }

    private mutating func lookUp(_ purpose: LookUpPurpose) -> Decision {
        lookUpPurpose = purpose
        looksAgain = false
        moveOn()
        return .call(.listAssociatedContacts, .none)
    }

    private mutating func moveOn() {
        failures = 0
        unsent = 0
        failedReads = 0
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

extension RowLife.Ending {
    fileprivate init(_ obstacle: Obstacle) {
        self.init(
            outcome: obstacle.outcome, code: obstacle.code.rawValue, message: obstacle.message)
    }

    fileprivate init(_ outcome: Outcome, _ failure: TransferFailure) {
        self.init(
            outcome: outcome, code: failure.code, message: failure.message,
            requestID: failure.requestID, isAccessDenied: failure.advice == .accessDenied)
    }
}
