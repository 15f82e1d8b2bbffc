package import TransferCore
package import TransferLedger

/// Looks at every contact of a job and says what would become of its row.
package struct ContactReview: Sendable {
    private let directories: Directories
    private let now: @Sendable () -> Timestamp

    /// Contacts that are looked at at once: DescribeContact's quota is 10 a second, and an answer
    /// takes less than one.
    private static let windowMax = 16
    /// Rows that are committed together.
    private static let pageRows = 256

    package init(_ directories: Directories, now: @escaping @Sendable () -> Timestamp) {
        self.directories = directories
        self.now = now
    }

    /// Ends the job's rows that would not be transferred, and adds them to `summary`.
    ///
    /// - Parameter onProgress: hears how many contacts were looked at.
    /// - Throws: ``TransferFailure`` where contacts cannot be looked at; ``LedgerError``.
    package func review(
        _ job: Job, in ledger: Ledger, summary: inout IntakeSummary,
        onProgress: (Int) -> Void = { _ in }
    ) async throws {
        var last = 0
        var done = 0
        while true {
            let rows = try await ledger.claim(Self.pageRows, of: job, after: last, at: now())
            guard let end = rows.last?.row else { return }
            let ended = try await obstacles(of: rows) {
                done += 1
                onProgress(done)
            }
            for (row, obstacle) in ended {
                let problem = RowProblem(obstacle.code, .contactID, obstacle.message)
                summary.add([problem], makes: obstacle.outcome, row: row.row, line: row.line)
            }
            try await ledger.end(ended.map(EndedRow.init), of: job, at: now())
            last = end
        }
    }

    /// The rows that have an obstacle, in their order.
    private func obstacles(
        of rows: [ClaimedRow], onEach: () -> Void
    ) async throws -> [(row: ClaimedRow, obstacle: Obstacle)] {
        var found: [(row: ClaimedRow, obstacle: Obstacle)] = []
        try await withThrowingTaskGroup(of: (ClaimedRow, Obstacle?).self) { group in
            var waiting = rows[...]
            for _ in 0..<Self.windowMax {
                guard let row = waiting.popFirst() else { break }
                group.addTask { (row, try await obstacle(to: row)) }
            }
            while let (row, obstacle) = try await group.next() {
                onEach()
                if let obstacle { found.append((row, obstacle)) }
                if let row = waiting.popFirst() {
                    group.addTask { (row, try await self.obstacle(to: row)) }
                }
            }
        }
        return found.sorted { $0.row.row < $1.row.row }
    }

    private func obstacle(to row: ClaimedRow) async throws(TransferFailure) -> Obstacle? {
        let (contact, instance) = (row.request.contact, row.request.instance)
        let directory = directories[row.home]
        let state: ContactState
        do throws(TransferFailure) {
            state = try await directory.contact(contact, in: instance)
        } catch  where error.advice == .permanent {
            return .notFound(error)
        }
        let obstacle = state.obstacle(
            to: row.request.destination, mustBeAt: row.mustBeAt, isVerified: true)
        guard obstacle == nil, state.mayBeAtLimit else { return obstacle }
        let tree = try await directory.contacts(associatedWith: contact, in: instance)
        return Obstacle(afterTransfers: tree.transfers(to: contact))
    }
}

extension EndedRow {
    fileprivate init(_ row: ClaimedRow, _ obstacle: Obstacle) {
        self.init(
            row: row.row, outcome: obstacle.outcome, code: obstacle.code, column: .contactID,
            message: obstacle.message)
    }
}
