import ConnectClient
import Intake
import TransferCore
import TransferLedger
import TransferRun

extension InputOptions {
    /// Takes the input in and says what was found.
    func ingest(
        into ledger: Ledger, network: NetworkOptions, configuration: ClientConfiguration,
        environment: [String: String], console: Console
    ) async throws -> Ledger.Stored {
        let instance = try NamedInstance(network.instance)
        let intake = try intakeOptions(instance, region: configuration.region)
        let options = JobOptions(
            region: configuration.region, endpoint: "\(configuration.endpoint)",
            instance: instance.id, flow: intake.defaults.flow, flowDecides: flowDecides)
        let ingested = try await Intake.ingest(
            file, job: options, intake, into: ledger, at: .now
        ) { try network.endpoint(of: $0, environment: environment) }
        let job = ingested.stored.job
        guard case .created = ingested.stored, let summary = ingested.summary else {
            console.say("This is job \(job.id) of \(job.createdAt.toTheSecond).")
            return ingested.stored
        }
        console.say("Job \(job.id): \(summary.words).")
        for notice in summary.headerNotices { console.say(notice) }
        for earlier in try await ledger.read({ try $0.earlierJobs(ofSameName: job) }) {
            let left = try await ledger.read { try $0.totals(earlier) }[.pending]
            guard left > 0 else { continue }
            console.say(
                "\(job.input.name) has changed since job \(earlier.id) of "
                    + "\(earlier.createdAt.toTheSecond) was made of it, which has "
                    + "\(left.of("row")) to go. They stay in that job; this is another.")
        }
        return ingested.stored
    }
}
