import TestSupport
import Testing
import TransferCore

struct RowLifeTests {
    let policy = RetryPolicy()
    let noon = Timestamp(milliseconds: 1_800_000_000_000)
    private let request = TransferRequest(
        instance: InstanceID(valid: "i"), contact: ContactID(valid: "c-1"),
        flow: ContactFlowID(valid: "f"), destination: .queue(QueueID(valid: "q-2")),
        token: ClientToken(valid: "t"))

    func life(
        to destination: Destination = .queue(QueueID(valid: "q-2")), mustBeAt: Guard? = nil,
        isVerified: Bool = false, attempts: Int = 0, inDoubtSince: Timestamp? = nil
    ) -> RowLife {
        var request = request
        request.destination = destination
        return RowLife(
            request, mustBeAt: mustBeAt, isVerified: isVerified, attempts: attempts,
            inDoubtSince: inDoubtSince)
    }

    func failure(_ code: String, _ advice: TransferFailure.Advice) -> TransferFailure {
        TransferFailure(code: code, message: "m", httpStatus: 400, requestID: "r", advice: advice)
    }

    let nothing = Result<Answer<[AssociatedContact]>, TransferFailure>
        .success(Answer([], requestID: nil))

    /// The outcome after the same answer to each look-up, and to each look at a contact.
    ///
    /// - Parameter state: nil for the contact that a transfer made, where it was to go.
    func outcome(
        _ life: inout RowLife, list: Result<Answer<[AssociatedContact]>, TransferFailure>,
        state: ContactState? = nil
    ) -> Outcome? {
        let landed = ContactState(queue: QueueID(valid: "q-2"))
        var decision = life.lookUpAnswered(list, policy: policy)
        for _ in 0..<5 {
            switch decision {
            case .call(.listAssociatedContacts, _):
                decision = life.lookUpAnswered(list, policy: policy)
            case .call(.describeContact, _):
                decision = described(&life, state ?? landed)
            default:
                return outcome(decision)
            }
        }
        return outcome(decision)
    }

    func answer(
        _ life: inout RowLife, _ failure: TransferFailure
    ) -> RowLife.Decision {
        life.transferAnswered(.failure(failure), sentAt: noon, policy: policy)
    }

    func child(
        of previous: String = "c-1", id: String = "c-2", at: Timestamp?
    ) -> Result<Answer<[AssociatedContact]>, TransferFailure> {
        .success(
            Answer(
                [
                    AssociatedContact(
                        id: ContactID(valid: "c-1"), previous: nil, initiatedAt: noon),
                    AssociatedContact(
                        id: ContactID(valid: id), previous: ContactID(valid: previous),
                        initiatedAt: at),
                ], requestID: "l"))
    }

    func outcome(_ decision: RowLife.Decision) -> Outcome? {
        if case .end(let ending) = decision { ending.outcome } else { nil }
    }

    @Test func `ends as transferred with the new contact and the request's id`() throws {
        var life = life()
        #expect(life.begin(at: noon, policy: policy) == .call(.transferContact, .none))
        let accepted = AcceptedTransfer(newContact: ContactID(valid: "c-2"))
        let decision = life.transferAnswered(
            .success(Answer(accepted, requestID: "r")), sentAt: noon, policy: policy)
        guard case .end(let ending) = decision else { throw Unexpected() }
        #expect(ending.outcome == .transferred)
        #expect(ending.newContact?.text == "c-2")
        #expect(ending.requestID == "r")
    }

    @Test func `a throttled call costs the row nothing, however often`() {
        var life = life()
        for _ in 0..<1000 {
            #expect(
                answer(&life, failure("ThrottlingException", .throttled(retryAfter: nil)))
                    == .call(.transferContact, .throttled))
        }
        let fault = failure("InternalServiceException", .retry(mayHaveTakenEffect: true))
        #expect(answer(&life, fault) == .call(.transferContact, .backoff(failures: 1)))
    }

    @Test func `a passing fault is tried eight times and then looked up`() {
        var life = life()
        let fault = failure("InternalServiceException", .retry(mayHaveTakenEffect: true))
        for attempt in 1..<8 {
            #expect(answer(&life, fault) == .call(.transferContact, .backoff(failures: attempt)))
        }
        #expect(answer(&life, fault) == .call(.listAssociatedContacts, .none))
        #expect(outcome(&life, list: nothing) == .uncertain)
    }

    @Test func `attempts of earlier runs count`() {
        var life = life(attempts: 7)
        let fault = failure("InternalServiceException", .retry(mayHaveTakenEffect: true))
        #expect(answer(&life, fault) == .call(.listAssociatedContacts, .none))
    }

    @Test func `a call that never left does not count, and is given up in the end`() {
        var life = life()
        let refused = failure("ConnectionRefused", .retry(mayHaveTakenEffect: false))
        for attempt in 1..<policy.unsentMax {
            #expect(answer(&life, refused) == .call(.transferContact, .backoff(failures: attempt)))
        }
        #expect(outcome(answer(&life, refused)) == .failed)
    }

    @Test func `a read that never left is tried as long as a transfer would be`() {
        let refused = failure("ConnectionRefused", .retry(mayHaveTakenEffect: false))
        let fault = failure("InternalServiceException", .retry(mayHaveTakenEffect: true))
        var life = life(mustBeAt: .queue(QueueID(valid: "q-1")))
        for attempt in 1..<policy.unsentMax {
            #expect(
                life.describeAnswered(.failure(refused), askedAt: noon, policy: policy)
                    == .call(.describeContact, .backoff(failures: attempt)))
        }
        var other = life
        #expect(
            outcome(life.describeAnswered(.failure(refused), askedAt: noon, policy: policy))
                == .failed)
        for _ in 1..<policy.attemptsMax {
            let decision = other.describeAnswered(.failure(fault), askedAt: noon, policy: policy)
            #expect(outcome(decision) == nil)
        }
        #expect(
            outcome(other.describeAnswered(.failure(fault), askedAt: noon, policy: policy))
                == .failed)
    }

    @Test func `a refusal for good ends the row as failed`() throws {
        var life = life()
        let decision = answer(&life, failure("ResourceNotFoundException", .permanent))
        guard case .end(let ending) = decision else { throw Unexpected() }
        #expect(ending.outcome == .failed)
        #expect(ending.code == "ResourceNotFoundException")
        #expect(ending.requestID == "r")
    }

    @Test func `a denial that is put in the place of the service's answer leaves doubt`() {
        var life = life()
        var denied = failure("HTTP403", .accessDenied)
        denied.isOfService = false
        #expect(answer(&life, denied) == .call(.listAssociatedContacts, .none))
        #expect(outcome(&life, list: child(of: "c-1", at: noon)) == .transferred)
        // Where nothing gets through at all it counts for the run, which stops by it.
        var unseen = self.life()
        _ = answer(&unseen, denied)
        guard case .end(let ending) = unseen.lookUpAnswered(.failure(denied), policy: policy)
        else {
            Issue.record("not ended")
            return
        }
        #expect(ending.outcome == .uncertain)
        #expect(ending.isAccessDenied)
    }

    @Test func `a row in doubt is sent again while its token is young, else looked up first`() {
        let young = life(inDoubtSince: noon - .seconds(3600))
        #expect(young.begin(at: noon, policy: policy) == .call(.transferContact, .none))
        var old = life(inDoubtSince: noon - .seconds(25 * 3600))
        #expect(old.begin(at: noon, policy: policy) == .call(.listAssociatedContacts, .none))
        let decision = old.lookUpAnswered(nothing, policy: policy)
        #expect(decision == .call(.transferContact, .none))
    }

    @Test func `a row in doubt with a guard is looked up before the guard`() {
        let place = Guard.queue(QueueID(valid: "q-1"))
        var life = life(mustBeAt: place, inDoubtSince: noon - .seconds(60))
        #expect(life.begin(at: noon, policy: policy) == .call(.listAssociatedContacts, .none))
        #expect(
            life.lookUpAnswered(nothing, policy: policy)
                == .call(.listAssociatedContacts, .backoff(failures: 1, atLeast: .seconds(5))))
        #expect(
            life.lookUpAnswered(nothing, policy: policy) == .call(.describeContact, .none))
    }

    @Test func `a guard lets a contact go only from where it was expected`() {
        let cases: [(ContactState, RowCode?)] = [
            (ContactState(queue: QueueID(valid: "q-1")), nil),
            (ContactState(queue: QueueID(valid: "q-3")), .guardNotHeld),
            (
                ContactState(queue: QueueID(valid: "q-1"), user: UserID(valid: "u")), .guardNotHeld
            ),
            (ContactState(queue: QueueID(valid: "q-2")), .alreadyThere),
            (
                ContactState(queue: QueueID(valid: "q-1"), disconnectedAt: noon), .guardNotHeld
            ),
        ]
        for (state, code) in cases {
            var life = life(mustBeAt: .queue(QueueID(valid: "q-1")))
            #expect(life.begin(at: noon, policy: policy) == .call(.describeContact, .none))
            let decision = life.describeAnswered(
                .success(Answer(state, requestID: nil)), askedAt: noon, policy: policy)
            if let code {
                guard case .end(let ending) = decision else {
                    Issue.record("\(state) was sent")
                    continue
                }
                #expect(ending.outcome == .skipped)
                #expect(ending.code == code.rawValue)
            } else {
                #expect(decision == .call(.transferContact, .none))
            }
        }
    }

    @Test func `refused credentials stop the run and leave the row pending`() {
        var life = life()
        let expired = failure("ExpiredTokenException", .credentials)
        #expect(answer(&life, expired) == .stopRun(expired))
    }

    @Test func `waits as long as the service asks for after a fault`() {
        var life = life()
        let fault = failure("HTTP503", .retry(mayHaveTakenEffect: true, retryAfter: .seconds(5)))
        #expect(
            answer(&life, fault)
                == .call(.transferContact, .backoff(failures: 1, atLeast: .seconds(5))))
    }

    @Test func `backoff has full jitter under a doubling top`() {
        var rng = SplitMix64(seed: 3)
        for failures in 1...12 {
            let top = min(Duration.milliseconds(200) * (1 << (failures - 1)), .seconds(20))
            let waits = (0..<200).map { _ in policy.wait(afterFailure: failures, using: &rng) }
            #expect(waits.allSatisfy { $0 >= .zero && $0 <= top })
            #expect((waits.max() ?? .zero) > top * 9 / 10)
            #expect((waits.min() ?? top) < top / 10)
        }
    }

    private struct Unexpected: Error {}

    func described(
        _ life: inout RowLife, _ state: ContactState
    ) -> RowLife.Decision {
        life.describeAnswered(
            .success(Answer(state, requestID: "d")), askedAt: noon, policy: policy)
    }

    @Test func `a look holds for a minute, by a clock that may be set meanwhile`() {
        var life = life(mustBeAt: .queue(QueueID(valid: "q-1")))
        #expect(!life.isLookOld(at: noon, policy: policy))
        let seen = ContactState(queue: QueueID(valid: "q-1"))
        #expect(described(&life, seen) == .call(.transferContact, .none))
        for (age, isOld) in [(0, false), (60, false), (61, true), (86_400, true), (-1, true)] {
            #expect(life.isLookOld(at: noon - .seconds(-age), policy: policy) == isOld)
        }
        // Once it may have been transferred its state may be our own doing.
        let lost = failure("InternalServiceException", .retry(mayHaveTakenEffect: true))
        _ = answer(&life, lost)
        #expect(!life.isLookOld(at: noon - .seconds(-3600), policy: policy))
    }

    @Test func `a contact that is looked at first spends no transfer where it cannot be moved`() {
        let ended = ContactState(channel: "TASK", disconnectedAt: noon)
        let states: [(ContactState, Outcome, RowCode)] = [
            (ended, .failed, .contactEnded),
            (ContactState(channel: "VOICE"), .failed, .wrongChannel),
            (
                ContactState(channel: "EMAIL", queue: QueueID(valid: "q-2")), .skipped,
                .alreadyThere
            ),
        ]
        for (state, outcome, code) in states {
            var life = life(isVerified: true)
            #expect(life.begin(at: noon, policy: policy) == .call(.describeContact, .none))
            guard case .end(let ending) = described(&life, state) else {
                Issue.record("\(code) is no end")
                continue
            }
            #expect(ending.outcome == outcome)
            #expect(ending.code == code.rawValue)
        }
        var good = life(isVerified: true)
        #expect(described(&good, ContactState(channel: "TASK")) == .call(.transferContact, .none))
    }

    @Test func `counts the transfers of a contact that has several behind it`() {
        let ids = (0...11).map { ContactID(valid: "c-\($0)") }
        let chain = ids.enumerated().map { index, id in
            AssociatedContact(
                id: id, previous: index == 0 ? nil : ids[index - 1], initiatedAt: noon)
        }
        for count in [2, 10, 11] {
            let request = TransferRequest(
                instance: InstanceID(valid: "i"), contact: ids[count],
                flow: ContactFlowID(valid: "f"), destination: .queue(QueueID(valid: "q-2")),
                token: ClientToken(valid: "t"))
            var life = RowLife(
                request, mustBeAt: nil, isVerified: true, attempts: 0, inDoubtSince: nil)
            let state = ContactState(channel: "TASK", initial: ids[0], previous: ids[count - 1])
            #expect(described(&life, state) == .call(.listAssociatedContacts, .none))
            let tree = Answer(chain, requestID: "l")
            let decision = life.lookUpAnswered(.success(tree), policy: policy)
            if count == 11 {
                guard case .end(let ending) = decision else {
                    Issue.record("an 11th transfer is no end")
                    continue
                }
                #expect(ending.code == RowCode.transferLimit.rawValue)
                #expect(ending.outcome == .failed)
            } else {
                #expect(decision == .call(.transferContact, .none))
            }
        }
        // One transfer is told by the contact itself.
        var once = life(isVerified: true)
        let state = ContactState(channel: "TASK", initial: ids[0], previous: ids[0])
        #expect(described(&once, state) == .call(.transferContact, .none))
    }

    @Test func `a count that cannot be had keeps no contact from its transfer`() {
        for advice in [TransferFailure.Advice.accessDenied, .retry(mayHaveTakenEffect: true)] {
            var life = life(isVerified: true)
            let state = ContactState(
                channel: "TASK", initial: ContactID(valid: "a"), previous: ContactID(valid: "b"))
            _ = described(&life, state)
            let decision = life.lookUpAnswered(.failure(failure("X", advice)), policy: policy)
            #expect(decision == .call(.transferContact, .none))
        }
    }

    @Test func `a row in doubt is sent again with its token and not looked at`() {
        // What its contact has become may be our own transfer's doing.
        let life = life(isVerified: true, inDoubtSince: noon)
        #expect(life.begin(at: noon, policy: policy) == .call(.transferContact, .none))
    }
}
