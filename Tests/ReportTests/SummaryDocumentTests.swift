import FoundationEssentials
import Report
import Testing
import TransferCore
import TransferLedger

struct SummaryDocumentTests {
    private let fixture: ReportFixture

    init() throws { fixture = try ReportFixture() }

    @Test func `fits its schema, whatever became of the job`() async throws {
        let empty = try JSON(await fixture.report(fixture.store([]), \.document))
        let other = try ReportFixture()
        let full = try JSON(await other.report(mixedJob(in: other), \.document))
        let schema = try schema()

        #expect(try schema.faults(empty) == [])
        #expect(try schema.faults(full) == [])
        #expect(try schema.faults(.object([:])) != [], "the check does find faults")
        #expect(try schema.faults(changed(full, "schema", to: .number(2))).count == 1)
        #expect(try schema.faults(changed(full, "extra", to: .null)).count == 1)
    }

    @Test func `adds up`() async throws {
        let summary = try JSON(await fixture.report(mixedJob(in: fixture), \.document))
        let totals = try #require(summary["totals"]?.object).compactMapValues(\.int)
        #expect(
            totals == [
                "rows": 8, "transferred": 3, "failed": 1, "skipped": 1, "rejected": 1,
                "uncertain": 1, "pending": 1,
            ])
        #expect(summary["job"]?["input"]?["rows"]?.int == 8)
        let destinations = try #require(summary["destinations"]?.array)
        #expect(destinations.compactMap { $0["rows"]?.int }.reduce(0, +) == 7)
        #expect(destinations.compactMap { $0["transferred"]?.int }.reduce(0, +) == 3)
        let buckets = try #require(summary["timeline"]?["buckets"]?.array)
        #expect(buckets.compactMap { $0["transferred"]?.int }.reduce(0, +) == 3)
        #expect(buckets.compactMap { $0["calls"]?.int }.reduce(0, +) == 8)
        #expect(buckets.compactMap { $0["throttled"]?.int }.reduce(0, +) == 2)
    }

    @Test func `names the resources that the role must be allowed`() async throws {
        let job = try await fixture.store([.valid(1)])
        var batch = RunBatch()
        batch.add(1, .failed, code: "AccessDeniedException", message: "No.")
        try await fixture.run(job, batch)
        let summary = try JSON(await fixture.report(job, \.document))
        let advice = summary["outcomesByCode"]?[0]?["advice"]?.string
        #expect(advice?.contains("on contact, contact-flow and instance,") == true)
    }

    @Test func `counts calls by operation and leaves throttled ones out of the latency`()
        async throws
    {
        let summary = try JSON(await fixture.report(mixedJob(in: fixture), \.document))
        let calls = try #require(summary["calls"]?[0])
        #expect(calls["operation"]?.string == "TransferContact")
        #expect(
            ["total", "throttled", "succeeded", "failed"].map { calls[$0]?.int } == [8, 2, 3, 3])
        #expect(summary["latency"]?["calls"]?.int == 6)
        #expect(summary["latency"]?["p50Milliseconds"]?.double == 80)
        #expect(summary["latency"]?["maxMilliseconds"]?.double == 80)
    }

    @Test func `reckons the throughput without the pauses`() async throws {
        let job = try await fixture.store((1...20).map { .valid($0) })
        var batch = RunBatch()
        for row in 1...10 { batch.add(row, .transferred, at: Int64(row)) }
        for row in 11...20 { batch.add(row, .transferred, at: Int64(row) + 30_000) }
        try await fixture.run(job, batch)

        let summary = try JSON(await fixture.report(job, \.document))

        // Twice nine seconds from first to last, and 80 ms for the first call of each.
        #expect(summary["throughput"]?["activeSeconds"]?.double == 18.16)
        #expect(summary["throughput"]?["transferredPerSecond"]?.double == 1.101)
        #expect(try await fixture.report(job, \.page).contains("18 s of calls and 1 pause"))
    }

    @Test func `reckons the throughput without pauses that the chart's buckets are wider than`()
        async throws
    {
        // Pairs of rows a second apart, each two minutes after the last: 100 pairs in 3.4 hours.
        let job = try await fixture.store((1...200).map { .valid($0) })
        var batch = RunBatch()
        for pair in 0..<100 {
            let start = Int64(pair) * 122 + 2
            // The later one first: rows and calls come in no order.
            batch.add(2 * pair + 1, .transferred, at: start + 1)
            batch.add(2 * pair + 2, .transferred, at: start)
        }
        try await fixture.run(job, batch)

        let summary = try JSON(await fixture.report(job, \.document))

        #expect(summary["timeline"]?["bucketSeconds"]?.double ?? 0 > 122)
        // Each pair's second, and 80 ms for its first call.
        #expect(summary["throughput"]?["activeSeconds"]?.double == 108)
        #expect(summary["throughput"]?["transferredPerSecond"]?.double == 1.852)
        let page = try await fixture.report(job, \.page)
        #expect(page.contains("1 min 48 s of calls and 99 pauses"))
        #expect(page.contains("UTC, with 99 pauses"))
    }

    @Test func `has few buckets however long the job was`() async throws {
        let job = try await fixture.store((1...6000).map { .valid($0) })
        var batch = RunBatch()
        for row in 1...6000 { batch.add(row, .transferred, at: Int64(row) * 7) }
        try await fixture.run(job, batch)

        let timeline = try #require(JSON(await fixture.report(job, \.document))["timeline"])

        let buckets = try #require(timeline["buckets"]?.array)
        #expect(timeline["bucketSeconds"]?.int == 600)
        #expect(buckets.count == 71)
        #expect(buckets.compactMap { $0["transferred"]?.int }.reduce(0, +) == 6000)
    }

    private func schema() throws -> JSONSchema {
        let path = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        return JSONSchema(
            root: try JSON(fixture.text("/\(path)/Sources/Report/summary.schema.json")))
    }

    private func changed(_ value: JSON, _ key: String, to part: JSON) -> JSON {
        var object = value.object ?? [:]
        object[key] = part
        return .object(object)
    }
}

/// A job with rows of every outcome.
func mixedJob(in fixture: ReportFixture) async throws -> Job {
    let job = try await fixture.store([
        .valid(1), .valid(2), .valid(3, queue: "queue-2"), .valid(4), .valid(5), .valid(6),
        .rejected(7, "contact-7,,note 7"), .valid(8),
    ])
    var batch = RunBatch()
    batch.addThrottled(1)
    batch.addThrottled(2)
    batch.add(1, .transferred)
    batch.add(2, .transferred)
    batch.add(3, .transferred)
    batch.add(4, .failed, code: "ResourceNotFoundException", message: "No such contact.")
    batch.add(5, .skipped, code: "GuardNotHeld", message: "It is elsewhere.")
    batch.add(6, .uncertain, code: "InternalServiceException", message: "No answer.")
    batch.events.append(RunEvent(at: .after(2), kind: "rate", detail: "2.0/s, burst 5"))
    try await fixture.run(job, batch)
    return job
}
