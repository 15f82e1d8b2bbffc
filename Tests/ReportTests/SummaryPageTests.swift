import Report
import TestSupport
import Testing
import TransferCore
import TransferLedger

struct SummaryPageTests {
    private let fixture: ReportFixture

    init() throws { fixture = try ReportFixture() }

    @Test func `says in words what became of the job`() async throws {
        let page = try await fixture.report(mixedJob(in: fixture), \.page)
        #expect(
            page.contains(
                "<h1>3 of 8 contacts were transferred; "
                    + "1 was skipped, 1 is still pending, 3 need you.</h1>"))
        #expect(page.contains("<code>baton resume 0123456789ab</code> goes on."))
    }

    @Test(
        arguments: [
            (0, 0, "The input holds no rows: there was nothing to transfer."),
            (1, 1, "The one contact was transferred."),
            (1200, 1200, "All 1,200 contacts were transferred."),
            (3, 0, "Nothing has been transferred yet: 3 rows are pending."),
            (3, 1, "1 of 3 contacts was transferred; 2 are still pending."),
        ])
    func `has a headline for each case`(rows: Int, transferred: Int, headline: String) async throws
    {
        let job = try await fixture.store((0..<rows).map { .valid($0 + 1) })
        var batch = RunBatch()
        for row in 0..<transferred { batch.add(row + 1, .transferred) }
        if transferred > 0 { try await fixture.run(job, batch) }
        #expect(try await fixture.report(job, \.page).contains("<h1>\(headline)</h1>"))
    }

    @Test func `shows totals that add up, causes with advice, and the rows`() async throws {
        let page = try await fixture.report(mixedJob(in: fixture), \.page)
        #expect(
            page.contains("<td class=\"number\">8</td><td></td><td>Adds up: the input has 8 rows."))
        #expect(
            page.contains("<bdi>ResourceNotFoundException</bdi></th><td class=\"number\">1</td>"))
        #expect(page.contains("Check the ids; nothing is left to do for an ended contact."))
        #expect(page.contains("Not done yet: baton resume goes on."))
        #expect(rows(page) == 3)
        #expect(
            page.contains(
                "<bdi>contact-4</bdi></th><td class=\"destination\"><span>queue</span> "
                    + "<bdi class=\"id\"></bdi> <bdi class=\"id\">queue-1</bdi></td>"))
        let ledger = try await fixture.ledgerID()
        #expect(page.contains("<dt>Ledger</dt><dd><bdi>\(ledger)</bdi>"))
        #expect(page.contains("<dt>Run by</dt><dd><bdi>mara on ops-1</bdi>"))
        #expect(page.contains("mara on ops-1, process 42, Baton 0.1.0"))
        #expect(page.contains("2.0/s, burst 5"))
        #expect(page.contains(String(repeating: "ab", count: 32)))
    }

    @Test func `needs nothing from elsewhere and runs its own script alone`() async throws {
        let page = try await fixture.report(mixedJob(in: fixture), \.page)
        let nonce = "0123456789ab" + String(repeating: "ab", count: 32)
        #expect(
            page.contains(
                "content=\"default-src 'none'; style-src 'nonce-\(nonce)'; "
                    + "script-src 'nonce-\(nonce)'; base-uri 'none'; form-action 'none'\""))
        for forbidden in ["src=", "url(", "@import", "style=\"", "javascript:", "{{", "innerHTML"] {
            #expect(!page.contains(forbidden))
        }
        #expect(!page.contains(/\son[a-z]+=/))
        #expect(
            page.matches(of: /<script[^>]*>/).map { String($0.output) } == [
                "<script type=\"application/json\" id=\"row-data\">", "<script nonce=\"\(nonce)\">",
            ])
        let links = page.matches(of: /href="([^"]*)"/).map { String($0.output.1) }
        #expect(Set(links) == ["#rows", "results.csv", "retry.csv", "summary.json"])
    }

    @Test func `has no script where there is nothing to sort`() async throws {
        let job = try await fixture.store([.valid(1)])
        let page = try await fixture.report(job, \.page)
        #expect(!page.contains("<script"))
    }

    @Test func `a contact like the end of what a text is escaped with does not break its data`()
        async throws
    {
        let contacts = ["003cabcd", "u003cabc", "3cabcdef", "cabcdefgh"]
        let job = try await fixture.store(
            contacts.enumerated().map { number, contact in
                var row = TestRow.valid(number + 1, "\(contact),queue-1,")
                row.contact = contact
                return row
            })
        var batch = RunBatch()
        for (number, contact) in contacts.enumerated() {
            batch.add(
                number + 1, .failed, code: "NotFound",
                message: "<abcdefgh <abcd <abcdef \\u003cabc, and \(contact)")
        }
        try await fixture.run(job, batch)
        let data = try await data(fixture.report(job, \.page))
        #expect(data["notes"]?.array?.count == 2)
    }

    @Test func `gives the script each row that needs a person, and each text once`() async throws {
        let job = try await fixture.store((1...3).map { .valid($0) })
        var batch = RunBatch()
        batch.add(1, .failed, code: "NotFound", message: "contact-1 of <b> \"was\" \\ not found")
        batch.add(2, .failed, code: "NotFound", message: "contact-2 of <b> \"was\" \\ not found")
        batch.add(3, .transferred)
        try await fixture.run(job, batch)
        let data = try await data(fixture.report(job, \.page))
        #expect(data["rows"]?.array?.count == 8)
        #expect(data["rows"]?.array?.prefix(4).map(\.text) == ["2", "contact-1", "0", "0"])
        #expect(data["rows"]?.array?.suffix(4).map(\.text) == ["3", "contact-2", "0", "0"])
        #expect(
            data["notes"]?[0]?.array?.map(\.text) == [
                "failed", "NotFound", "\u{1} of <b> \"was\" \\ not found",
            ])
        #expect(data["notes"]?.array?.count == 1)
        #expect(data["destinations"]?[0]?.array?.map(\.text) == ["queue", "", "queue-1"])
    }

    @Test(arguments: [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "</bdi></td></table>",
        "'\u{301} onmouseover='alert(1)", "\"\u{301} x", "<\u{301}b>", "&\u{301}lt;", "&lt;b&gt;",
    ])
    func `keeps hostile text text`(text: String) async throws {
        let page = try await page(with: text)
        // Its data cannot end the block that they stand in.
        #expect(try data(page)["notes"]?[0]?[2]?.string == text)
        let markup =
            page
            .replacing(/<style.*<\/style>/.dotMatchesNewlines(), with: "")
            .replacing(/<script.*<\/script>/.dotMatchesNewlines(), with: "")
        #expect(markup.contains(escaped(text)))
        // As raw bytes, since a combining mark hides a sign from a search by characters.
        let stands = Array(markup.utf8).contains(Array(text.utf8))
        #expect(!stands)
        #expect(tags(markup).isSubset(of: tagsOfThePage))
    }

    @Test func `spells out characters that hide or turn text`() async throws {
        let page = try await page(with: "a\u{202E}b\u{0}c\u{7F}d\u{2028}e\u{FEFF}f\u{E0041}g\nh")
        #expect(
            page.contains(
                "a[U+202E]b[U+0000]c[U+007F]d[U+2028]e[U+FEFF]f[U+E0041]g h"))
        #expect(page.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 })
        #expect(!page.unicodeScalars.contains("\u{202E}"))
    }

    @Test func `cuts a text that is too long for a cell`() async throws {
        let page = try await page(with: String(repeating: "x", count: 60_000))
        #expect(page.utf8.count < 60_000)
        #expect(page.contains(String(repeating: "x", count: 512) + "…"))
    }

    @Test func `caps the rows that it holds and says where the others are`() async throws {
        let job = try await fixture.store((1...100_001).map { .rejected($0, "a,b,c") })
        let page = try await fixture.report(job, \.page)
        #expect(rows(page) == 100)
        #expect(try rowsForScript(page) == 100_000)
        #expect(
            page.contains(
                "The first 100,000 of 100,001 rows stand here; the other 1 are in the ledger"))
        #expect(page.utf8.count < 15_000_000)
    }

    @Test func `stays small enough for a mail where each message is another`() async throws {
        let job = try await fixture.store(
            (1...30_000).map {
                .rejected($0, "a,b,c", message: "\($0) " + String(repeating: "x", count: 500))
            })
        let page = try await fixture.report(job, \.page)
        #expect(page.utf8.count < 15_000_000)
        let rows = try rowsForScript(page)
        #expect((25_000..<30_000).contains(rows))
        #expect(page.contains(" of 30,000 rows stand here; the other "))
    }

    @Test func `names the first lines of each cause`() async throws {
        let job = try await fixture.store((1...9).map { .rejected($0, "a,b,c") })
        let page = try await fixture.report(job, \.page)
        #expect(page.contains("Lines 2, 3, 4, 5, 6 and 4 more."))
        #expect(page.contains("data-outcome=\"rejected\" data-code=\"InvalidId\">Show the 9 rows<"))
    }

    @Test func `draws a bar for each stretch of time and names the pause`() async throws {
        let job = try await fixture.store((1...40).map { .valid($0) })
        var batch = RunBatch()
        for row in 1...20 { batch.add(row, .transferred, at: Int64(row)) }
        for row in 21...40 { batch.add(row, .transferred, at: Int64(row) + 7200) }
        batch.addThrottled(30, at: 7230)
        try await fixture.run(job, batch)
        let page = try await fixture.report(job, \.page)
        #expect(page.contains(">pause</text>"))
        #expect(page.contains(">2 h 0 min</text>"))
        #expect(page.contains("1 call was throttled."))
        let chart = try #require(page.firstMatch(of: /<h2 id="throughput">[\s\S]*?<\/section>/))
        let bars = chart.output.matches(
            of: /<rect x="([0-9.]+)" y="([0-9.]+)" width="([0-9.]+)"/)
        #expect(bars.count > 8)
        let numbers = bars.compactMap { Double($0.output.1) }
        #expect(numbers.allSatisfy { (46...750).contains($0) })
    }

    @Test func `has room for many pauses`() async throws {
        let job = try await fixture.store((1...40).map { .valid($0) })
        var batch = RunBatch()
        for row in 1...40 { batch.add(row, .transferred, at: Int64(row / 2) * 3600) }
        try await fixture.run(job, batch)
        let page = try await fixture.report(job, \.page)
        let chart = try #require(page.firstMatch(of: /<h2 id="throughput">[\s\S]*?<\/section>/))
        let ends = chart.output.matches(of: /<rect x="([0-9.]+)" y="[0-9.]+" width="([0-9.]+)"/)
            .compactMap { bar in
                Double(bar.output.1).flatMap { x in Double(bar.output.2).map { x + $0 } }
            }
        #expect(ends.count > 15)
        #expect(ends.allSatisfy { (46...750.5).contains($0) })
    }

    @Test func `ends a pause with the run that ended in it`() async throws {
        let job = try await fixture.store([.valid(1), .valid(2)])
        var first = RunBatch()
        first.add(1, .transferred, at: 2)
        first.events.append(RunEvent(at: .after(10), kind: RunEvent.pause, detail: "x"))
        try await fixture.run(job, at: 1, first)
        var second = RunBatch()
        second.add(2, .transferred, at: 7201)
        second.events.append(RunEvent(at: .after(7230), kind: RunEvent.pause, detail: "x"))
        second.events.append(RunEvent(at: .after(7240), kind: RunEvent.resume, detail: "x"))
        try await fixture.run(job, at: 7200, second)
        let page = try await fixture.report(job, \.page)
        #expect(page.contains("UTC, with 2 pauses."))
    }

    @Test func `draws the rate that was aimed at, in steps, and the runs`() async throws {
        let job = try await fixture.store((1...40).map { .valid($0) })
        var batch = RunBatch()
        for row in 1...40 { batch.add(row, .transferred, at: Int64(row)) }
        for (second, rate) in [(2, 2.0), (20, 4.0)] as [(Int64, Double)] {
            batch.events.append(
                RunEvent(at: .after(second), kind: RunEvent.rate, detail: "x", rate: rate))
        }
        batch.events.append(RunEvent(at: .after(25), kind: RunEvent.pause, detail: "x"))
        batch.events.append(RunEvent(at: .after(30), kind: RunEvent.resume, detail: "x"))
        try await fixture.run(job, batch)
        let page = try await fixture.report(job, \.page)
        let path = try #require(page.firstMatch(of: /<path class="quota" d="M([^"]*)"/))
        #expect(path.output.1.contains(/^[0-9.]+ [0-9.]+H[0-9.]+V[0-9.]+H[0-9.]+$/))
        #expect(page.contains("1 run from 2026-11-22 20:00:01 to"))
        #expect(page.contains("UTC, with 1 pause."))
    }

    private func page(with text: String) async throws -> String {
        let job = try await fixture.store(
            name: text, [.valid(1), .rejected(2, "x,y,z", message: text)])
        var batch = RunBatch()
        batch.add(1, .failed, code: text, message: text)
        batch.events.append(RunEvent(at: .after(1), kind: text, detail: text))
        try await fixture.run(job, ending: text, batch)
        return try await fixture.report(job, \.page)
    }

    /// What stands in the page for its script.
    private func data(_ page: String) throws -> JSON {
        let block = try #require(
            page.firstMatch(of: /id="row-data">([\s\S]*?)<\/script>/), "the page has data")
        return try JSON(String(block.output.1))
    }

    /// How many rows stand there, none of which has a comma in it.
    private func rowsForScript(_ page: String) throws -> Int {
        let start = try #require(page.utf8.firstRange(of: "{\"rows\":[".utf8)).upperBound
        let end = try #require(page.utf8[start...].firstRange(of: "],\"destinations\"".utf8))
        return page.utf8[start..<end.lowerBound].split(separator: UInt8(ascii: ",")).count / 4
    }

    private func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "&": escaped += "&amp;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// Rows of the last table.
    private func rows(_ page: String) -> Int {
        page.split(separator: "\n").count { $0.contains("<td class=\"message\">") }
    }

    private func tags(_ page: String) -> Set<String> {
        Set(page.matches(of: /<([a-z0-9]+)/).map { String($0.output.1) })
    }

    private let tagsOfThePage: Set<String> = [
        "a", "bdi", "body", "button", "caption", "code", "dd", "desc", "div", "dl", "dt", "em",
        "figcaption", "figure", "g", "h1", "h2", "head", "header", "html", "input", "label", "line",
        "main", "meta", "nav", "noscript", "option", "output", "p", "path", "rect", "section",
        "select", "span", "strong", "svg", "table", "tbody", "td", "text", "tfoot", "th", "thead",
        "title", "tr",
    ]
}
