/// How often, and after what wait, a call is made again.
package struct RetryPolicy: Hashable, Sendable {
    /// Calls that may count against a row (`--max-attempts`).
    package var attemptsMax = 8
    /// Calls that cannot have reached the service, after which a row is given up.
    package var unsentMax = 100
    /// Reads of the contact of a row in doubt that may fail one after the other where `attemptsMax` is
    /// less, some 2 minutes: they take nothing of the quota for transfers, and what they cannot tell
    /// somebody must look up.
    package var doubtReads = 20
    package var firstWait = Duration.milliseconds(200)
    package var waitMax = Duration.seconds(20)
    /// How old a token may be and still be trusted to be known to the service.
    ///
    /// Not documented for TransferContact; 7 days for other calls (connect-api.md, 1.5).
    package var tokenSafeAge = Duration.seconds(24 * 60 * 60)
    /// How long ago a contact that is looked at before its transfer may have been seen: while it is not
    /// sent, through a pause, somebody may take it.
    package var lookSafeAge = Duration.seconds(60)
    /// How far the service's clock may be behind ours.
    ///
    /// Beyond 5 minutes the service refuses a signature, and the client corrects for its clock. A
    /// narrower bound would miss our own transfers where this machine's clock is ahead.
    package var clockTolerance = Duration.seconds(300)
    /// How far this machine's clock may have been ahead when a row was sent, and been set right since:
    /// a transfer that looks older than its row, but not by more, may be that row's.
    ///
    /// A clock that keeps local time and is taken for UTC is 14 hours ahead at the most.
    package var clockErrorMax = Duration.seconds(24 * 60 * 60)

    /// How much later than a transfer the list of a contact's tree may show it. A guess: AWS does not
    /// say that it may be later at all.
    package var lookUpLag = Duration.seconds(5)
    /// How much later it may at the most: a contact that ended longer ago, and in whose tree none is
    /// shown that came from it, was not transferred. A guess as well, on the safe side.
    package var listLagMax = Duration.seconds(60)

    package init() {}

    /// Exponential backoff with full jitter: anything from 0 to the wait of the `failures`th
    /// failure (1 = the first).
    package func wait(
        afterFailure failures: Int, using rng: inout some RandomNumberGenerator
    ) -> Duration {
        let doublings = min(max(failures - 1, 0), 30)
        let top = min(firstWait * (1 << doublings), waitMax)
        return .nanoseconds(Int64.random(in: 0...top.wholeNanoseconds, using: &rng))
    }
}
