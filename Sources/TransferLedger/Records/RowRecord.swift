package import TransferCore

/// A row that was claimed for this run: what to send, and what is known of earlier tries.
package struct ClaimedRow: Sendable, Hashable {
    package var row: Int
    package var line: Int
    package var request: TransferRequest
    package var mustBeAt: Guard?
    /// TransferContact calls so far that counted against the row.
    package var attempts: Int
    /// When an earlier run claimed the row and did not say what came of it: it may have been sent.
    package var inDoubtSince: Timestamp?
    /// Where its instance is; nil where that is the job's own.
    package var home: Home?

    package init(
        row: Int, line: Int, request: TransferRequest, mustBeAt: Guard? = nil, attempts: Int = 0,
        inDoubtSince: Timestamp? = nil, home: Home? = nil
    ) {
        self.row = row
        self.line = line
        self.request = request
        self.mustBeAt = mustBeAt
        self.attempts = attempts
        self.inDoubtSince = inDoubtSince
        self.home = home
    }
}

/// What became of a row, to be committed.
package struct RowOutcome: Sendable, Hashable {
    package var row: Int
    package var outcome: Outcome
    /// The service's error code, or one of ours; nil where there is nothing to say.
    package var code: String?
    package var message: String?
    package var newContact: ContactID?
    package var requestID: String?
    package var at: Timestamp

    package init(
        row: Int, outcome: Outcome, code: String? = nil, message: String? = nil,
        newContact: ContactID? = nil, requestID: String? = nil, at: Timestamp
    ) {
        self.row = row
        self.outcome = outcome
        self.code = code
        self.message = message
        self.newContact = newContact
        self.requestID = requestID
        self.at = at
    }
}

/// A row as the reports read it.
package struct RowRecord: Sendable, Hashable {
    package var row: Int
    package var line: Int
    /// The record as it stood in the input, in UTF-8, without its line end.
    package var record: String
    /// Nil in a rejected row whose contact could not be read.
    package var contact: String?
    /// Nil in a rejected row.
    package var destination: RowDestination?
    package var outcome: Outcome
    package var code: String?
    /// The column at fault, in a rejected row.
    package var column: String?
    package var message: String?
    package var newContact: String?
    /// TransferContact calls that counted against the row; throttled ones do not.
    package var attempts: Int
    package var requestID: String?
    /// Nil in a rejected row, which is never sent.
    package var token: ClientToken?
    /// When the first call for the row was made.
    package var startedAt: Timestamp?
    /// When the outcome was known; nil while pending.
    package var finishedAt: Timestamp?
}
