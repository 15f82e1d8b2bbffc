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

        /// What identifies the input and says how it was read.
        static func provenance(_ job: Job, _ chain: ChainState) -> [FactPart] {
            [
                FactPart("Job", job.id.text),
                FactPart("Input", job.input.name),
                FactPart("Size", "\(job.input.bytes.words("byte", "bytes"))"),
                FactPart("Rows", job.rows.words),
                FactPart("SHA-256", job.input.sha256),
                FactPart("Stored", job.createdAt.words + " UTC"),
                FactPart("Region", job.options.region),
                FactPart("Endpoint", job.options.endpoint),
                FactPart("Instance", job.options.instance?.text ?? "named in the rows"),
                FactPart("Contact flow", job.options.flow?.words ?? "named in the rows"),
                FactPart("Flow decides", job.options.flowDecides ? "allowed" : "not asked for"),
                FactPart(
                    "Ledger chain",
                    "\(chain.head) after \(chain.length.words("entry", "entries"))"),
            ]
        }

        /// How fast it went and how long a transfer took.
        static func paces(_ figures: JobFigures) -> [FactPart] {
            var facts: [FactPart] = []
            if let rate = figures.transferredPerSecond {
                facts.append(FactPart("Transferred", "\(rate.figure) a second"))
                facts.append(FactPart("Time of calls", figures.timeline.activity.active.words))
            }
            if let latency = figures.calls.latency {
                let times = [latency.p50, latency.p90, latency.p99, latency.max]
                for (term, time) in zip(["p50", "p90", "p99", "Slowest"], times) {
                    facts.append(FactPart(term, "\(time.figure) ms"))
                }
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

        init(number: Int, _ run: RunRecord) {
            self.number = number.words
            startedAt = run.startedAt.words
            endedAt = run.endedAt?.words ?? "–"
            lasted = run.endedAt.map { ($0 - run.startedAt).words } ?? "–"
            ending = run.ending ?? "at work, or was killed"
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
    }
}
