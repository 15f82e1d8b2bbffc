import Intake
import TestSupport
import Testing
import TransferCore
import TransferLedger

/// What becomes of a job between its resolutions: before the first, and after `retry`.
struct LaterResolutionTests {
    private let directory = TemporaryDirectory()
    private let noon = Timestamp(milliseconds: 1_800_000_000_000)
    private let ledger: Ledger

    init() throws {
        ledger = try Ledger(path: directory.file("ledger.sqlite"), whereAbsent: .create)
    }

    /// Stores rows of `ContactId,Queue`.
    private func ingest(_ rows: String...) async throws -> Job {
        let options = JobOptions(
            region: "us-east-1", endpoint: "http://127.0.0.1:1", instance: InstanceID(valid: "i"),
            flow: .id(ContactFlowID(valid: "f-1")), flowDecides: true)
        let path = directory.write(
            (["ContactId,Queue"] + rows).joined(separator: "\n"), to: "in.csv")
        let intake = IntakeOptions(
            defaults: RowDefaults(
                instance: options.instance, flow: options.flow, flowDecides: true))
        return try await Intake.ingest(path, job: options, intake, into: ledger, at: noon)
            .stored.job
    }

    private func resolve(_ job: Job, queues: [Queue]) async throws {
        let flow = ContactFlow(
            id: ContactFlowID(valid: "f-1"), name: "Move", type: .queueTransfer, state: .active,
            status: .published)
        let directory = ScriptedDirectory(queues: queues, flows: [flow])
        _ = try await Resolution.resolve(job, in: ledger, by: Directories(directory)) { [noon] in
            noon
        }
    }

    private func rows(of job: Job) async throws -> [RowRecord] {
        try await ledger.read { reader in
            var rows: [RowRecord] = []
            try reader.forEachRow(of: job) { rows.append($0) }
            return rows
        }
    }

    private func queue(_ id: String, _ name: String, _ status: QueueStatus = .enabled) -> Queue {
        Queue(id: QueueID(valid: id), name: name, type: .standard, status: status)
    }

    @Test func `a destination is told by its name until its id is found`() async throws {
        let job = try await ingest("c-1,Billing", "c-2,Claims", "c-3,Billing", "c-4,")
        let before = try await ledger.read { try $0.destinations(job) }
        #expect(before.map(\.destination.name) == ["Billing", nil, "Claims"])
        #expect(before.map(\.destination.kind) == [.queue, .flow, .queue])
        #expect(before.allSatisfy { $0.destination.id == nil })
        #expect(before.map(\.rows) == [2, 1, 1])
        let early = try await rows(of: job)
        #expect(early.map(\.destination?.name) == ["Billing", "Claims", "Billing", nil])

        try await resolve(job, queues: [queue("q-1", "Billing"), queue("q-2", "Claims")])
        let rows = try await rows(of: job)
        #expect(rows.map(\.destination?.name) == ["Billing", "Claims", "Billing", nil])
        #expect(rows.map(\.destination?.id) == ["q-1", "q-2", "q-1", nil])
    }

    @Test func `rows of a queue that was disabled are sent by a retry once it is enabled`()
        async throws
    {
        let job = try await ingest(
            "c-1,Billing", "c-2,Closed", "c-3,Closed", "c-4,Nowhere")
        try await resolve(
            job, queues: [queue("q-1", "Billing"), queue("q-2", "Closed", .disabled)])
        let first = try await ledger.claim(9, of: job, after: 0, at: noon)
        #expect(first.map(\.row) == [1])

        #expect(try await ledger.putBack(job, at: noon) == 3)
        let isResolved = try await ledger.read { try $0.job(job.id)?.resolvedAt != nil }
        #expect(!isResolved)
        // The queue was made anew since: its name leads to another id.
        try await resolve(job, queues: [queue("q-1", "Billing"), queue("q-9", "Closed")])
        let again = try await ledger.claim(9, of: job, after: 1, at: noon)
        #expect(again.map(\.row) == [2, 3])
        #expect(again.allSatisfy { $0.request.destination == .queue(QueueID(valid: "q-9")) })
        #expect(try await rows(of: job).map(\.code) == [nil, nil, nil, "UnknownName"])
    }

    @Test func `a retry leaves rows rejected that are wrong in themselves`() async throws {
        let job = try await ingest("c-1,Billing", ",Billing")
        try await resolve(job, queues: [queue("q-1", "Billing")])
        let before = try await rows(of: job)
        #expect(before.map(\.outcome) == [.pending, .rejected])
        #expect(try await ledger.putBack(job, at: noon) == 0)
        #expect(try await rows(of: job).map(\.code) == [nil, "MissingValue"])
    }

    @Test func `a problem is told of the column, or the flag, that it comes from`() async throws {
        let named = try await ingest("c-1,Closed")
        let archived = ContactFlow(
            id: ContactFlowID(valid: "f-1"), name: "Move", type: .queueTransfer, state: .archived,
            status: .published)
        let directory = ScriptedDirectory(
            queues: [queue("q-2", "Closed", .disabled)], flows: [archived])
        _ = try await Resolution.resolve(named, in: ledger, by: Directories(directory)) { [noon] in
            noon
        }
        // The flow of `--contact-flow` comes first, and is no column's.
        let row = try #require(try await rows(of: named).first)
        #expect(row.code == "FlowArchived")
        #expect(row.column == nil)

        let disabled = try await ingest("c-2,Closed")
        try await resolve(disabled, queues: [queue("q-2", "Closed", .disabled)])
        #expect(try await rows(of: disabled).map(\.column) == ["Queue"])
    }

    @Test func `an unknown --contact-flow is called so`() async throws {
        let job = try await ingest("c-1,Billing")
        let directory = ScriptedDirectory(queues: [queue("q-1", "Billing")])
        _ = try await Resolution.resolve(job, in: ledger, by: Directories(directory)) { [noon] in
            noon
        }
        let message = try #require(try await rows(of: job).first?.message)
        #expect(message.contains("Check --contact-flow."))
    }
}
