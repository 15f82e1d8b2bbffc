import ConnectSimulator
import Testing

/// What a seed makes.
struct WorldTests {
    @Test func `makes the same world of the same seed, now and in every later version`() {
        let world = smallWorld()
        #expect(world.inputCSV == smallWorld().inputCSV)
        // Worlds are named in tests and reports by their seeds alone: they must not drift.
        #expect(world.instance.text == "63cbe1e4-5932-4dd7-844c-3cd7f43c661c")
        #expect(world.rows.last?.contact.text == "201cb0eb-fc40-4cc2-b575-5f48c2efafbe")
    }

    @Test func `makes another world of another seed`() {
        var options = smallWorld().options
        options.seed += 1
        #expect(World(options).instance != smallWorld().instance)
    }

    @Test func `draws SplitMix64's published numbers`() {
        // The first outputs of the reference code for seed 1234567.
        var generator = SeededGenerator(seed: 1_234_567)
        #expect(generator.next() == 6_457_827_717_110_365_317)
        #expect(generator.next() == 3_203_168_211_198_807_973)
        #expect(generator.next() == 9_817_491_932_198_370_423)
    }

    @Test func `has every kind of contact that must fail, in about the share asked for`() {
        let world = smallWorld(contacts: 10_000, failingShare: 0.03)
        let failing = world.rows.filter { $0.expected != .transferred }
        #expect((200...400).contains(failing.count))
        let exceptions: Set<WorldRow.Expectation> = [
            .refused(.invalidRequest), .refused(.serviceQuotaExceeded), .refused(.resourceNotFound),
        ]
        #expect(Set(failing.map(\.expected)) == exceptions)
    }

    @Test func `names each contact in one row and leaves only the missing out of the world`() {
        let world = smallWorld()
        #expect(Set(world.rows.map(\.contact)).count == world.rows.count)
        let missing = world.rows.filter { $0.expected == .refused(.resourceNotFound) }
        #expect(!missing.isEmpty)
        #expect(world.contacts.count == world.rows.count - missing.count)
    }

    @Test func `writes one destination a row, with the flow that fits it, and quotes notes`() throws
    {
        let world = smallWorld()
        let lines = world.inputCSV.split(separator: "\r\n")
        #expect(lines[0] == "ContactId,QueueId,UserId,ContactFlowId,Note")
        #expect(lines.count == world.rows.count + 1)
        let agentFlow = try world.flowID(.agentTransfer)
        let queueFlow = try world.flowID(.queueTransfer)
        for line in lines.dropFirst() {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            #expect(fields[1].isEmpty != fields[2].isEmpty)
            #expect(fields[3] == (fields[1].isEmpty ? agentFlow : queueFlow))
        }
        #expect(lines.contains { $0.hasSuffix("customer wrote \"\"urgent\"\", see history\"") })
    }

    @Test(arguments: [
        "", "11111111-2222-4333-8444-55555555555", "11111111-2222-4333-8444-5555555555555",
        "11111111x2222-4333-8444-555555555555", "1111111A-2222-4333-8444-555555555555",
    ])
    func `takes no other text for an id`(text: String) {
        #expect(SimulatedID(text) == nil)
    }

    @Test func `gives back the text of an id`() {
        let text = "01234567-89ab-4def-8123-456789abcdef"
        #expect(SimulatedID(text)?.text == text)
    }
}
