/// The life of one row within a run: from its claim to its outcome, call by call.
///
/// Each answer goes in, what to do next comes out; the run performs it.
package struct RowLife: Hashable, Sendable {
    package let request: TransferRequest
    private let mustBeAt: Guard?
    /// Whether the contact is looked at before it is transferred, guard or none.
    private let isVerified: Bool
    /// The earliest moment at which the request can have been sent.
    var firstSentAt: Timestamp?
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
    var unseenSince: Timestamp?
    var lookUpPurpose = LookUpPurpose.beforeSending
    /// Whether the look under way, at the list or at a child, is the second of its purpose.
    var looksAgain = false
    /// What the look at a contact is for that is under way, or was; nil before it is sent.
    private var diagnosed: Diagnosed?
    /// When the contact was last seen to be where it may be transferred.
    private var seenAt: Timestamp?
    /// When the transfer was refused whose refusal is looked into.
    private var refusedAt: Timestamp?

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
    indirect enum Diagnosed: Hashable, Sendable {
        /// The end that the row comes to: whose fault is it, and may it be our own transfer's?
        case refusal(Ending)
        /// Is a contact that came from the row's in time where the row was to bring it?
        case child(AssociatedContact)
    }

    indirect enum LookUpPurpose: Hashable, Sendable {
        /// An earlier run may have sent the row: has it taken effect?
        case beforeSending
        /// The service refuses, perhaps because an earlier attempt did take effect.
        case afterRefusal(Ending)
        /// All attempts failed in a way that may hide an effect.
        case whenUncertain(TransferFailure)
        /// The contact has ended so long ago that its list tells whether that was our transfer.
        case lastly(Ending)
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

    /// Whether the look at the contact that is to precede its transfer was so long ago, by a clock
    /// that may have been set meanwhile, that somebody may have taken the contact since.
    package func isLookOld(at now: Timestamp, policy: RetryPolicy) -> Bool {
        guard unseenSince == nil, let seenAt else { return false }
        return !(.zero...policy.lookSafeAge).contains(now - seenAt)
    }

    /// Has the row looked up, since its token is old, and sent if there is no effect.
    package mutating func lookUpFirst() -> Decision { lookUp(.beforeSending) }

    var firstOperation: RowOperation {
        mustBeAt == nil && !isVerified ? .transferContact : .describeContact
    }

    /// The contact that the row's next call asks for.
    package var contact: ContactID {
        if case .child(let child) = diagnosed { child.id } else { request.contact }
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
            if !failure.isOfService { doubt(from: sentAt) }
            var ending = Ending(.failed, failure)
            ending.refusal = .unexplained
            return mayHaveTakenEffect ? lookUp(.afterRefusal(ending)) : .end(ending)
        }
    }

    /// Looks at the contact of a refused transfer: is it the contact that cannot be transferred?
    ///
    /// A row that was looked at before it was sent has nothing more to tell.
    package mutating func diagnose(_ ending: Ending, refusedAt: Timestamp) -> Decision {
        guard ending.refusal == .unexplained, !isVerified, diagnosed == nil else {
            return .end(ending)
        }
        self.refusedAt = refusedAt
        return look(for: .refusal(ending))
    }

    /// How the row ended, and when, where all that is still asked is whose fault that is.
    package var knownEnd: (ending: Ending, at: Timestamp)? {
        guard case .refusal(let ending) = diagnosed, !mayHaveTakenEffect, let refusedAt else {
            return nil
        }
        return (ending, refusedAt)
    }

    mutating func look(for purpose: Diagnosed) -> Decision {
        diagnosed = purpose
        looksAgain = false
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
        _ result: Result<Answer<ContactState>, TransferFailure>, askedAt: Timestamp,
        policy: RetryPolicy
    ) -> Decision {
        switch diagnosed {
        case .refusal(let ending): return diagnosisAnswered(result, ending, askedAt, policy)
        case .child(let child): return childAnswered(result, child, policy)
        case nil: break
        }
        switch result {
        case .success(let answer):
            moveOn()
            seenAt = askedAt
            let obstacle = answer.value.obstacle(
                to: request.destination, mustBeAt: mustBeAt, isVerified: isVerified)
            if let obstacle {
                guard mayHaveTakenEffect, let age = answer.value.endAge(askedAt: askedAt) else {
                    return .end(Ending(obstacle))
                }
                return endedInDoubt(Ending(obstacle), age, policy)
            }
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
        _ askedAt: Timestamp, _ policy: RetryPolicy
    ) -> Decision {
        var explained = ending
        explained.refusal = .ofContact
        switch result {
        case .success(let answer):
            if mayHaveTakenEffect, let age = answer.value.endAge(askedAt: askedAt) {
                return endedInDoubt(explained, age, policy)
            }
            let obstacle = answer.value.obstacle(
                to: request.destination, mustBeAt: mustBeAt, isVerified: true)
            return .end(obstacle == nil ? ending : explained)
        case .failure(let failure) where failure.httpStatus == 404:
            return .end(explained)
        case .failure(let failure):
            return readFailed(failure, .describeContact, policy) { [mayHaveTakenEffect] in
                mayHaveTakenEffect ? Self.unresolved(.afterRefusal(ending), $0) : ending
            }
        }
    }

    /// The contact ended `age` ago, and our own transfer may be what ended it though no list shows it
    /// yet: one that is asked for long enough after the end tells.
    private mutating func endedInDoubt(
        _ ending: Ending, _ age: Duration, _ policy: RetryPolicy
    ) -> Decision {
        _ = lookUp(.lastly(ending))
        let wait = policy.listLagMax - max(age, .zero)
        return .call(
            .listAssociatedContacts, wait > .zero ? .backoff(failures: 1, atLeast: wait) : .none)
    }

    /// Hears where a contact is that came from this one in time.
    ///
    /// Time alone is no proof: somebody else may have transferred it in the same minutes. Together
    /// with the place it is. A flow may take some seconds to bring it there.
    private mutating func childAnswered(
        _ result: Result<Answer<ContactState>, TransferFailure>, _ child: AssociatedContact,
        _ policy: RetryPolicy
    ) -> Decision {
        switch result {
        case .success(let answer) where answer.value.hasReached(request.destination):
            return .end(
                Ending(
                    outcome: .transferred, message: "Found by a look-up after a lost answer.",
                    newContact: child.id, requestID: answer.requestID))
        case .success where !looksAgain:
            looksAgain = true
            moveOn()
            return .call(.describeContact, .backoff(failures: 1, atLeast: policy.lookUpLag))
        case .success:
            return .end(unclear(child, .unclearOrigin))
        case .failure(let failure):
            return readFailed(failure, .describeContact, policy) { [lookUpPurpose] in
                Self.unresolved(lookUpPurpose, $0)
            }
        }
    }

    /// A read that failed: again, or at the end what `giveUp` makes of it.
    mutating func readFailed(
        _ failure: TransferFailure, _ operation: RowOperation, _ policy: RetryPolicy,
        giveUp: (TransferFailure) -> Ending
    ) -> Decision {
        switch failure.advice {
        case .throttled: return .call(operation, .throttled)
        case .credentials: return .stopRun(failure)
        case .retry(let mayHaveArrived, let retryAfter):
            if mayHaveArrived { failedReads += 1 } else { unsent += 1 }
            let readsMax = max(policy.attemptsMax, mayHaveTakenEffect ? policy.doubtReads : 0)
            let isLast = failedReads >= readsMax || unsent >= policy.unsentMax
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

    mutating func moveOn() {
        failures = 0
        unsent = 0
        failedReads = 0
    }
}

extension RowLife.Ending {
    /// The same where it may have been transferred, and why that is not known.
    func uncertain(_ why: String) -> Self {
        var ending = self
        ending.outcome = .uncertain
        ending.isAccessDenied = false
        ending.refusal = nil
        ending.message =
            (message.map { "\($0) " } ?? "") + "\(why) See the contact in Amazon Connect."
        return ending
    }

    init(_ obstacle: Obstacle) {
        self.init(
            outcome: obstacle.outcome, code: obstacle.code.rawValue, message: obstacle.message)
    }

    init(_ outcome: Outcome, _ failure: TransferFailure) {
        self.init(
            outcome: outcome, code: failure.code, message: failure.message,
            requestID: failure.requestID, isAccessDenied: failure.advice == .accessDenied)
    }
}

extension ContactState {
    /// How long ago it ended when it was looked at; nil while it is active.
    ///
    /// By the service's clock alone, where that was told: this machine's may be set meanwhile.
    fileprivate func endAge(askedAt: Timestamp) -> Duration? {
        disconnectedAt.map { (saidAt ?? askedAt) - $0 }
    }
}
