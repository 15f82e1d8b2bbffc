import TestSupport
import Testing
import TransferCore

// What a row in doubt comes to by the list of its contact's tree.
extension RowLifeTests {
    @Test func `a refusal after a lost answer is looked up: our own transfer may have caused it`() {
        let lost = failure("Timeout", .retry(mayHaveTakenEffect: true))
        let ended = failure("InvalidRequestException", .permanent)
        var life = life()
        _ = answer(&life, lost)
        #expect(answer(&life, ended) == .call(.listAssociatedContacts, .none))
        var other = life
        #expect(outcome(&life, list: child(at: noon)) == .transferred)
        #expect(outcome(&other, list: nothing, state: ContactState()) == .failed)
    }

    @Test func `a contact that came from this one elsewhere is not told for our own transfer`() {
        let elsewhere = ContactState(queue: QueueID(valid: "q-9"))
        for state in [elsewhere, ContactState()] {
            var life = life()
            _ = answer(&life, failure("IdempotencyException", .lookUp))
            #expect(
                life.lookUpAnswered(child(at: noon), policy: policy)
                    == .call(.describeContact, .none))
            #expect(life.contact.text == "c-2")
            // The flow may still be bringing it there.
            #expect(
                described(&life, state)
                    == .call(.describeContact, .backoff(failures: 1, atLeast: .seconds(5))))
            var late = life
            #expect(
                outcome(described(&late, ContactState(queue: QueueID(valid: "q-2"))))
                    == .transferred)
            #expect(outcome(described(&life, state)) == .uncertain)
        }
    }

    @Test func `nor is any where the flow decides, or one that cannot be looked at`() {
        var decided = life(to: .flowDecides)
        _ = answer(&decided, failure("IdempotencyException", .lookUp))
        #expect(outcome(decided.lookUpAnswered(child(at: noon), policy: policy)) == .uncertain)
        var denied = life()
        _ = answer(&denied, failure("IdempotencyException", .lookUp))
        _ = denied.lookUpAnswered(child(at: noon), policy: policy)
        let failure = failure("AccessDeniedException", .accessDenied)
        #expect(
            outcome(denied.describeAnswered(.failure(failure), askedAt: noon, policy: policy))
                == .uncertain)
    }

    @Test func `a contact that has just ended may be listed later still`() {
        for (age, wait) in [(-9, 60), (0, 60), (45, 15), (60, 0), (3600, 0)] {
            var life = life(inDoubtSince: noon - .seconds(7200))
            _ = answer(&life, failure("InvalidRequestException", .permanent))
            _ = life.lookUpAnswered(nothing, policy: policy)
            _ = life.lookUpAnswered(nothing, policy: policy)
            let ended = ContactState(disconnectedAt: noon - .seconds(age))
            let delay =
                wait == 0
                ? RowLife.Wait.none : .backoff(failures: 1, atLeast: .seconds(wait))
            #expect(described(&life, ended) == .call(.listAssociatedContacts, delay))
            var other = life
            #expect(outcome(life.lookUpAnswered(nothing, policy: policy)) == .failed)
            #expect(outcome(&other, list: child(at: noon)) == .transferred)
        }
        // Nor does a guard tell that it was somebody else.
        let place = Guard.queue(QueueID(valid: "q-1"))
        var life = life(mustBeAt: place, inDoubtSince: noon - .seconds(60))
        let ended = ContactState(disconnectedAt: noon - .seconds(50))
        #expect(outcome(&life, list: nothing, state: ended) == .skipped)
    }

    @Test func `how long ago a contact ended is told by the service's clock alone`() {
        var life = life(inDoubtSince: noon - .seconds(7200))
        _ = answer(&life, failure("InvalidRequestException", .permanent))
        _ = life.lookUpAnswered(nothing, policy: policy)
        _ = life.lookUpAnswered(nothing, policy: policy)
        // This machine's was put back by an hour.
        let service = noon - .seconds(3600)
        let ended = ContactState(disconnectedAt: service - .seconds(10), saidAt: service)
        #expect(
            described(&life, ended)
                == .call(
                    .listAssociatedContacts, .backoff(failures: 1, atLeast: .seconds(50))))
    }

    @Test func `a refusal after a lost answer stands only where the contact can be looked at`() {
        var life = life()
        _ = answer(&life, failure("Timeout", .retry(mayHaveTakenEffect: true)))
        _ = answer(&life, failure("InvalidRequestException", .permanent))
        _ = life.lookUpAnswered(nothing, policy: policy)
        #expect(life.lookUpAnswered(nothing, policy: policy) == .call(.describeContact, .none))
        let denied = failure("AccessDeniedException", .accessDenied)
        #expect(
            outcome(life.describeAnswered(.failure(denied), askedAt: noon, policy: policy))
                == .uncertain)
    }

    @Test func `our own transfer is found where the list shows it some seconds later`() {
        for code in ["InvalidRequestException", "IdempotencyException"] {
            var life = life()
            _ = answer(&life, failure("Timeout", .retry(mayHaveTakenEffect: true)))
            _ = answer(&life, failure(code, code.hasPrefix("Idem") ? .lookUp : .permanent))
            #expect(
                life.lookUpAnswered(nothing, policy: policy)
                    == .call(.listAssociatedContacts, .backoff(failures: 1, atLeast: .seconds(5))))
            #expect(outcome(&life, list: child(at: noon)) == .transferred)
        }
    }

    @Test func `a conflict, and a success that cannot be read, are looked up and never sent again`()
    {
        for code in ["IdempotencyException", "UnreadableAnswer"] {
            var life = life()
            #expect(answer(&life, failure(code, .lookUp)) == .call(.listAssociatedContacts, .none))
            #expect(outcome(&life, list: child(at: noon)) == .transferred)
        }
    }

    @Test
    func `proof is a contact that came from this one, not before it was sent, where it was to go`()
    {
        let conflict = failure("IdempotencyException", .lookUp)
        let cases: [(Result<Answer<[AssociatedContact]>, TransferFailure>, Outcome)] = [
            (child(at: noon), .transferred),
            (child(at: noon - .seconds(299)), .transferred),
            (child(at: noon - .seconds(302)), .uncertain),
            (child(of: "c-9", at: noon), .uncertain),
            (child(id: "c-1", at: noon), .uncertain),
            (child(at: nil), .uncertain),
        ]
        for (answers, expected) in cases {
            var life = life()
            _ = answer(&life, conflict)
            #expect(outcome(&life, list: answers) == expected)
        }
    }

    @Test func `a transfer that is ours if the clock was wrong leaves the row uncertain`() {
        let ended = failure("InvalidRequestException", .permanent)
        for (age, expected) in [(3600, Outcome.uncertain), (25 * 3600, .failed)] {
            var life = life()
            _ = answer(&life, failure("Timeout", .retry(mayHaveTakenEffect: true)))
            _ = answer(&life, ended)
            let before = child(at: noon - .seconds(age))
            #expect(outcome(&life, list: before) == expected)
        }
        // Nor is a row in doubt sent again, whose token may be forgotten.
        var old = life(inDoubtSince: noon - .seconds(25 * 3600))
        #expect(old.begin(at: noon, policy: policy) == .call(.listAssociatedContacts, .none))
        let before = child(at: noon - .seconds(26 * 3600))
        guard case .end(let ending) = old.lookUpAnswered(before, policy: policy) else {
            Issue.record("it is sent again")
            return
        }
        #expect(ending.outcome == .uncertain)
        #expect(ending.code == RowCode.unclearTime.rawValue)
    }

    @Test func `a token grows old while its row waits, until a look-up finds no effect`() {
        let day = Duration.seconds(24 * 3600)
        var life = life()
        _ = answer(&life, failure("Timeout", .retry(mayHaveTakenEffect: true)))
        #expect(!life.isTokenOld(at: noon - (.zero - day), policy: policy))
        let later = noon - (.seconds(-1) - day)
        #expect(life.isTokenOld(at: later, policy: policy))
        #expect(life.lookUpFirst() == .call(.listAssociatedContacts, .none))
        let decision = life.lookUpAnswered(nothing, policy: policy)
        #expect(decision == .call(.transferContact, .none))
        #expect(!life.isTokenOld(at: later, policy: policy))
        #expect(life.mayHaveTakenEffect)
    }

    @Test func `a look-up that is not allowed leaves the row uncertain`() {
        var life = life()
        _ = answer(&life, failure("IdempotencyException", .lookUp))
        let denied = failure("AccessDeniedException", .accessDenied)
        #expect(outcome(life.lookUpAnswered(.failure(denied), policy: policy)) == .uncertain)
    }

    @Test func `a contact that the service does not know was not transferred`() {
        let lost = failure("Timeout", .retry(mayHaveTakenEffect: true))
        var unknown = failure("ResourceNotFoundException", .permanent)
        unknown.httpStatus = 404
        var life = life()
        _ = answer(&life, lost)
        #expect(answer(&life, unknown) == .call(.listAssociatedContacts, .none))
        #expect(outcome(life.lookUpAnswered(.failure(unknown), policy: policy)) == .failed)
    }

    @Test(arguments: [(attempts: 1, reads: 20), (attempts: 50, reads: 50)])
    func `a row in doubt is read of long after a call would be given up`(
        attempts: Int, reads: Int
    ) {
        let fault = failure("InternalServiceException", .retry(mayHaveTakenEffect: true))
        var policy = RetryPolicy()
        policy.attemptsMax = attempts
        var life = life()
        _ = answer(&life, failure("UnreadableAnswer", .lookUp))
        for failures in 1..<reads {
            #expect(
                life.lookUpAnswered(.failure(fault), policy: policy)
                    == .call(.listAssociatedContacts, .backoff(failures: failures)))
        }
        var unheard = life
        #expect(outcome(unheard.lookUpAnswered(.failure(fault), policy: policy)) == .uncertain)
        #expect(
            life.lookUpAnswered(child(at: noon), policy: policy) == .call(.describeContact, .none))
        for failures in 1..<reads {
            #expect(
                life.describeAnswered(.failure(fault), askedAt: noon, policy: policy)
                    == .call(.describeContact, .backoff(failures: failures)))
        }
        var unseen = life
        #expect(
            outcome(unseen.describeAnswered(.failure(fault), askedAt: noon, policy: policy))
                == .uncertain)
        #expect(
            outcome(described(&life, ContactState(queue: QueueID(valid: "q-2")))) == .transferred)
    }
}
