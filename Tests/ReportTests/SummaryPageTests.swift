import Report
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
        #expect(page.contains("Not done yet: `baton resume` goes on."))
        #expect(rows(page) == 3)
        #expect(page.contains("<bdi>contact-4</bdi></th><td>queue <bdi class=\"id\">queue-1</bdi>"))
        #expect(page.contains("mara on ops-1, process 42, Baton 0.1.0"))
        #expect(page.contains("2.0/s, burst 5"))
        #expect(page.contains(String(repeating: "ab", count: 32)))
    }

    @Test func `needs nothing from elsewhere and runs nothing`() async throws {
        let page = try await fixture.report(mixedJob(in: fixture), \.page)
        #expect(page.contains("content=\"default-src 'none'; style-src 'nonce-0123456789ababab"))
        for forbidden in ["<script", "src=", "url(", "@import", "style=\"", "javascript:", "{{"] {
            #expect(!page.contains(forbidden))
        }
        let links = page.matches(of: /href="([^"]*)"/).map { String($0.output.1) }
        #expect(Set(links) == ["results.csv", "retry.csv", "summary.json"])
    }

    @Test(arguments: [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "</bdi></td></table>",
        "'\u{301} onmouseover='alert(1)", "\"\u{301} x", "<\u{301}b>", "&\u{301}lt;", "&lt;b&gt;",
    ])
    func `keeps hostile text text`(text: String) async throws {
        let page = try await page(with: text)
        let markup = page.replacing(/<style.*<\/style>/.dotMatchesNewlines(), with: "")
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

    @Test func `caps the table of rows and says where the others are`() async throws {
        let job = try await fixture.store((1...10_001).map { .rejected($0, "a,b,c") })
        let page = try await fixture.report(job, \.page)
        #expect(rows(page) == 10_000)
        #expect(page.contains("The first 10,000 of 10,001 rows stand here. All of them are in "))
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
        let bars = page.matches(of: /<rect x="([0-9.]+)" y="([0-9.]+)" width="([0-9.]+)"/)
        #expect(bars.count > 8)
        let numbers = bars.compactMap { Double($0.output.1) }
        #expect(numbers.allSatisfy { (46...750).contains($0) })
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
        "a", "bdi", "body", "caption", "code", "dd", "desc", "div", "dl", "dt", "em", "figcaption",
        "figure", "g", "h1", "h2", "head", "header", "html", "line", "main", "meta", "p", "rect",
        "section", "span", "strong", "style", "svg", "table", "tbody", "td", "text", "tfoot", "th",
        "thead", "title", "tr",
    ]
}
