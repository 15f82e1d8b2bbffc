import AWSSigning
import FoundationEssentials
import GRDB
import TransferCore

extension LedgerReader {
    /// The state of a job's chain as the ledger says it, unverified.
    ///
    /// - Throws: ``LedgerError`` where it is not there.
    package func chain(of job: Job) throws -> ChainState {
        guard let first = try ChainLink.first(of: job.number, in: db), first.entries == 0,
            let last = try ChainLink.last(of: job.number, in: db)
        else {
            throw LedgerError(
                .failed,
                "The chain of job \(job.id)'s outcomes has lost its beginning: somebody changed "
                    + "the ledger. `baton verify-ledger \(job.id)` says what is wrong with it.")
        }
        return ChainState(length: last.entries, head: last.head.hex, genesis: first.head.hex)
    }

    /// Looks whether all that stands in the ledger of a job is what was committed.
    ///
    /// Memory does not grow with the number of rows.
    ///
    /// - Parameter kept: a head that was kept elsewhere, for the chain to have had.
    package func verify(_ job: Job, against kept: KeptHead? = nil) throws -> JobVerdict {
        var faults = LedgerFaults()
        let stored = try ChainLink.first(of: job.number, in: db)
        let genesis = stored?.entries == 0 ? stored?.head : nil
        if let known = kept?.genesis, let genesis, genesis.hex != known {
            faults.add(
                LedgerFault(
                    .otherChain,
                    "The chain begins otherwise than the earlier report knows: the "
                        + "job or its rows were changed."))
        }
        for fault in try walkChain(of: job, stored: genesis, kept) { faults.add(fault) }
        var rows = try RowCheck(job, in: db)
        try rows.check { faults.add($0) }
        if try totals(job) != rows.totals {
            faults.add(
                LedgerFault(
                    .totals,
                    "The control totals, which are counted by outcome, are not those of "
                        + "the rows: a state was left without a row, or rows are missing."))
        }
        let last = try ChainLink.last(of: job.number, in: db)
        return JobVerdict(
            job: job,
            chain: ChainState(
                length: last?.entries ?? 0, head: last?.head.hex ?? "",
                genesis: genesis?.hex ?? ""),
            faults: faults)
    }

    private func walkChain(
        of job: Job, stored: SHA256Digest?, _ kept: KeptHead?
    ) throws -> [LedgerFault] {
        let rows = try Genesis.rows(of: job.number, in: db)
        var walk = ChainWalk(
            genesis: try Genesis.digest(job.id, job.number, rows: rows, in: db), stored: stored,
            kept: kept)
        let keys = RowKey.all(of: job.number)
        let range: StatementArguments = [keys.before, keys.last]
        let entry = RowKey.row(of: "key")
        let heads = try Row.fetchCursor(
            db,
            sql: """
                SELECT \(entry), head FROM chain_heads WHERE key > ? AND key <= ? ORDER BY key
                """,
            arguments: range)
        let entries = try Row.fetchCursor(
            db,
            sql: """
                SELECT \(entry), row, what, digest FROM chain WHERE key > ? AND key <= ?
                ORDER BY key
                """,
            arguments: range)
        var head = try heads.next()
        while let entry = try entries.next() {
            let number: Int = entry[0]
            while let due = head, (due[0] as Int) < number {
                walk.take(head: due)
                head = try heads.next()
            }
            walk.entry(number, row: entry[1], entry[2], Array(entry[3] as Data))
        }
        while let due = head {
            walk.take(head: due)
            head = try heads.next()
        }
        walk.end()
        return walk.faults
    }

    /// What stands in the ledger of jobs that are not there.
    package func strayFaults() throws -> LedgerFaults {
        var faults = LedgerFaults()
        for job in try Int64.fetchAll(
            db, sql: "SELECT number FROM jobs WHERE NOT sealed AND id NOT LIKE 'ingesting-%'")
        {
            faults.add(
                LedgerFault(
                    .jobRemoved,
                    "Job number \(job) of the ledger was hidden: it is marked as one "
                        + "that is still being stored."))
        }
        let known = try Set(Int64.fetchAll(db, sql: "SELECT number FROM jobs"))
        var strays: Set<Int64> = []
        for table in ["rows", "row_states", "chain", "chain_heads"] {
            var after: Int64 = -1
            while let key = try Int64.fetchOne(
                db, sql: "SELECT key FROM \(table) WHERE key > ? ORDER BY key LIMIT 1",
                arguments: [after])
            {
                let job = RowKey.job(of: key)
                if !known.contains(job) { strays.insert(job) }
                after = RowKey.all(of: job).last.value
            }
        }
        for job in strays.sorted() {
            faults.add(
                LedgerFault(
                    .jobRemoved,
                    "Job number \(job) of the ledger was removed: rows or outcomes of "
                        + "it are still there."))
        }
        return faults
    }
}

extension ChainWalk {
    fileprivate mutating func take(head row: Row) {
        // One that is no digest at all is none that the entries come to.
        head(
            after: row[0],
            SHA256Digest(bytes: Array(row[1] as Data)) ?? SHA256Digest(of: [UInt8]()))
    }
}
