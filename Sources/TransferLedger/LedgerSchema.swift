import GRDB
import TransferCore

/// The ledger's tables. A migration that has been released is never edited: add another.
enum LedgerSchema {
    /// `BTON`, in the file's header, so that no other program's database is taken for a ledger.
    static let applicationID: Int32 = 0x4254_4F4E

    /// SQL: the contact of a row, NULL where it has none.
    static let contact = """
        coalesce(contact, CAST(substr(CAST(record AS BLOB), contact_at + 1, \(ContactPlace.idBytes)) \
        AS TEXT))
        """

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 jobs, routes, rows, runs, calls, events") { db in
            try db.execute(sql: first)
        }
        return migrator
    }

    private static let first = """
        -- One row, which is the same wherever the file goes.
        CREATE TABLE ledger (id TEXT NOT NULL) STRICT;

        INSERT INTO ledger VALUES (lower(hex(randomblob(16))));

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
            flow_name TEXT,
            flow_decides INTEGER NOT NULL,
            rows INTEGER NOT NULL,
            resolved_at INTEGER,              -- when what its routes name was looked up
            sealed INTEGER NOT NULL           -- 0 while its rows come in: nobody sees it till then
        ) STRICT;

        -- What many rows have in common. A thing has a name here where rows named it so, and an id
        -- unless its name was not found.
        CREATE TABLE routes (
            job INTEGER NOT NULL REFERENCES jobs(number),
            number INTEGER NOT NULL,
            instance TEXT NOT NULL,
            region TEXT,                      -- of the instance, with its account; NULL: the job's
            account TEXT,
            flow TEXT,
            flow_name TEXT,
            queue TEXT,                       -- destination: one of queue and user, or neither
            queue_name TEXT,
            user TEXT,
            user_name TEXT,
            expected_queue TEXT,              -- guard: the same
            expected_queue_name TEXT,
            expected_user TEXT,
            expected_user_name TEXT,
            PRIMARY KEY (job, number)
        ) STRICT, WITHOUT ROWID;

        -- Where the accounts and Regions are called that rows name beside the job's own.
        CREATE TABLE homes (
            job INTEGER NOT NULL REFERENCES jobs(number),
            region TEXT NOT NULL,
            account TEXT NOT NULL,
            endpoint TEXT NOT NULL,
            PRIMARY KEY (job, region, account)
        ) STRICT, WITHOUT ROWID;

        -- The input as it was read: written once. What becomes of a row stands in row_states, so
        -- that a million rows are stored in the time that a bare import takes; for the same reason
        -- the key is one integer, which SQLite appends fastest, and nothing is looked up on the way.
        CREATE TABLE rows (
            key INTEGER PRIMARY KEY,          -- the job's number << 32 | the row's
            line INTEGER NOT NULL,
            record TEXT NOT NULL,
            contact TEXT,                     -- where it stands apart from the record
            contact_at INTEGER,               -- else where it begins in the record, from 0 on
            route INTEGER,                    -- of the job's routes; NULL in a row that has none
            token TEXT                        -- the column ClientToken; else derived from job and row
        ) STRICT;

        -- Of rows that were claimed, called or ended; a row without one is pending.
        CREATE TABLE row_states (
            key INTEGER PRIMARY KEY REFERENCES rows(key),
            outcome TEXT NOT NULL DEFAULT 'pending' CHECK (
                -- Not IN: SQLite would fill a table with the six for every row (measured: 2.4 times
                -- the time of an insert).
                outcome = 'pending' OR outcome = 'transferred' OR outcome = 'failed'
                OR outcome = 'skipped' OR outcome = 'rejected' OR outcome = 'uncertain'),
            code TEXT,
            column_name TEXT,
            message TEXT,
            new_contact TEXT,
            request_id TEXT,
            attempts INTEGER NOT NULL DEFAULT 0,
            calls INTEGER NOT NULL DEFAULT 0,
            claimed_at INTEGER,               -- set before the first byte is sent
            started_at INTEGER,
            finished_at INTEGER
        ) STRICT;

        -- Without the pending ones, so that a run enters each row once and takes none out. SQLite
        -- uses it where the query says the same.
        CREATE INDEX row_states_by_outcome ON row_states (outcome, key) WHERE outcome <> 'pending';

        -- What the ledger proves itself by: see Chain. A digest of each hundred rows as they were
        -- stored; an entry for each outcome, as it is committed; the head with which each commit left
        -- the job's chain, the first of which, of 0 entries, is the job's genesis.
        CREATE TABLE row_blocks (
            key INTEGER PRIMARY KEY,          -- of the block's last row
            digest BLOB NOT NULL
        ) STRICT;

        CREATE TABLE chain (
            key INTEGER PRIMARY KEY,          -- the job's number << 32 | the entry's, from 1 on
            row INTEGER NOT NULL,             -- its number
            what TEXT NOT NULL CHECK (what = 'outcome' OR what = 'taken back'),
            digest BLOB NOT NULL              -- of the row with its outcome and its calls
        ) STRICT;

        CREATE TABLE chain_heads (
            key INTEGER PRIMARY KEY,          -- the job's number << 32 | entries up to here
            head BLOB NOT NULL
        ) STRICT;

        CREATE TABLE runs (
            number INTEGER PRIMARY KEY,
            job INTEGER NOT NULL REFERENCES jobs(number),
            started_at INTEGER NOT NULL,
            ended_at INTEGER,
            ending TEXT,
            host TEXT NOT NULL,
            user TEXT NOT NULL,
            process_id INTEGER NOT NULL,
            boot_id TEXT NOT NULL,            -- of the machine's start: process ids are used again
            version TEXT NOT NULL,
            pace TEXT NOT NULL,
            concurrency INTEGER NOT NULL,
            attempts_max INTEGER NOT NULL
        ) STRICT;

        -- How a run stood at its last commit: what is shown of it elsewhere.
        CREATE TABLE run_states (
            run INTEGER PRIMARY KEY REFERENCES runs(number),
            at INTEGER NOT NULL,
            paused_by TEXT,                   -- NULL unless somebody asked for a pause
            opens_at INTEGER,                 -- NULL unless it waits for its window
            in_flight INTEGER NOT NULL,
            calls INTEGER NOT NULL,
            throttled INTEGER NOT NULL,
            rate REAL NOT NULL,               -- calls a second that are aimed at
            rows_per_second REAL,             -- in the last minute
            work_ms INTEGER,                  -- time left but for pauses
            ends_at INTEGER,
            rows_at_stop INTEGER              -- to go when the time to stop comes
        ) STRICT;

        -- What somebody asks of the run that works on a job; the run takes it away when it hears it.
        CREATE TABLE wishes (
            number INTEGER PRIMARY KEY,
            job INTEGER NOT NULL REFERENCES jobs(number),
            at INTEGER NOT NULL,
            wisher TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (
                kind = 'pause' OR kind = 'go on' OR kind = 'fixed pace' OR kind = 'auto pace'),
            rate REAL,
            burst REAL
        ) STRICT;

        CREATE TABLE calls (
            key INTEGER NOT NULL REFERENCES rows(key),
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
            PRIMARY KEY (key, call)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE events (
            number INTEGER PRIMARY KEY,
            job INTEGER NOT NULL REFERENCES jobs(number),
            run INTEGER REFERENCES runs(number),
            at INTEGER NOT NULL,
            kind TEXT NOT NULL,
            detail TEXT NOT NULL,
            rate REAL                         -- transfers a second aimed at from then on
        ) STRICT;

        CREATE INDEX events_by_job ON events (job, number);

        -- A comparison of what this ledger says of a job with what the service says.
        CREATE TABLE reconciliations (
            number INTEGER PRIMARY KEY,
            job INTEGER NOT NULL REFERENCES jobs(number),
            started_at INTEGER NOT NULL,
            ended_at INTEGER,                 -- NULL while rows are to be asked for
            callers TEXT,                     -- under which names the service was asked
            host TEXT NOT NULL,               -- of the process that worked on it last
            user TEXT NOT NULL,
            process_id INTEGER NOT NULL,
            boot_id TEXT NOT NULL,
            version TEXT NOT NULL
        ) STRICT;

        CREATE INDEX reconciliations_by_job ON reconciliations (job, number);

        -- What the service says of a row, and where its contact is now.
        CREATE TABLE findings (
            reconciliation INTEGER NOT NULL REFERENCES reconciliations(number),
            -- Of a row; no REFERENCES: each row that is deleted would be looked for in all of this.
            key INTEGER NOT NULL,
            outcome TEXT NOT NULL,            -- the row's, once this was found
            finding TEXT NOT NULL,
            message TEXT NOT NULL,
            child TEXT,                       -- what came of it that the ledger does not know of
            contact TEXT,                     -- the last of the chain
            queue TEXT,                       -- where that is, or was when it ended
            user TEXT,
            ended_at INTEGER,
            disconnect_reason TEXT,
            checked_at INTEGER NOT NULL,
            PRIMARY KEY (reconciliation, key)
        ) STRICT, WITHOUT ROWID;

        -- What an operation's quota was last found to be.
        CREATE TABLE quotas (
            endpoint TEXT NOT NULL,
            region TEXT NOT NULL,
            account TEXT NOT NULL,            -- '' where it is not known
            operation TEXT NOT NULL,
            rate REAL NOT NULL,               -- calls a second
            burst REAL,                       -- NULL where it was not seen
            found_at INTEGER NOT NULL,
            PRIMARY KEY (endpoint, region, account, operation)
        ) STRICT, WITHOUT ROWID;
        """
}
