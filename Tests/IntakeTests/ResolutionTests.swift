import Intake
import TestSupport
import Testing
import TransferCore
import TransferLedger

struct ResolutionTests {
    private let directory = TemporaryDirectory()
    private let noon = Timestamp(milliseconds: 1_800_000_000_000)
    private let options = JobOptions(
        region: "us-east-1", endpoint: "http://127.0.0.1:1", instance: InstanceID(valid: "i"),
        flow: nil, flowDecides: true)

    private static func flow(
        _ id: String, _ name: String, _ type: ContactFlowType = .queueTransfer,
        state: ContactFlowState = .active, status: ContactFlowStatus = .published
    ) -> ContactFlow {
        ContactFlow(
            id: ContactFlowID(valid: id), name: name, type: type, state: state, status: status)
    }

    private static func queue(_ id: String, _ name: String?, _ status: QueueStatus = .enabled)
        -> Queue
    {
        Queue(id: QueueID(valid: id), name: name, type: .standard, status: status)
    }

    private let whole = ScriptedDirectory(
        queues: [
            queue("q-1", "Billing"), queue("q-2", "billing"), queue("q-3", "Claims "),
            queue("q-4", "Closed", .disabled), queue("q-5", "Twice"), queue("q-6", "Twice"),
        ],
        users: [User(id: UserID(valid: "u-1"), username: "mara")],
        flows: [
            flow("f-1", "Move"), flow("f-2", "Old", state: .archived),
            flow("f-3", "Draft", status: .saved),
            flow("f-4", "Music", ContactFlowType(rawValue: "CUSTOMER_HOLD")),
            flow("f-5", "Both", state: .archived), flow("f-6", "Both"),
        ])

    /// Ingests rows of `ContactId,Queue,User,ContactFlow,ExpectedQueue`, and resolves them.
    private func resolve(
        _ lines: [String], by directory: ScriptedDirectory
    ) async throws -> (rows: [RowRecord], claimed: [ClaimedRow], gaps: Resolution.Gaps, job: Job) {
        let ledger = try Ledger(path: self.directory.file("ledger.sqlite"), whereAbsent: .create)
        let text = (["ContactId,Queue,User,ContactFlow,ExpectedQueue"] + lines)
            .joined(separator: "\n")
        let path = self.directory.write(text, to: "in.csv")
        let intake = IntakeOptions(
            defaults: RowDefaults(instance: options.instance, flowDecides: true))
        let stored = try await Intake.ingest(path, job: options, intake, into: ledger, at: noon)
        let job = stored.stored.job
        let gaps = try await Resolution.resolve(job, in: ledger, by: Directories(directory)) {
            [noon] in noon
        }
        let (rows, after) = try await ledger.read { reader in
            var rows: [RowRecord] = []
            try reader.forEachRow(of: job) { rows.append($0) }
            return (rows, try reader.job(job.id))
        }
        let claimed = try await ledger.claim(1000, of: job, after: 0, at: noon)
        return (rows, claimed, gaps, try #require(after))
    }

    @Test func `gives names their ids, exactly as they are written`() async throws {
        let (rows, claimed, gaps, job) = try await resolve(
            [
                "c-1,Billing,,Move,", "c-2,billing,,Move,Billing", "c-3,Claims ,,Move,",
                "c-4, Billing ,,Move,", "c-5,,mara,Move,", "c-6,,,Both,",
            ], by: whole)
        #expect(rows.allSatisfy { $0.outcome == .pending })
        #expect(
            claimed.map(\.request.destination) == [
                .queue(QueueID(valid: "q-1")), .queue(QueueID(valid: "q-2")),
                .queue(QueueID(valid: "q-3")), .queue(QueueID(valid: "q-1")),
                .user(UserID(valid: "u-1")), .flowDecides,
            ])
        #expect(claimed[1].mustBeAt == .queue(QueueID(valid: "q-1")))
        // Of two flows of one name the one that is in use is meant.
        #expect(claimed[5].request.flow.text == "f-6")
        #expect(job.resolvedAt == noon)
        #expect(gaps.notLookedUp.isEmpty)
        // Lists once, and of each queue whether it is disabled once.
        #expect(
            whole.calls.sorted() == [
                "DescribeQueue q-1", "DescribeQueue q-2", "DescribeQueue q-3", "ListContactFlows",
                "ListQueues", "ListUsers",
            ])
    }

    @Test(arguments: [
        ("Bilng,,Move,", RowCode.unknownName, "'Billing'"),
        ("Nothing like it,,Move,", .unknownName, "names are exact"),
        ("Twice,,Move,", .ambiguousName, "q-5, q-6"),
        ("Closed,,Move,", .queueDisabled, "disabled"),
        (",Mara,Move,", .unknownName, "'mara'"),
        ("Billing,,Old,", .flowArchived, "archived"),
        ("Billing,,Draft,", .flowNotPublished, "never published"),
        ("Billing,,Music,", .flowType, "CUSTOMER_HOLD"),
        ("Billing,,Move,Bilng", .unknownName, "ExpectedQueue"),
    ])
    func `rejects the rows whose things are not there or not in use`(
        row: String, code: RowCode, words: String
    ) async throws {
        let (rows, claimed, _, _) = try await resolve(
            ["c-1,\(row)", "c-2,Billing,,Move,", "c-3,\(row)"], by: whole)
        #expect(rows.map(\.outcome) == [.rejected, .pending, .rejected])
        #expect(rows.map(\.code) == [code.rawValue, nil, code.rawValue])
        let said = "\(rows[0].column ?? ""): \(rows[0].message ?? "")"
        #expect(said.contains(words), "\(said)")
        #expect(claimed.map(\.row) == [2])
    }

    @Test func `a name in another Unicode normalisation is another, and that is said`() async throws
    {
        let (composed, decomposed) = ("Caf\u{E9}", "Cafe\u{301}")
        let flows = whole.knownFlows
        let (rows, claimed, _, _) = try await resolve(
            ["c-1,\(composed),,Move,", "c-2,\(decomposed),,Move,"],
            by: ScriptedDirectory(queues: [Self.queue("q-1", composed)], flows: flows))
        #expect(rows.map(\.outcome) == [.pending, .rejected])
        #expect(rows[1].message?.contains("Unicode normalisation") == true)
        #expect(claimed.map(\.request.destination) == [.queue(QueueID(valid: "q-1"))])
    }

    @Test func `refuses a name with a control character, and says which`() async throws {
        let (rows, _, _, _) = try await resolve(
            ["c-1,Bil\u{7}ling,,Move,", "c-2,,ma\u{85}ra,Move,", "c-3,Billing,,Mo\u{7F}ve,"],
            by: whole)
        #expect(rows.map(\.code) == Array(repeating: "InvalidId", count: 3))
        for (row, codePoint) in zip(rows, ["U+0007", "U+0085", "U+007F"]) {
            #expect(row.message?.contains(codePoint) == true, "\(row.message ?? "")")
        }
    }

    @Test func `seeks what was meant for a thousand unknown names, and for each once`() async throws
    {
        let queues = (1...20).map { Self.queue("q-\($0)", "Queue of team \($0)") }
        let names = (1...1100).map { "Quene of taem \($0)" }
        let (rows, _, _, _) = try await resolve(
            (names + [names[0]]).enumerated().map { "c-\($0),\($1),,Move," },
            by: ScriptedDirectory(queues: queues, flows: whole.knownFlows))
        #expect(rows.allSatisfy { $0.code == RowCode.unknownName.rawValue })
        let offers = rows.map { $0.message?.contains("Nearest: 'Queue of team ") == true }
        #expect(offers[..<NearestNames.soughtMax].allSatisfy { $0 })
        #expect(!offers[NearestNames.soughtMax..<1100].contains(true))
        #expect(offers[1100])
        let silent = try #require(rows[1050].message)
        #expect(silent == "No queue is named 'Quene of taem 1051'. Check Queue; names are exact.")
    }

    private let queueID = "aaaaaaaa-2222-3333-4444-555555555555"
    private let flowID = "ffffffff-2222-3333-4444-555555555555"

    private var byID: ScriptedDirectory {
        ScriptedDirectory(
            queues: [Self.queue(queueID, "Billing")],
            flows: [ContactFlow(id: ContactFlowID(valid: flowID), type: .contactFlow)])
    }

    @Test func `looks up a few ids one by one, and each once`() async throws {
        let other = "bbbbbbbb-2222-3333-4444-555555555555"
        let directory = byID
        let (rows, _, _, _) = try await resolve(
            [
                "c-1,\(queueID),,\(flowID),", "c-2,\(other),,\(flowID),",
                "c-3,\(queueID),,\(flowID),",
            ],
            by: directory)
        #expect(rows.map(\.code) == [nil, "NotFound", nil])
        #expect(rows[1].column == "QueueId")
        #expect(
            directory.calls.sorted() == [
                "DescribeContactFlow \(flowID)", "DescribeQueue \(queueID)",
                "DescribeQueue \(other)",
            ])
    }

    @Test func `looks up many ids by a list, and only those that are on it one by one`()
        async throws
    {
        let directory = byID
        let strangers = (10...30).map {
            "c-\($0),\($0)000000-2222-3333-4444-555555555555,,\(flowID),"
        }
        let (rows, _, _, _) = try await resolve(
            ["c-1,\(queueID),,\(flowID),"] + strangers, by: directory)
        #expect(rows.first?.code == nil)
        #expect(rows.dropFirst().allSatisfy { $0.code == "NotFound" })
        #expect(
            directory.calls.sorted() == [
                "DescribeContactFlow \(flowID)", "DescribeQueue \(queueID)", "ListQueues all",
            ])
    }

    /// The service says of a thing that it was not found, whether it is that or the instance.
    @Test(arguments: [1, 30])
    func `rows of an instance that is not there say so, and nothing of their flows`(count: Int)
        async throws
    {
        let missing = failure("ResourceNotFoundException", 404, .permanent)
        let directory = ScriptedDirectory(failures: [.listQueues: missing, .listUsers: missing])
        let rows = (10..<10 + count).map {
            "c-\($0),\($0)000000-2222-3333-4444-555555555555,,\(flowID),"
        }
        let (records, _, gaps, _) = try await resolve(rows, by: directory)
        #expect(records.allSatisfy { $0.code == "NotFound" && $0.column == "InstanceId" })
        #expect(
            records.allSatisfy { $0.message?.hasPrefix("There is no instance ") == true },
            "\(records[0].message ?? "")")
        #expect(gaps.notLookedUp.isEmpty)
        #expect(directory.calls.count { $0.hasPrefix("List") } == 1)
    }

    private func failure(
        _ code: String, _ status: Int?, _ advice: TransferFailure.Advice
    ) -> TransferFailure {
        TransferFailure(code: code, message: "m", httpStatus: status, advice: advice)
    }

    @Test func `rows with ids go on where the role may not look them up`() async throws {
        let denied = failure("AccessDeniedException", 403, .accessDenied)
        let directory = ScriptedDirectory(
            flows: [ContactFlow(id: ContactFlowID(valid: flowID))],
            failures: [.describeQueue: denied])
        let (rows, _, gaps, job) = try await resolve(
            ["c-1,\(queueID),,\(flowID),"], by: directory)
        #expect(rows.map(\.outcome) == [.pending])
        #expect(gaps.notLookedUp.map(\.kind) == [.queue])
        #expect(job.resolvedAt != nil)
    }

    @Test func `asks once for a list that the role may not have, however many rows want it`()
        async throws
    {
        let denied = failure("AccessDeniedException", 403, .accessDenied)
        let directory = ScriptedDirectory(
            flows: [ContactFlow(id: ContactFlowID(valid: flowID))],
            failures: [.listQueues: denied])
        let rows = (10...40).map { "c-\($0),\($0)000000-2222-3333-4444-555555555555,,\(flowID)," }
        let (records, _, gaps, _) = try await resolve(rows, by: directory)
        #expect(records.allSatisfy { $0.outcome == .pending })
        #expect(gaps.notLookedUp.map(\.kind) == [.queue])
        #expect(directory.calls.count { $0.hasPrefix("ListQueues") } == 1)
        #expect(!directory.calls.contains { $0.hasPrefix("DescribeQueue") })
    }

    @Test func `a row that may have been sent is not rejected by a later look`() async throws {
        let ledger = try Ledger(path: directory.file("l.sqlite"), whereAbsent: .create)
        let path = directory.write(
            "ContactId,QueueId,ContactFlowId\nc-1,\(queueID),\(flowID)\nc-2,\(queueID),\(flowID)\n",
            to: "in.csv")
        let intake = IntakeOptions(defaults: RowDefaults(instance: options.instance))
        let job = try await Intake.ingest(path, job: options, intake, into: ledger, at: noon)
            .stored.job
        _ = try await ledger.claim(1, of: job, after: 0, at: noon)
        // By now the queue is gone.
        let gone = ScriptedDirectory(flows: byID.knownFlows)
        _ = try await Resolution.resolve(job, in: ledger, by: Directories(gone)) { [noon] in noon }
        let totals = try await ledger.read { try $0.totals(job) }
        #expect(totals[.pending] == 1)
        #expect(totals[.rejected] == 1)
        let inDoubt = try await ledger.claim(9, of: job, after: 0, at: noon)
        #expect(inDoubt.map(\.inDoubtSince) == [noon])
    }

    @Test func `where the service cannot be asked, ids are left for the run and names are not`()
        async throws
    {
        let silent = failure("TransportError", nil, .retry(mayHaveTakenEffect: true))
        let directory = ScriptedDirectory(
            failures: [.describeQueue: silent, .describeContactFlow: silent, .listQueues: silent])
        let (rows, claimed, gaps, job) = try await resolve(
            ["c-1,\(queueID),,\(flowID),"], by: directory)
        #expect(rows.map(\.outcome) == [.pending])
        #expect(claimed.count == 1)
        #expect(gaps.stoppedBy == silent)
        #expect(job.resolvedAt == nil)
        let names = ScriptedDirectory(
            flows: whole.knownFlows, failures: [.listQueues: silent])
        await #expect(throws: TransferFailure.self) {
            _ = try await resolve(["d-1,Billing,,Move,"], by: names)
        }
    }

    @Test func `a row whose name was not looked up is never claimed`() async throws {
        let ledger = try Ledger(path: directory.file("l.sqlite"), whereAbsent: .create)
        let path = directory.write("ContactId,Queue,ContactFlow\nc,Billing,Move\n", to: "n.csv")
        let intake = IntakeOptions(defaults: RowDefaults(instance: options.instance))
        let job = try await Intake.ingest(path, job: options, intake, into: ledger, at: noon)
            .stored.job
        #expect(try await ledger.claim(9, of: job, after: 0, at: noon).isEmpty)
        #expect(try await ledger.read { try $0.totals(job) }[.pending] == 1)
    }
}
