import ConnectSimulator
import FoundationEssentials
import TestSupport
import Testing

/// A state that survives the restart.
struct StateJournalTests {
    private let folder = TemporaryDirectory()
    private let world = smallWorld()
    private var path: String { folder.file("state.jsonl") }

    /// Opens the journal as a simulator does that starts, some hours after noon.
    private func open(
        _ world: World? = nil, hours: Int64 = 0
    ) throws(SimulatorError) -> (journal: StateJournal, state: ConnectState) {
        let (journal, state, _) = try StateJournal.open(
            path: path, world: world ?? self.world, at: noon + .seconds(hours * 3600))
        return (journal, state)
    }

    /// Makes the first transfers that can be made, and journals them.
    private func transfers(_ count: Int, hours: Int64 = 0) throws -> [Transfer] {
        var (journal, state) = try open(hours: hours)
        let rows = world.rows.filter { $0.expected == .transferred }.prefix(count)
        return try rows.enumerated().map { index, row in
            let now = noon + .seconds(hours * 3600 + Int64(index))
            let parameters = world.parameters(row, token: "token \(index)")
            let made = try state.transfer(parameters, at: now)
            if !made.isRepeated { try journal.append(made.transfer) }
            return made.transfer
        }
    }

    private func text() throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    private func error(_ world: World? = nil) -> SimulatorError? {
        #expect(throws: SimulatorError.self) { _ = try open(world) }
    }

    @Test func `makes every transfer again, with its ids, times and places`() throws {
        let made = try transfers(20)
        var (_, state) = try open(hours: 5)
        for transfer in made {
            let old = try state.contact(transfer.contact.text, in: world.instance.text)
            let new = try state.contact(transfer.newContact.text, in: world.instance.text)
            #expect(old.end?.at == transfer.at)
            #expect(new.previous == old.id)
            #expect(new.place == transfer.place)
            #expect(new.initiatedAt == transfer.at)
            let again = try state.transfer(transfer.parameters, at: noon + .seconds(5 * 3600))
            #expect(again.isRepeated)
            #expect(again.transfer == transfer)
        }
        // What was not transferred is as old as it was, though the start is hours later.
        let other = try #require(world.contacts.last { !$0.hasEnded && $0.earlier.isEmpty })
        let record = try state.contact(other.id.text, in: world.instance.text)
        #expect(record.initiatedAt == noon - .seconds(other.ageSeconds))
    }

    @Test func `repeats no contact's id after a restart`() throws {
        let first = try transfers(10)
        let second = try transfers(20, hours: 1)
        #expect(Array(second.prefix(10)) == first)
        #expect(Set(second.map(\.newContact)).count == 20)
        #expect(try text().split(separator: "\n").count == 21)
    }

    @Test func `keeps a token to its parameters after a restart`() throws {
        let made = try transfers(1)[0]
        var (_, state) = try open()
        var other = made.parameters
        other.destination = .flowDecides
        #expect(
            exception { () throws(Refusal) in _ = try state.transfer(other, at: noon) }
                == .idempotency)
    }

    @Test func `journals a transfer whose flow decides, or that has no token`() throws {
        let row = try world.goodRow
        var parameters = world.parameters(row)
        parameters.flow = try world.flowID(.inbound)
        parameters.destination = .flowDecides
        let made: Transfer
        do {
            var (journal, state) = try open()
            made = try state.transfer(parameters, at: noon).transfer
            try journal.append(made)
        }
        let (_, state) = try open()
        let new = try state.contact(made.newContact.text, in: world.instance.text)
        #expect(new.place == .queue(try #require(world.flow(.inbound)).ownQueue))
    }

    @Test func `cuts off a last line that a kill has torn, wherever it was torn`() throws {
        let made = try transfers(3)
        let whole = try text()
        let lastLine = whole.dropLast().lastIndex(of: "\n").map { whole[$0...].dropFirst() } ?? ""
        for length in [1, 20, lastLine.count - 1] {
            let kept = whole.dropLast(lastLine.count)
            folder.write(String(kept + lastLine.prefix(length)), to: "state.jsonl")
            do {
                let (journal, state) = try open()
                #expect(try text() == kept)
                #expect(
                    exception { () throws(Refusal) in
                        _ = try state.contact(made[2].newContact.text, in: world.instance.text)
                    } == .resourceNotFound)
                try journal.append(made[2])
            }
            #expect(try text() == whole)
        }
    }

    @Test(arguments: ["", "{", "{\"batonSimulatorState\":2,\"star"])
    func `starts afresh where nothing or a torn header is there`(beginning: String) throws {
        folder.write(beginning, to: "state.jsonl")
        #expect(try transfers(2).count == 2)
        #expect(try text().hasPrefix("{\"batonSimulatorState\":2,\"startedAt\":"))
        #expect(try text().split(separator: "\n").count == 3)
    }

    @Test(arguments: [
        "somebody's notes", "somebody's notes\n", "{\"batonSimulatorState\":2}\n", "\n", "{}\n",
    ])
    func `leaves a file that is no state of its own alone`(contents: String) throws {
        folder.write(contents, to: "state.jsonl")
        #expect(error()?.activity == .readingState)
        #expect(try text() == contents)
    }

    @Test func `says which line is damaged and changes nothing`() throws {
        _ = try transfers(3)
        let whole = try text()
        let lines = whole.split(separator: "\n", omittingEmptySubsequences: false)
        let damages: [[Substring]] = [
            [lines[0], lines[1], "{\"at\":1", lines[3], ""],
            [lines[0], lines[1], "", lines[3], ""],
            // A line that is gone, one that is there twice, two that changed places.
            [lines[0], lines[1], lines[3], ""], [lines[0], lines[1], lines[1], lines[3], ""],
            [lines[0], lines[1], lines[3], lines[2], ""],
        ]
        for damage in damages {
            folder.write(damage.joined(separator: "\n"), to: "state.jsonl")
            let error = error()
            #expect(error?.activity == .readingState)
            #expect(error?.description.contains("line 3") == true)
            #expect(try text() == damage.joined(separator: "\n"))
        }
    }

    @Test func `takes no byte that changed for what happened`() throws {
        _ = try transfers(1)
        let whole = Array(try text().utf8)
        for index in whole.indices where whole[index] != UInt8(ascii: "\n") {
            var changed = whole
            changed[index] ^= 1
            try Data(changed).write(to: URL(filePath: path))
            #expect(error()?.activity == .readingState, "byte \(index)")
        }
    }

    @Test func `says in what another world differs`() throws {
        _ = try transfers(1)
        let whole = try text()
        var options = world.options
        options.seed = 8
        options.contacts = 301
        let error = error(World(options))
        #expect(error?.activity == .matchingState)
        #expect(error?.description.contains("seed 7, not 8; contacts 300, not 301") == true)
        #expect(try text() == whole)
    }

    @Test func `gives a file to one simulator at a time`() throws {
        let first = try open()
        let error = error()
        #expect(error?.activity == .openingState)
        #expect(error?.cause == "another simulator has it")
        withExtendedLifetime(first.journal) {}
    }

    @Test(arguments: ["/nowhere/at/all", "/dev/full"])
    func `says which file it cannot have`(path: String) {
        let error = #expect(throws: SimulatorError.self) {
            _ = try StateJournal.open(path: path, world: world, at: noon)
        }
        #expect(error?.activity == .openingState)
        #expect(error?.description.contains(path) == true)
    }
}
