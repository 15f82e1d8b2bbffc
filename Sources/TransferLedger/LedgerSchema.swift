import GRDB

/// The ledger's tables. A migration that has been released is never edited: add another.
enum LedgerSchema {
    /// `BTON`, in the file's header, so that no other program's database is taken for a ledger.
    static let applicationID: Int32 = 0x4254_4F4E

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 jobs, rows, runs, calls, events") { db in
            try db.execute(sql: first)
        }
        return migrator
    }

    private static let first = """
        CREATE TABLE jobs (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            created_at INTEGER NOT NULL,      -- milliseconds since 1970, as all times here
            input_name TEXT NOT NULL,
            input_bytes INTEGER NOT NULL,
            input_sha256 TEXT NOT NULL,
            delimiter INTEGER NOT NULL,
            header TEXT NOT NULL,
            region TEXT NOT NULL,
            endpoint TEXT NOT NULL,
            instance TEXT,
            flow TEXT,
            flow_decides INTEGER NOT NULL,
            rows INTEGER NOT NULL,
            sealed INTEGER NOT NULL           -- 0 while its rows come in: nobody sees it till then
        ) STRICT;

        CREATE TABLE rows (
            job INTEGER NOT NULL REFERENCES jobs(number),
            row INTEGER NOT NULL,
            line INTEGER NOT NULL,
            record TEXT NOT NULL,
            contact TEXT,
            instance TEXT,
            flow TEXT,
            queue TEXT,                       -- destination: one of queue and user, or neither
            user TEXT,
            expected_queue TEXT,              -- guard
            expected_user TEXT,
            token TEXT,                       -- the column ClientToken; else derived from job and row
            outcome TEXT NOT NULL CHECK (outcome IN
                ('transferred', 'failed', 'skipped', 'rejected', 'uncertain', 'pending')),
            code TEXT,
            column_name TEXT,
            message TEXT,
            new_contact TEXT,
            request_id TEXT,
            attempts INTEGER NOT NULL DEFAULT 0,
            calls INTEGER NOT NULL DEFAULT 0,
            claimed_at INTEGER,               -- set before the first byte is sent
            started_at INTEGER,
            finished_at INTEGER,
            PRIMARY KEY (job, row)
        ) STRICT, WITHOUT ROWID;

        CREATE INDEX rows_by_outcome ON rows (job, outcome, row);

        CREATE TABLE runs (
            number INTEGER PRIMARY KEY,
            job INTEGER NOT NULL REFERENCES jobs(number),
            started_at INTEGER NOT NULL,
            ended_at INTEGER,
            ending TEXT,
            host TEXT NOT NULL,
            user TEXT NOT NULL,
            process_id INTEGER NOT NULL,
            version TEXT NOT NULL,
            pace TEXT NOT NULL,
            concurrency INTEGER NOT NULL,
            attempts_max INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE calls (
            job INTEGER NOT NULL,
            row INTEGER NOT NULL,
            call INTEGER NOT NULL,            -- 1 = the row's first call, of any operation
            run INTEGER NOT NULL REFERENCES runs(number),
            operation TEXT NOT NULL,
            started_at INTEGER NOT NULL,
            finished_at INTEGER NOT NULL,
            microseconds INTEGER NOT NULL,
            throttled INTEGER NOT NULL,
            http_status INTEGER,
            code TEXT,
            message TEXT,
            request_id TEXT,
            PRIMARY KEY (job, row, call),
            FOREIGN KEY (job, row) REFERENCES rows(job, row)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE events (
            number INTEGER PRIMARY KEY,
            job INTEGER NOT NULL REFERENCES jobs(number),
            run INTEGER REFERENCES runs(number),
            at INTEGER NOT NULL,
            kind TEXT NOT NULL,
            detail TEXT NOT NULL
        ) STRICT;

        CREATE INDEX events_by_job ON events (job, number);
        """
}
