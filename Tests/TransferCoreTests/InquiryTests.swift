import Testing
import TransferCore

/// What is made of the service's word, finding by finding.
struct InquiryTests {
    private static let noon = Timestamp(milliseconds: 1_800_000_000_000)
    private static let own = ContactID(valid: "own")
    private static let new = ContactID(valid: "new")
    private static let last = ContactID(valid: "last")
    private static let queue = QueueID(valid: "queue")
    private static let elsewhere = QueueID(valid: "elsewhere")
    private static let user = UserID(valid: "user")

    private static let inQueue = ContactState(queue: queue)
    private static let inOther = ContactState(queue: elsewhere)
    private static let nowhere = ContactState()
    private static let missing = TransferFailure(
        code: "ResourceNotFoundException", message: "No.", httpStatus: 404, advice: .permanent)
    private static let denied = TransferFailure(
        code: "AccessDeniedException", message: "No.", httpStatus: 403, advice: .accessDenied)

    /// A service that knows these contacts, and these trees.
    private struct Service {
        var states: [ContactID: ContactState] = [:]
        var trees: [ContactID: [AssociatedContact]] = [:]
        /// What it says of all others.
        var failure = InquiryTests.missing
        var treeFailure: TransferFailure?
        /// What was asked, in order.
        private(set) var asked: [String] = []

        mutating func ask(_ claim: Claim) -> Inquiry.Found {
            var inquiry = Inquiry(claim)
            var decision = inquiry.begin()
            while true {
                switch decision {
                case .found(let found): return found
                case .describe(let contact):
                    asked.append("describe \(contact)")
                    decision = inquiry.describeAnswered(
                        states[contact].map { .success($0) } ?? .failure(failure))
                case .lookUp(let contact):
                    asked.append("tree of \(contact)")
                    decision = inquiry.lookUpAnswered(
                        treeFailure.map { .failure($0) }
                            ?? trees[contact].map { .success($0) } ?? .failure(failure))
                }
            }
        }
    }

    private func ended(_ state: ContactState, _ reason: String = "API") -> ContactState {
        var state = state
        state.disconnectedAt = Self.noon
        state.disconnectReason = reason
        return state
    }

    private func tree(_ links: [(ContactID, from: ContactID?)], at seconds: Int64 = 0)
        -> [AssociatedContact]
    {
        links.map { link in
            AssociatedContact(
                id: link.0, previous: link.from,
                initiatedAt: Timestamp(milliseconds: Self.noon.milliseconds + seconds * 1000))
        }
    }

    private func transferred(to destination: Destination = .queue(queue)) -> Claim {
        Claim(
            outcome: .transferred, contact: Self.own, instance: InstanceID(valid: "i"),
            newContact: Self.new, destination: destination)
    }

    /// A row that may have been sent from noon to a minute past.
    private func doubtful(_ outcome: Outcome = .uncertain) -> Claim {
        Claim(
            outcome: outcome, contact: Self.own, instance: InstanceID(valid: "i"),
            destination: .queue(Self.queue),
            inDoubt: Claim.SendingTime(
                first: Self.noon, last: Timestamp(milliseconds: Self.noon.milliseconds + 60_000)))
    }

    private func untouched(_ outcome: Outcome, code: String? = nil) -> Claim {
        Claim(
            outcome: outcome, code: code, contact: Self.own, instance: InstanceID(valid: "i"),
            destination: .queue(Self.queue))
    }

    // Rows that were transferred.

    @Test func `a contact in its queue has landed, by one call`() {
        var service = Service(states: [Self.new: Self.inQueue])
        let found = service.ask(transferred())
        #expect(found.finding == .landed)
        #expect(found.contact == Self.new)
        #expect(found.queue == Self.queue)
        #expect(service.asked == ["describe new"])
    }

    @Test func `one that an agent took from its queue has landed`() {
        var service = Service(states: [Self.new: ContactState(queue: Self.queue, user: Self.user)])
        let found = service.ask(transferred())
        #expect(found.finding == .landed)
        #expect(found.user == Self.user)
    }

    @Test(arguments: [
        (ContactState(user: user), Finding.landed),
        (ContactState(queue: QueueID(valid: "user")), .landed),
        (ContactState(queue: QueueID(valid: "agent/user")), .landed),
        (ContactState(queue: queue), .notLanded),
        (ContactState(queue: queue, user: UserID(valid: "other")), .notLanded),
        (nowhere, .notLanded),
    ])
    func `a contact is its user's with him, or in his own queue`(
        state: ContactState, finding: Finding
    ) {
        var service = Service(states: [Self.new: state])
        #expect(service.ask(transferred(to: .user(Self.user))).finding == finding)
    }

    @Test(arguments: [(inOther, Finding.landed), (nowhere, .notLanded)])
    func `where the flow decides any place will do, but none will not`(
        state: ContactState, finding: Finding
    ) {
        var service = Service(states: [Self.new: state])
        #expect(service.ask(transferred(to: .flowDecides)).finding == finding)
    }

    @Test func `one that waits elsewhere has not landed, and it is said where it is`() {
        var service = Service(states: [Self.new: Self.inOther])
        let found = service.ask(transferred())
        #expect(found.finding == .notLanded)
        #expect(found.queue == Self.elsewhere)
        #expect(found.message == "It is in queue elsewhere and not in queue queue.")
    }

    @Test func `one that its flow ended has not landed`() {
        var service = Service(
            states: [Self.new: ended(Self.nowhere, "CONTACT_FLOW_DISCONNECT")],
            trees: [Self.new: tree([(Self.own, nil), (Self.new, Self.own)])])
        let found = service.ask(transferred())
        #expect(found.finding == .notLanded)
        #expect(found.endedAt == Self.noon)
        #expect(found.disconnectReason == "CONTACT_FLOW_DISCONNECT")
        #expect(service.asked == ["describe new", "tree of new"])
    }

    @Test func `one that ended in its queue has ended`() {
        var service = Service(
            states: [Self.new: ended(Self.inQueue)],
            trees: [Self.new: tree([(Self.own, nil), (Self.new, Self.own)])])
        let found = service.ask(transferred())
        #expect(found.finding == .ended)
        #expect(found.disconnectReason == "API")
    }

    @Test func `one that was transferred on is followed to the last of its chain`() {
        let middle = ContactID(valid: "middle")
        var service = Service(
            states: [Self.new: ended(Self.inQueue), Self.last: Self.inOther],
            trees: [
                Self.new: tree([
                    (Self.own, nil), (Self.new, Self.own), (Self.last, middle),
                    (middle, Self.new),
                ])
            ])
        let found = service.ask(transferred())
        #expect(found.finding == .movedOn)
        #expect(found.contact == Self.last)
        #expect(found.queue == Self.elsewhere)
        #expect(service.asked == ["describe new", "tree of new", "describe last"])
    }

    @Test func `one that moved on, to be told no more of, has moved on all the same`() {
        var service = Service(
            states: [Self.new: ended(Self.inQueue)],
            trees: [Self.new: tree([(Self.new, Self.own), (Self.last, Self.new)])])
        let found = service.ask(transferred())
        #expect(found.finding == .movedOn)
        #expect(found.contact == Self.last)
        #expect(found.queue == nil)
    }

    @Test(arguments: [(inQueue, Finding.landed), (inOther, .notLanded)])
    func `a flow may carry it there by way of another contact`(
        state: ContactState, finding: Finding
    ) {
        var service = Service(
            states: [Self.new: ended(Self.nowhere), Self.last: state],
            trees: [Self.new: tree([(Self.new, Self.own), (Self.last, Self.new)])])
        let found = service.ask(transferred())
        #expect(found.finding == finding)
        #expect(found.contact == Self.last)
    }

    @Test func `a new contact that the service does not know is not found`() {
        var service = Service()
        #expect(service.ask(transferred()).finding == .notFound)
        #expect(service.asked == ["describe new"])
    }

    @Test func `what may not be asked is not known`() {
        var service = Service(failure: Self.denied)
        let found = service.ask(transferred())
        #expect(found.finding == .unknown)
        #expect(found.message.contains("AccessDeniedException"))

        var half = Service(states: [Self.new: ended(Self.inQueue)], treeFailure: Self.denied)
        #expect(half.ask(transferred()).finding == .unknown)
    }

    @Test func `a tree that leads in a circle ends`() {
        var service = Service(
            states: [Self.new: ended(Self.inQueue), Self.last: Self.inOther],
            trees: [Self.new: tree([(Self.new, Self.last), (Self.last, Self.new)])])
        #expect([.movedOn, .ended].contains(service.ask(transferred()).finding))
    }

    // Rows that were not.

    @Test(arguments: [Outcome.failed, .skipped, .pending, .rejected])
    func `an active contact was not transferred, by one call`(outcome: Outcome) {
        var service = Service(states: [Self.own: Self.inOther])
        let found = service.ask(untouched(outcome))
        #expect(found.finding == .notTransferred)
        #expect(found.finding.agrees(with: outcome))
        #expect(found.queue == Self.elsewhere)
        #expect(service.asked == ["describe own"])
    }

    @Test func `an ended one that nothing came from was not transferred`() {
        var service = Service(
            states: [Self.own: ended(Self.inOther)], trees: [Self.own: tree([(Self.own, nil)])])
        let found = service.ask(untouched(.failed))
        #expect(found.finding == .notTransferred)
        #expect(found.endedAt == Self.noon)
    }

    @Test(arguments: [Outcome.failed, .skipped, .pending])
    func `one that somebody else transferred was moved by others`(outcome: Outcome) {
        var service = Service(
            states: [Self.own: ended(Self.inOther), Self.last: Self.inQueue],
            trees: [Self.own: tree([(Self.own, nil), (Self.new, Self.own), (Self.last, Self.new)])])
        let found = service.ask(untouched(outcome))
        #expect(found.finding == .movedByOthers)
        #expect(found.contact == Self.last)
        #expect(found.child?.id == Self.new)
        #expect(!found.finding.agrees(with: outcome))
    }

    @Test func `a row refused as not found is as the ledger says where it is not found`() {
        var service = Service()
        #expect(
            service.ask(untouched(.failed, code: "ResourceNotFoundException")).finding
                == .notTransferred)
        #expect(service.ask(untouched(.rejected)).finding == .notTransferred)
        for outcome in [Outcome.pending, .skipped, .uncertain] {
            #expect(service.ask(untouched(outcome)).finding == .notFound)
        }
        #expect(
            service.ask(untouched(.failed, code: "InvalidRequestException")).finding == .notFound)
    }

    @Test func `nothing is asked of a row that has no contact, or an earlier row's`() {
        var service = Service()
        var claim = untouched(.rejected)
        claim.contact = nil
        #expect(service.ask(claim).finding == .notAsked)
        claim = untouched(.rejected)
        claim.instance = nil
        #expect(service.ask(claim).finding == .notAsked)
        #expect(service.ask(untouched(.skipped, code: "RepeatedContact")).finding == .notAsked)
        #expect(service.asked.isEmpty)
    }

    // Rows that may have been transferred.

    @Test(arguments: [Outcome.uncertain, .failed, .pending])
    func `one that came from it in time, where it was to go, was transferred after all`(
        outcome: Outcome
    ) {
        var service = Service(
            states: [Self.own: ended(Self.inOther), Self.new: Self.inQueue],
            trees: [Self.own: tree([(Self.own, nil), (Self.new, Self.own)], at: 30)])
        let found = service.ask(doubtful(outcome))
        #expect(found.finding == .transferredAfterAll)
        #expect(found.child?.id == Self.new)
        #expect(found.contact == Self.new)
        #expect(service.asked == ["describe own", "tree of own", "describe new"])
    }

    @Test func `it is followed to where it is now`() {
        var service = Service(
            states: [
                Self.own: ended(Self.inOther), Self.new: ended(Self.inQueue),
                Self.last: Self.inOther,
            ],
            trees: [
                Self.own: tree([(Self.own, nil), (Self.new, Self.own), (Self.last, Self.new)])
            ])
        let found = service.ask(doubtful())
        #expect(found.finding == .transferredAfterAll)
        #expect(found.child?.id == Self.new)
        #expect(found.contact == Self.last)
        #expect(found.queue == Self.elsewhere)
    }

    @Test func `one that came from it in time and is elsewhere settles nothing`() {
        var service = Service(
            states: [Self.own: ended(Self.nowhere), Self.new: Self.inOther],
            trees: [Self.own: tree([(Self.own, nil), (Self.new, Self.own)], at: 30)])
        let found = service.ask(doubtful())
        #expect(found.finding == .unknown)
    }

    @Test func `one that came from it in time and is in no place yet settles nothing`() {
        var service = Service(
            states: [Self.own: ended(Self.inOther), Self.new: Self.nowhere],
            trees: [Self.own: tree([(Self.own, nil), (Self.new, Self.own)], at: 30)])
        #expect(service.ask(doubtful()).finding == .unknown)
    }

    /// The service's clock may be five minutes behind or before this machine's.
    @Test(
        arguments: [
            (-301, .unknown), (-300, .transferredAfterAll), (360, .transferredAfterAll),
            (361, .movedByOthers), (28_800, .movedByOthers), (-86_400, .unknown),
            (-86_401, .movedByOthers),
        ] as [(Int64, Finding)])
    func `a transfer at another time is somebody else's`(seconds: Int64, finding: Finding) {
        var service = Service(
            states: [Self.own: ended(Self.inOther), Self.new: Self.inQueue],
            trees: [Self.own: tree([(Self.own, nil), (Self.new, Self.own)], at: seconds)])
        let found = service.ask(doubtful())
        #expect(found.finding == finding)
    }

    @Test func `what came before a refused row is somebody else's, whatever a clock may say`() {
        var service = Service(
            states: [Self.own: ended(Self.inOther), Self.new: Self.inQueue],
            trees: [Self.own: tree([(Self.own, nil), (Self.new, Self.own)], at: -600)])
        #expect(service.ask(doubtful(.failed)).finding == .movedByOthers)
    }

    @Test(arguments: [inOther, inQueue])
    func `an uncertain row that nothing came of was not transferred, and needs a person`(
        state: ContactState
    ) {
        var service = Service(
            states: [Self.own: state], trees: [Self.own: tree([(Self.own, nil)])])
        let found = service.ask(doubtful())
        #expect(found.finding == .notTransferred)
        #expect(!found.finding.agrees(with: .uncertain))
        #expect(found.message.contains("baton retry"))
    }
}

struct FindingTotalsTests {
    @Test func `adds up from every side`() {
        var totals = FindingTotals()
        for (index, outcome) in Outcome.allCases.enumerated() {
            for (step, finding) in Finding.allCases.enumerated() {
                totals[outcome, finding] = index * 10 + step
            }
        }
        #expect(totals.rows == totals.matched + totals.exceptions)
        #expect(totals.rows == Outcome.allCases.reduce(0) { $0 + totals[$1] })
        #expect(totals.rows == Finding.allCases.reduce(0) { $0 + totals[$1] })
        #expect(totals.rows == ServiceSide.allCases.reduce(0) { $0 + totals[$1] })
    }

    @Test func `a zero is no entry`() {
        var totals = FindingTotals()
        totals[.failed, .notTransferred] = 3
        totals[.failed, .notTransferred] = 0
        #expect(totals == FindingTotals())
    }
}
