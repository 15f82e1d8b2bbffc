import Mustache
import TransferCore
package import TransferLedger

/// The pages of `baton serve`, in the hand of `summary.html`.
///
/// Each is whole without scripts; of a job's page a script keeps the texts up to date.
package struct LivePages: Sendable {
    private let jobs: MustacheTemplate
    private let job: MustacheTemplate
    private let problem: MustacheTemplate
    private let style: String
    private let script: String
    private let version: String

    /// Jobs on a page of their list.
    package static let jobsMax = 100
    /// Events that a job's page shows.
    package static let eventsMax = 50

    /// Parses the templates, which are a part of the program.
    ///
    /// - Parameter version: of Baton.
    package init(version: String) throws(ReportError) {
        PageTemplates.registerContentType()
        self.version = version
        jobs = try PageTemplates.template(PackageResources.jobs_mustache, "jobs")
        job = try PageTemplates.template(PackageResources.job_mustache, "job")
        problem = try PageTemplates.template(PackageResources.problem_mustache, "problem")
        style =
            PageTemplates.style
            + String(decoding: PackageResources.live_css, as: UTF8.self)
        script = String(decoding: PackageResources.live_js, as: UTF8.self)
    }

    /// The list of a ledger's jobs.
    ///
    /// - Parameter page: from 1 on, of `pages`.
    package func jobs(
        _ standings: [JobStanding], of all: Int, page: Int, pages: Int, ledger: String,
        nonce: String
    ) -> String {
        jobs.render(
            JobsContent(
                page: frame(nonce), ledger: ledger,
                headline: all == 0
                    ? "There is no job in this ledger yet."
                    : "\(all.words("job", "jobs")) in this ledger.",
                jobs: standings.map(JobsContent.Line.init),
                pageWords: "Page \(page.words) of \(pages.words)",
                previous: page > 1 ? "\(page - 1)" : nil,
                next: page < pages ? "\(page + 1)" : nil))
    }

    /// The page of one job.
    ///
    /// - Parameters:
    ///   - events: the last one first.
    ///   - files: the names of those of its reports that there are.
    package func job(
        _ standing: JobStanding, events: [RunEvent], files: [String], nonce: String
    ) -> String {
        job.render(JobContent(standing, events, files, frame(nonce, script: script)))
    }

    /// What is answered in place of a page.
    package func problem(title: String, sentence: String, nonce: String) -> String {
        problem.render(
            ProblemContent(page: frame(nonce), title: title, sentence: sentence))
    }

    private func frame(_ nonce: String, script: String = "") -> PageFrame {
        PageFrame(style: style, script: script, nonce: nonce, version: version)
    }
}

/// What all pages have.
struct PageFrame {
    let style: String
    let script: String
    /// Permits the page's own style sheet and script alone.
    let nonce: String
    let version: String
}

struct ProblemContent {
    let page: PageFrame
    let title: String
    let sentence: String
}

struct JobsContent {
    let page: PageFrame
    let ledger: String
    let headline: String
    let jobs: [Line]
    let pageWords: String
    let previous: String?
    let next: String?

    /// A job in the list.
    struct Line {
        let id: String
        let input: String
        let createdAt: String
        let totals: PageContent.TotalsPart
        let rows: String
        let state: String

        init(_ standing: JobStanding) {
            id = standing.job.id.text
            input = standing.job.input.name
            createdAt = standing.job.createdAt.words
            totals = PageContent.TotalsPart(standing.totals, inputRows: standing.job.rows)
            rows = standing.job.rows.words("row", "rows")
            state = standing.stateWords
        }
    }
}
