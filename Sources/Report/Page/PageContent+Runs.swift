import TransferCore
import TransferLedger

extension PageContent {
    /// A term and what there is to say of it.
    struct FactPart {
        let term: String
        let value: String

        init(_ term: String, _ value: String) {
            self.term = term
            self.value = value
        }

        /// What identifies the input and says how it was read, by whom and where.
        static func provenance(_ figures: JobFigures) -> [FactPart] {
            let job = figures.job
            let callers = figures.events.filter { $0.kind == RunEvent.caller }.map(\.detail)
            let workers = figures.runs.map { "\($0.worker.user) on \($0.worker.host)" }
            return [
                FactPart("Job", job.id.text),
                FactPart("Input", job.input.name),
                FactPart("Size", "\(job.input.bytes.words("byte", "bytes"))"),
                FactPart("Rows", job.rows.words),
                FactPart("SHA-256", job.input.sha256),
                FactPart("Stored", job.createdAt.words + " UTC"),
                FactPart("Ledger", figures.ledgerID),
                FactPart("Region", job.options.region),
                FactPart("Endpoint", job.options.endpoint),
                FactPart("Instance", job.options.instance?.text ?? "named in the rows"),
                FactPart("Contact flow", job.options.flow?.words ?? "named in the rows"),
                FactPart("Flow decides", job.options.flowDecides ? "allowed" : "not asked for"),
                FactPart("Called as", list(callers, whereNone: "not known")),
                FactPart("Run by", list(workers, whereNone: "nobody yet")),
                FactPart(
                    "Ledger chain",
                    "\(figures.chain.length):\(figures.chain.head)"),
            ]
        }

        /// Each once, in the order of their first appearance.
        private static func list(_ texts: [String], whereNone none: String) -> String {
            var seen: Set<String> = []
            let distinct = texts.filter { seen.insert($0).inserted }
            return distinct.isEmpty ? none : distinct.joined(separator: ", ")
        }

        /// How fast it went and how long a transfer took.
        static func paces(_ figures: JobFigures) -> [FactPart] {
            var facts: [FactPart] = []
            if let rate = figures.transferredPerSecond {
                facts.append(FactPart("Transferred", "\(rate.figure) a second"))
                facts.append(FactPart("Time of calls", figures.timeline.activity.active.words))
            }
            let calls = figures.calls.counts[.transferContact] ?? CallFigures.Count()
            if calls.total > 0 {
                let share = Double(calls.throttled) / Double(calls.total) * 100
                facts.append(FactPart("Throttled", "\(share.figure) % of calls"))
            }
            return facts
        }
    }

    /// How many calls of one operation were made.
    struct CallPart {
        let operation: String
        let total: String
        let succeeded: String
        let throttled: String
        let failed: String

        init(_ operation: RowOperation, _ count: CallFigures.Count) {
            self.operation = operation.rawValue
            total = count.total.words
            succeeded = count.succeeded.words
            throttled = count.throttled.words
            failed = count.failed.words
        }
    }

    /// A run.
    struct RunPart {
        let number: String
        let startedAt: String
        let endedAt: String
        let lasted: String
        let ending: String
        let worker: String
        let pace: String
        let limits: String

        init(number: Int, _ run: RunRecord, endless: String = "at work, or was killed") {
            self.number = number.words
            startedAt = run.startedAt.words
            endedAt = run.endedAt?.words ?? "–"
            lasted = run.endedAt.map { ($0 - run.startedAt).words } ?? "–"
            ending = run.ending ?? endless
            worker =
                "\(run.worker.user) on \(run.worker.host), process \(run.worker.processID), "
                + "Baton \(run.worker.version)"
            pace = run.settings.pace
            limits = "\(run.settings.concurrency) at a time, \(run.settings.attemptsMax) attempts"
        }
    }

    /// Something that happened to a run.
    struct EventPart {
        let at: String
        let kind: String
        let detail: String

        init(_ event: RunEvent) {
            at = event.at.words
            kind = event.kind
            detail = event.detail
        }

        /// All events, and a note where there are too many to show.
        ///
        /// Changes of the rate are the first to be left out: a night may have thousands.
        static func all(_ events: [RunEvent]) -> ([EventPart], note: String?) {
            let max = SummaryPage.listMax
            guard events.count > max else { return (events.map(EventPart.init), nil) }
            let others = events.filter { $0.rate == nil }
            let words = "changes of the rate are left out: the drawing above shows them."
            guard others.count > max else {
                return (
                    others.map(EventPart.init), "\((events.count - others.count).words) \(words)"
                )
            }
            return (
                others.suffix(max).map(EventPart.init),
                "The last \(max.words) of \(others.count.words) events stand here; \(words)"
            )
        }
    }
}
