import ConnectClient
import Intake
import TransferCore
import TransferLedger
import TransferRun

extension InputOptions {
    /// Takes the input in and says what was found.
    func ingest(
        into ledger: Ledger, network: NetworkOptions, configuration: ClientConfiguration,
        console: Console
    ) async throws -> Ledger.Stored {
        let instance = try NamedInstance(network.instance).id
        let options = JobOptions(
            region: configuration.region, endpoint: "\(configuration.endpoint)",
            instance: instance,
            flow: try namedFlow(in: instance, region: configuration.region),
            flowDecides: flowDecides)
        let stored = try await Intake.ingest(file, options: options, into: ledger, at: .now)
        switch stored {
        case .created(let job):
            let totals = try await ledger.read { try $0.totals(job) }
            console.say(
                "Job \(job.id): \(job.rows.of("row")) read, \(totals[.rejected].grouped) rejected.")
        case .existing(let job):
            console.say("This is job \(job.id) of \(job.createdAt.toTheSecond).")
        }
        return stored
    }
}

extension Ledger.Stored {
    var job: Job {
        switch self {
        case .created(let job), .existing(let job): job
        }
    }
}
