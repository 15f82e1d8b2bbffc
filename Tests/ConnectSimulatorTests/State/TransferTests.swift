import ConnectSimulator
import Testing

/// What a transfer does.
struct TransferTests {
    let world = smallWorld()

    @Test func `ends the old contact and makes a new one at the queue`() throws {
        var state = ConnectState(world, at: noon)
        let row = try world.row {
            if case .queue = $0.destination { $0.expected == .transferred } else { false }
        }
        let (transfer, _) = try state.transfer(world.parameters(row), at: noon)
        #expect(transfer.newContact != row.contact)

        let old = try state.contact(row.contact.text, in: world.instance.text)
        #expect(old.end?.at == noon)
        #expect(old.end?.reason == UndocumentedAnswer.disconnectReason(of: old.channel))
        let new = try state.contact(transfer.newContact.text, in: world.instance.text)
        #expect(new.previous == row.contact)
        #expect(new.root == row.contact)
        #expect(new.place == row.destination)
        #expect(new.initiatedAt == noon)
        #expect(new.transfers == 1)
        #expect(new.end == nil)
        #expect(new.channel == old.channel)
    }

    @Test func `puts the new contact at the user, named by id or by ARN`() throws {
        let user = world.users[0].id
        for name in [user.text, world.arn("agent", user)] {
            var state = ConnectState(world, at: noon)
            var parameters = world.parameters(try world.goodRow)
            parameters.destination = .user(name)
            let (transfer, _) = try state.transfer(parameters, at: noon)
            #expect(transfer.place == .user(user))
        }
    }

    @Test func `lets the flow decide where neither queue nor user is named`() throws {
        var state = ConnectState(world, at: noon)
        var parameters = world.parameters(try world.goodRow)
        parameters.flow = try world.flowID(.inbound)
        parameters.destination = .flowDecides
        let (transfer, _) = try state.transfer(parameters, at: noon)
        #expect(transfer.place == .queue(try #require(world.flow(.inbound)).ownQueue))
    }

    @Test(arguments: [WorldFlow.Kind.inbound, .agentTransfer, .queueTransfer])
    func `takes the three documented flow types`(kind: WorldFlow.Kind) throws {
        var state = ConnectState(world, at: noon)
        var parameters = world.parameters(try world.goodRow)
        parameters.flow = try world.flowID(kind)
        #expect(throws: Never.self) { try state.transfer(parameters, at: noon) }
    }

    @Test func `takes eleven transfers of a chain and refuses the twelfth`() throws {
        var state = ConnectState(world, at: noon)
        var parameters = world.parameters(try world.goodRow)
        for _ in 1...11 {
            parameters.contact = try state.transfer(parameters, at: noon).transfer.newContact.text
        }
        #expect(
            exception { () throws(Refusal) in _ = try state.transfer(parameters, at: noon) }
                == .serviceQuotaExceeded)
        let tree = try state.associatedContacts(of: parameters.contact, in: world.instance.text)
        #expect(tree.count == 12)
        #expect(tree.map(\.transfers) == Array(0...11))
        #expect(zip(tree, tree.dropFirst()).allSatisfy { $0.id == $1.previous })
    }

    @Test func `refuses a contact that was transferred before`() throws {
        var state = ConnectState(world, at: noon)
        let parameters = world.parameters(try world.goodRow)
        _ = try state.transfer(parameters, at: noon)
        #expect(
            exception { () throws(Refusal) in _ = try state.transfer(parameters, at: noon) }
                == .invalidRequest)
    }

    @Test func `gives every row of the world the outcome that the world promises`() throws {
        var state = ConnectState(world, at: noon)
        for row in world.rows {
            let refused = exception { () throws(Refusal) in
                _ = try state.transfer(world.parameters(row), at: noon)
            }
            switch row.expected {
            case .transferred: #expect(refused == nil)
            case .refused(let exception): #expect(refused == exception)
            }
        }
    }

    @Test func `refuses what it does not know`() throws {
        let good = world.parameters(try world.goodRow)
        let unknown = "11111111-2222-4333-8444-555555555555"
        var calls = [good, good, good, good, good, good]
        calls[0].instance = unknown
        calls[1].contact = unknown
        calls[2].contact = "no UUID at all"
        calls[3].flow = unknown
        calls[4].destination = .queue(unknown)
        calls[5].destination = .user(world.arn("agent", world.queues[0].id))
        for call in calls {
            var state = ConnectState(world, at: noon)
            let refused = exception { () throws(Refusal) in _ = try state.transfer(call, at: noon) }
            #expect(refused == .resourceNotFound)
            #expect(try state.contact(good.contact, in: good.instance).end == nil)
        }
    }

    @Test func `refuses flows of another type and archived ones`() throws {
        let archived = try #require(world.flows.first { $0.isArchived }).id.text
        for flow in [try world.flowID(.customerQueue), archived] {
            var state = ConnectState(world, at: noon)
            var parameters = world.parameters(try world.goodRow)
            parameters.flow = flow
            #expect(
                exception { () throws(Refusal) in _ = try state.transfer(parameters, at: noon) }
                    == .invalidRequest)
        }
    }
}
