import TestSupport
import TransferCore
import TransferLedger
import TransferRun

/// A job's way through its runs, with crashes, stops and resumes, all drawn from a seed.
struct Night {
    /// What broke a rule; empty where all held.
    private(set) var problems: [String] = []
    /// What happened, line by line; kept for a single night only.
    private(set) var story: [String] = []
    private let tellsStory: Bool
    var figures = NightFigures()
    var rng: SplitMix64
    var service: SimulatedService
    var ledger = SimulatedLedger()
    var clock = NightClock()
    var options = RunOptions()
    /// Whether the machine's clock is set wrong and right again.
    let hasJumps: Bool
    /// From when on a row may have been transferred without anybody's knowledge, in true time.
    var inDoubtSince: [Int: Timestamp] = [:]
    /// The clocks of the window's time zone; nil where there is no window.
    var zone: Zone?
    private let faults: Faults
    private let calmRun: Int
    private var hasRetried = false
    private var heldBackInARow = 0

    /// How much longer than a run trusts it the service knows a token: a clock that was set back by
    /// an hour, and ahead by one before, tells ages that are two hours short.
    static let jumpsSum = Duration.seconds(2 * 3600)

    init(seed: UInt64, tellsStory: Bool = false) {
        self.tellsStory = tellsStory
        rng = SplitMix64(seed: seed)
        faults = Faults(using: &rng)
        hasJumps = rng.happens(0.25)
        calmRun = Int.random(in: 2...8, using: &rng)
        let rate = [0.5, 2, 10, 50, 400][Int.random(in: 0..<5, using: &rng)]
        service = SimulatedService(
            rate: rate, tokenAge: options.retry.tokenSafeAge + (hasJumps ? Self.jumpsSum : .zero),
            faults: faults, rng: SplitMix64(seed: ~seed))
        drawOptions(rate: rate)
        drawRows()
    }

    /// Runs until all is done, or nothing more can be.
    mutating func run() {
        figures.nights = 1
        figures.rows = ledger.rows.count
        let runsMax = calmRun + 20 + ledger.rows.count
        while problems.isEmpty {
            figures.runs += 1
            guard figures.runs <= runsMax else {
                return problem("it does not end, not in \(runsMax) runs")
            }
            let ending = runOnce()
            checkRows()
            if let ending, isOver(ending), !putsBack() { break }
        }
        figures.add(service.figures)
    }

    mutating func tell(_ line: @autoclosure () -> String) {
        guard tellsStory else { return }
        let line = line()
        story.append("run \(figures.runs): \(line)")
    }

    mutating func check(_ holds: Bool, _ text: @autoclosure () -> String) {
        figures.checks += 1
        if !holds { problem(text()) }
    }

    mutating func problem(_ text: String) {
        problems.append("run \(figures.runs): \(text)")
        tell("BROKEN RULE: \(text)")
    }

    /// From here on nothing is crashed, stopped, cut off or refused as a whole.
    var isCalm: Bool { figures.runs >= calmRun }

    private mutating func runOnce() -> RunEnding? {
        let span = Duration.seconds(Double(ledger.totals[.pending]) / service.rate + 60)
        service.faults = isCalm ? faults.calm : faults
        if !isCalm { service.faults.drawRun(of: span, using: &rng) }
        service.beginRun()
        let deeds = Deed.drawn(isCalm: isCalm, hasJumps: hasJumps, within: span, using: &rng)
        options.stopsAt =
            !isCalm && rng.happens(0.1)
            ? clock.wall(at: .random(within: span, using: &rng)) : nil
        var run = NightRun(self, deeds: deeds)
        let ending = run.run()
        self = run.night
        let (totals, word) = (ledger.totals, ending?.word ?? "killed")
        tell("\(run.now.seconds) s: ended as \(word), with \(totals)")
        figures.count(ending: ending?.word ?? "killed")
        rest(after: run)
        return ending
    }

    /// What happens to the clock and the disk before the next run, and what that remembers.
    private mutating func rest(after run: NightRun) {
        let pauses: [Duration] = [
            .seconds(2), .seconds(600), .seconds(3600), .seconds(24 * 3600 - 90),
            .seconds(26 * 3600),
        ]
        clock.wait(from: run.now, for: pauses[Int.random(in: 0..<pauses.count, using: &rng)])
        if hasJumps, rng.happens(0.3) { jump() }
        if ledger.isFull, isCalm || rng.happens(0.7) { ledger.isFull = false }
        if case .fixed = options.pace[.transferContact] { return }
        for (operation, found) in run.machine.found[0] where Bool.random(using: &rng) {
            options.pace[operation] = .likely(rate: found.rate, burst: found.burst ?? 1)
        }
    }

    mutating func jump() {
        figures.count(.clockJump)
        clock.ahead = .seconds(3600 * Int.random(in: -1...1, using: &rng))
    }

    private mutating func isOver(_ ending: RunEnding) -> Bool {
        checkReleases(ending)
        if case .heldBack = ending { heldBackInARow += 1 } else { heldBackInARow = 0 }
        switch ending {
        case .finished: return true
        // Nothing helps a role that may do nothing.
        case .accessDenied: return isCalm
        // Each run some more of the rows are sent and refused.
        case .heldBack: return isCalm && heldBackInARow > 1
        case .failures, .unreachable: return false
        case .credentials, .interrupted, .timeIsUp:
            check(!isCalm, "ended as \(ending.word) with nothing amiss")
            return false
        }
    }

    /// Somebody may want the rows that went amiss to be tried once more.
    private mutating func putsBack() -> Bool {
        guard !hasRetried, rng.happens(0.15) else { return false }
        hasRetried = true
        let rows = ledger.putBack()
        for _ in rows { figures.count(.retry) }
        return !rows.isEmpty
    }
}
