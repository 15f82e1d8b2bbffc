import TransferCore
import TransferLedger

extension SummaryDocument {
    struct JobPart: Encodable {
        var id: String
        var createdAt: String
        var input: InputPart
        var options: OptionsPart

        init(_ job: Job) {
            id = job.id.text
            createdAt = job.createdAt.iso8601
            input = InputPart(job)
            options = OptionsPart(job.options)
        }
    }

    struct InputPart: Encodable {
        var name: String
        var bytes: Int
        var sha256: String
        var rows: Int

        init(_ job: Job) {
            name = job.input.name
            bytes = job.input.bytes
            sha256 = job.input.sha256
            rows = job.rows
        }
    }

    struct OptionsPart: Encodable {
        var region: String
        var endpoint: String
        var instance: String?
        var flow: String?
        var flowDecides: Bool

        init(_ options: JobOptions) {
            region = options.region
            endpoint = options.endpoint
            instance = options.instance?.text
            flow = options.flow?.words
            flowDecides = options.flowDecides
        }
    }

    struct LedgerPart: Encodable {
        var id: String
    }

    struct EventPart: Encodable {
        var at: String
        var kind: String
        var detail: String
        var ratePerSecond: Double?

        init(_ event: RunEvent) {
            at = event.at.iso8601
            kind = event.kind
            detail = event.detail
            ratePerSecond = event.rate
        }
    }

    struct RunPart: Encodable {
        /// 1 = the job's first.
        var number: Int
        var startedAt: String
        var endedAt: String?
        var ending: String?
        var host: String
        var user: String
        var processId: Int
        var version: String
        var pace: String
        var concurrency: Int
        var maxAttempts: Int

        init(number: Int, _ run: RunRecord) {
            self.number = number
            startedAt = run.startedAt.iso8601
            endedAt = run.endedAt?.iso8601
            ending = run.ending
            host = run.worker.host
            user = run.worker.user
            processId = Int(run.worker.processID)
            version = run.worker.version
            pace = run.settings.pace
            concurrency = run.settings.concurrency
            maxAttempts = run.settings.attemptsMax
        }
    }

    struct ChainPart: Encodable {
        var length: Int
        var head: String
        var genesis: String

        init(_ chain: ChainState) {
            length = chain.length
            head = chain.head
            genesis = chain.genesis
        }
    }
}
