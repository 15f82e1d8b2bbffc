import ConnectSimulator
import Testing

/// What a client token does.
struct ClientTokenTests {
    let world = smallWorld()

    @Test func `gives the same answer again and makes no second contact`() throws {
        var state = ConnectState(world, at: noon)
        let parameters = world.parameters(try world.goodRow, token: "t")
        let first = try state.transfer(parameters, at: noon)
        let second = try state.transfer(parameters, at: noon + .seconds(3600))
        #expect(!first.isRepeated)
        #expect(second.isRepeated)
        #expect(first.transfer == second.transfer)
        let tree = try state.associatedContacts(of: parameters.contact, in: parameters.instance)
        #expect(tree.count == 2)
    }

    @Test func `refuses a token that comes with other parameters`() throws {
        var state = ConnectState(world, at: noon)
        var parameters = world.parameters(try world.goodRow, token: "t")
        _ = try state.transfer(parameters, at: noon)
        parameters.destination = .flowDecides
        #expect(
            exception { () throws(Refusal) in _ = try state.transfer(parameters, at: noon) }
                == .idempotency)
    }

    @Test func `tells tokens apart by case`() throws {
        var state = ConnectState(world, at: noon)
        let row = try world.goodRow
        _ = try state.transfer(world.parameters(row, token: "t"), at: noon)
        let other = world.parameters(row, token: "T")
        #expect(
            exception { () throws(Refusal) in _ = try state.transfer(other, at: noon) }
                == .invalidRequest)
    }

    @Test func `keeps no token of a call that was refused`() throws {
        var state = ConnectState(world, at: noon)
        var parameters = world.parameters(try world.goodRow, token: "t")
        parameters.flow = "unknown"
        #expect(
            exception { () throws(Refusal) in _ = try state.transfer(parameters, at: noon) }
                == .resourceNotFound)
        let mended = world.parameters(try world.goodRow, token: "t")
        #expect(try state.transfer(mended, at: noon).isRepeated == false)
    }

    @Test func `forgets a token after seven days and not before`() throws {
        var state = ConnectState(world, at: noon)
        let parameters = world.parameters(try world.goodRow, token: "t")
        _ = try state.transfer(parameters, at: noon)
        let week = Duration.seconds(7 * 86_400)
        #expect(try state.transfer(parameters, at: noon + week - .seconds(1)).isRepeated)
        // The contact has ended, and nothing is left that would say why the call comes again.
        #expect(
            exception { () throws(Refusal) in
                _ = try state.transfer(parameters, at: noon + week)
            } == .invalidRequest)
    }
}
