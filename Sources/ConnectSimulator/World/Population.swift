/// The contacts of a world and the rows that ask for their transfer, drawn one after the other.
struct Population {
    private(set) var contacts: [WorldContact] = []
    private(set) var rows: [WorldRow] = []
    private let queues: [WorldQueue]
    private let users: [WorldUser]
    private let queueFlow: SimulatedID?
    private let agentFlow: SimulatedID?

    init(queues: [WorldQueue], users: [WorldUser], flows: [WorldFlow]) {
        self.queues = queues
        self.users = users
        queueFlow = flows.first { $0.kind == .queueTransfer && !$0.isArchived }?.id
        agentFlow = flows.first { $0.kind == .agentTransfer }?.id
    }

    /// Why a transfer must fail.
    private enum Defect: CaseIterable {
        case voice, chat, ended, atLimit, missing
    }

    /// Adds a row and, unless that is what is wrong with it, its contact.
    mutating func add(number: Int, failingShare: Double, using generator: inout SeededGenerator) {
        let isFailing = generator.fraction() < failingShare
        let kind = generator.index(below: Defect.allCases.count)
        let defect = isFailing ? Defect.allCases[kind] : nil
        let id = SimulatedID(using: &generator)
        let here = place(using: &generator, usersShare: 0.3)
        let contact = contact(id, at: here, defect: defect, using: &generator)
        if defect != .missing { contacts.append(contact) }

        var there = place(using: &generator, usersShare: 0.4)
        if there == here { there = .queue(queues[generator.index(below: queues.count)].id) }
        guard let flow = flow(to: there) else { return }
        rows.append(
            WorldRow(
                contact: id, destination: there, flow: flow,
                note: note(number, using: &generator), expected: Self.expectation(of: defect)))
    }

    private func place(using generator: inout SeededGenerator, usersShare: Double) -> Place {
        generator.fraction() < usersShare
            ? .user(users[generator.index(below: users.count)].id)
            : .queue(queues[generator.index(below: queues.count)].id)
    }

    private func flow(to place: Place) -> SimulatedID? {
        switch place {
        case .queue: queueFlow
        case .user: agentFlow
        case .flow: nil
        }
    }

    private func contact(
        _ id: SimulatedID, at place: Place, defect: Defect?,
        using generator: inout SeededGenerator
    ) -> WorldContact {
        let isEmail = generator.fraction() < 0.4
        let channel: ContactChannel =
            switch defect {
            case .voice: .voice
            case .chat: .chat
            default: isEmail ? .email : .task
            }
        let transfers = defect == .atLimit ? ServiceLimits.transfersPerChain : 0
        return WorldContact(
            id: id, earlier: (0..<transfers).map { _ in SimulatedID(using: &generator) },
            channel: channel, place: place, ageSeconds: 60 + generator.index(below: 5 * 86_400),
            hasEnded: defect == .ended)
    }

    private static func expectation(of defect: Defect?) -> WorldRow.Expectation {
        switch defect {
        case nil: .transferred
        case .voice, .chat: .refused(UndocumentedAnswer.wrongChannel)
        case .ended: .refused(UndocumentedAnswer.contactEnded)
        case .atLimit: .refused(UndocumentedAnswer.tooManyTransfers)
        case .missing: .refused(.resourceNotFound)
        }
    }

    /// A note as people write them: every eighth or so has what a CSV must quote.
    private func note(_ number: Int, using generator: inout SeededGenerator) -> String {
        switch generator.index(below: 16) {
        case 0: "Ticket \(number), second reminder"
        case 1: "Ticket \(number): customer wrote \"urgent\", see history"
        default: "Ticket \(number)"
        }
    }
}
