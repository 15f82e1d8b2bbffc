package import TransferCore
package import TransferLedger

/// Looks up what a job's rows name, once for each thing, before anything is sent.
package enum Resolution {
    /// What a resolution could not do.
    package struct Gaps: Sendable {
        /// The kinds of things that were not looked up by their ids, and why.
        package var notLookedUp: [(kind: ThingKind, failure: TransferFailure)] = []
        /// What kept all look-ups from being made, where rows can be sent without.
        package var stoppedBy: TransferFailure?
    }

    /// Routes that are stored at a time.
    private static let pageRoutes = 1000

    /// Gives names their ids, and rejects the rows whose destination or flow is not there, is out
    /// of use or of a wrong type. Hold the job's ``JobLock``.
    ///
    /// Where the service cannot be asked at all, a job without names is left as it is: its run will
    /// meet the same, and knows what to do.
    ///
    /// - Throws: ``TransferFailure`` where names cannot be found; the job can be resolved later.
    package static func resolve(
        _ job: Job, in ledger: Ledger, by directories: Directories,
        now: @Sendable () -> Timestamp
    ) async throws -> Gaps {
        let needs = try await ledger.read { try $0.routeNeeds(of: job) }
        var resolver = RouteResolver(directories, needs: needs, flow: job.options.flow)
        do {
            try await resolve(job, in: ledger, by: &resolver, now: now)
        } catch let failure as TransferFailure where !needs.hasNames {
            return Gaps(stoppedBy: failure)
        }
        return Gaps(
            notLookedUp: resolver.notLookedUp.map { ($0.key, $0.value) }
                .sorted { $0.kind.rawValue < $1.kind.rawValue })
    }

    /// Adds the rows that a resolution has rejected to what an intake found.
    package static func add(
        rejectedOf job: Job, in ledger: Ledger, to summary: inout IntakeSummary
    ) async throws {
        summary = try await ledger.read { [summary] reader in
            var summary = summary
            try reader.forEachRow(of: job, outcomes: [.rejected]) { row in
                guard let code = row.code.flatMap(RowCode.init(rawValue:)), code.isOfDirectory
                else { return }
                let problem = RowProblem(
                    code, row.column.flatMap(Column.init(rawValue:)), row.message ?? "")
                summary.add([problem], makes: .rejected, row: row.row, line: row.line)
            }
            return summary
        }
    }

    private static func resolve(
        _ job: Job, in ledger: Ledger, by resolver: inout RouteResolver,
        now: @Sendable () -> Timestamp
    ) async throws {
        try await ledger.beginResolution()
        var last = 0
        while true {
            let page = try await ledger.read { [last] in
                try $0.routes(of: job, after: last, limit: pageRoutes)
            }
            guard let end = page.last?.number else { break }
            var resolved: [ResolvedRoute] = []
            for route in page { resolved.append(try await resolver.resolve(route)) }
            try await ledger.resolve(resolved, of: job)
            last = end
        }
        try await ledger.endResolution(of: job, at: now())
    }
}
