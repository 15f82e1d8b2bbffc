import TransferCore
import TransferLedger

/// What the server knows of jobs: all of it is read from the ledger when it is asked for.
struct JobDesk: Sendable {
    let ledger: LedgerView
    let viewer: RunWorker
    let now: @Sendable () -> Timestamp

    /// A page of the list.
    struct List {
        var standings: [JobStanding]
        var count: Int
    }

    /// So many jobs after the newest `offset`.
    func list(offset: Int, limit: Int) async throws -> List {
        try await ledger.read { reader in
            let jobs = try reader.jobs(limit: limit, offset: offset)
            return List(
                standings: try jobs.map { try standing($0, reader) }, count: try reader.jobCount())
        }
    }

    /// How a job stands; nil where there is none.
    func standing(_ id: JobID) async throws -> JobStanding? {
        try await ledger.read { reader in try reader.job(id).map { try standing($0, reader) } }
    }

    /// How a job stands, and its last events, the last one first; nil where there is none.
    func story(
        _ id: JobID, eventsMax: Int
    ) async throws -> (standing: JobStanding, events: [RunEvent])? {
        try await ledger.read { reader in
            guard let job = try reader.job(id) else { return nil }
            return (try standing(job, reader), try reader.lastEvents(job, limit: eventsMax))
        }
    }

    /// The jobs that were made since a moment or are at work, the newest first.
    func recent(since moment: Timestamp, limit: Int) async throws -> [JobStanding] {
        try await ledger.read { reader in
            // Runs that were killed leave jobs open that are at work no more: twice as many.
            let jobs = try reader.jobs(since: moment, orOpenLimit: 2 * limit)
            let known = try jobs.filter {
                try $0.createdAt >= moment || JobLock.isHeld($0, of: ledger)
            }
            return try known.prefix(limit).map { try standing($0, reader) }
        }
    }

    private func standing(_ job: Job, _ reader: LedgerReader) throws -> JobStanding {
        try JobStanding(
            job, isHeld: JobLock.isHeld(job, of: ledger), from: reader, by: viewer, at: now())
    }
}
