import ConnectSimulator
import FoundationEssentials
import TestSupport
import Testing

/// What becomes of contacts behind a client's back.
struct ContactChangeTests {
    private let folder = TemporaryDirectory()
    private let world = smallWorld()

    private func transferred(
        _ state: inout ConnectState, by flow: String? = nil
    ) throws -> ContactRecord {
        let row = try world.row {
            if case .queue = $0.destination { $0.expected == .transferred } else { false }
        }
        var parameters = world.parameters(row)
        if let flow {
            parameters.flow = try #require(world.flows.first { $0.name == flow }).id.text
        }
        let (transfer, _) = try state.transfer(parameters, at: noon)
        return try state.contact(transfer.newContact.text, in: world.instance.text)
    }

    @Test func `StopContact ends a contact once`() throws {
        var state = ConnectState(world, at: noon)
        let contact = try transferred(&state)
        let id = contact.id.text
        state.apply(try state.stop(id, in: world.instance.text, reason: nil, at: noon))
        let ended = try state.contact(id, in: world.instance.text)
        #expect(ended.end?.at == noon)
        #expect(ended.end?.reason == "API")
        #expect(ended.queue == contact.queue)
        #expect(
            exception { () throws(Refusal) in
                _ = try state.stop(id, in: world.instance.text, reason: nil, at: noon)
            } == UndocumentedAnswer.stoppedTwice)
        #expect(
            exception { () throws(Refusal) in
                _ = try state.stop("unknown", in: world.instance.text, reason: nil, at: noon)
            } == .contactNotFound)
    }

    @Test func `AssociateContactWithUser gives a queued contact to a user, in its queue`() throws {
        var state = ConnectState(world, at: noon)
        let contact = try transferred(&state)
        let user = world.users[0].id
        state.apply(
            try state.associate(
                contact.id.text, in: world.instance.text, with: user.text, at: noon))
        let taken = try state.contact(contact.id.text, in: world.instance.text)
        #expect(taken.user == user)
        #expect(taken.queue == contact.queue)
        #expect(taken.end == nil)
        #expect(
            exception { () throws(Refusal) in
                _ = try state.associate(
                    contact.id.text, in: world.instance.text, with: user.text, at: noon)
            } == UndocumentedAnswer.notQueued)
    }

    @Test func `a contact that was lost is not found`() throws {
        var state = ConnectState(world, at: noon)
        let contact = try transferred(&state)
        state.apply(try state.forget(contact.id.text, at: noon))
        #expect(
            exception { () throws(Refusal) in
                _ = try state.contact(contact.id.text, in: world.instance.text)
            } == .resourceNotFound)
    }

    @Test func `some flows accept a transfer and bring the contact elsewhere or nowhere`() throws {
        var state = ConnectState(world, at: noon)
        let waiting = try transferred(&state, by: "Transfer to queue, waiting for an answer")
        #expect(waiting.place == .flow)
        #expect(waiting.end == nil)

        state = ConnectState(world, at: noon)
        let ended = try transferred(&state, by: "Transfer to queue, out of hours")
        #expect(ended.place == .flow)
        #expect(ended.end?.reason == "CONTACT_FLOW_DISCONNECT")

        state = ConnectState(world, at: noon)
        let name = "Transfer to queue, with overflow"
        let elsewhere = try transferred(&state, by: name)
        let own = try #require(world.flows.first { $0.name == name }).ownQueue
        #expect(elsewhere.place == .queue(own))
    }

    @Test func `all of it survives a restart`() throws {
        let path = folder.file("state")
        let contacts: [ContactRecord]
        do {
            var (journal, state, _) = try StateJournal.open(path: path, world: world, at: noon)
            var parameters = world.rows.filter { $0.expected == .transferred }.prefix(3)
                .map { world.parameters($0) }
            for index in parameters.indices {
                parameters[index].destination = .queue(world.queues[0].id.text)
                parameters[index].flow = try world.flowID(.queueTransfer)
            }
            contacts = try parameters.map { parameters in
                let (transfer, _) = try state.transfer(parameters, at: noon)
                try journal.append(transfer)
                return try state.contact(transfer.newContact.text, in: world.instance.text)
            }
            let instance = world.instance.text
            let changes = [
                try state.stop(contacts[0].id.text, in: instance, reason: "r", at: noon),
                try state.associate(
                    contacts[1].id.text, in: instance, with: world.users[0].id.text, at: noon),
                try state.forget(contacts[2].id.text, at: noon),
            ]
            for change in changes { try journal.append(change) }
        }
        let (_, state, latest) = try StateJournal.open(path: path, world: world, at: noon)
        #expect(latest.count == 2)
        let instance = world.instance.text
        #expect(try state.contact(contacts[0].id.text, in: instance).end?.reason == "r")
        #expect(try state.contact(contacts[1].id.text, in: instance).user == world.users[0].id)
        #expect(
            exception { () throws(Refusal) in
                _ = try state.contact(contacts[2].id.text, in: instance)
            } == .resourceNotFound)
    }
}
