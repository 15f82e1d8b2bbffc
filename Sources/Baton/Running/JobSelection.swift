import Report
import TransferCore
import TransferLedger

extension Ledger {
    /// The job that a command's argument means: an id or its beginning.
    func job(named prefix: String) async throws -> Job {
        let matches = try await read { try $0.jobs(idPrefix: prefix.lowercased()) }
        guard let job = matches.first else {
            throw LedgerError(
                .noSuchJob,
                "There is no job \(prefix) in \(path). `baton jobs --ledger \(path)` lists them.")
        }
        guard matches.count == 1 else {
            throw LedgerError(many: matches, "begin with \(prefix)", "Give more of the id.")
        }
        return job
    }

    /// The job that is meant where none is named: the only one that is not finished; else the
    /// newest that lacks the report of its last run.
    func unfinishedJob() async throws -> Job? {
        let (open, unreported) = try await read { reader in
            let jobs = try reader.jobs()
            return (
                try jobs.filter { try reader.totals($0)[.pending] > 0 },
                try jobs.first { try !reader.isReported($0) }
            )
        }
        guard open.count <= 1 else {
            throw LedgerError(
                many: open, "in \(path) are not finished",
                "Name one of them; `baton jobs --ledger \(path)` tells their files.")
        }
        return open.first ?? unreported
    }

    /// The named job; else the only one that some process works on, or the one to go on with.
    func jobAtWork(_ prefix: String?) async throws -> Job? {
        if let prefix { return try await job(named: prefix) }
        let held = try await heldJobs()
        guard held.count <= 1 else {
            throw LedgerError(many: held, "in \(path) are worked on", "Name one of them.")
        }
        if let job = held.first { return job }
        return try await unfinishedJob()
    }

    /// The named job; else the newest that some process works on, or the newest at all.
    func jobToWatch(_ prefix: String?) async throws -> Job {
        if prefix == nil, let held = try await heldJobs().first { return held }
        return try await jobOrNewest(prefix)
    }

    private func heldJobs() async throws -> [Job] {
        try await read { try $0.jobs() }.filter { try JobLock.isHeld($0, of: self) }
    }

    /// The named job; else the newest one.
    func jobOrNewest(_ prefix: String?) async throws -> Job {
        if let prefix { return try await job(named: prefix) }
        guard let newest = try await read({ try $0.jobs().first }) else {
            throw LedgerError(.noSuchJob, "There is no job in \(path) yet. `baton run` makes one.")
        }
        return newest
    }
}

extension LedgerError {
    /// Where one job is meant, and several could be.
    fileprivate init(many jobs: [Job], _ what: String, _ remedy: String) {
        let ids = jobs.map(\.id.text).joined(separator: ", ")
        self.init(.manyJobs, "\(jobs.count) jobs \(what): \(ids). \(remedy)")
    }
}

extension OutputOptions {
    /// Says that no job of a ledger is unfinished.
    func nothingToDo(in path: String) throws -> ExitStatus {
        console.say("Every job in \(path) is finished. There is nothing to do.")
        if output == .json { try Console.json([JobState]()) }
        return .done
    }
}
