/// What nights were made of: how much of it there was, and what befell them.
struct NightFigures: Sendable {
    var nights = 0
    var runs = 0
    var rows = 0
    var calls = 0
    var commits = 0
    /// Times that a rule was held against what was seen.
    var checks = 0
    private(set) var troubles: [Trouble: Int] = [:]
    private(set) var endings: [String: Int] = [:]

    mutating func count(_ trouble: Trouble) { troubles[trouble, default: 0] += 1 }

    mutating func count(ending: String) { endings[ending, default: 0] += 1 }

    mutating func add(_ other: NightFigures) {
        nights += other.nights
        runs += other.runs
        rows += other.rows
        calls += other.calls
        commits += other.commits
        checks += other.checks
        troubles.merge(other.troubles, uniquingKeysWith: +)
        endings.merge(other.endings, uniquingKeysWith: +)
    }

    /// A line for each figure.
    var lines: [String] {
        let crashes = (troubles[.crash] ?? 0) + (troubles[.diskFull] ?? 0)
        let sums = [
            "nights \(nights)", "runs \(runs)", "of them killed or without a disk \(crashes)",
            "rows \(rows)", "calls \(calls)", "commits \(commits)", "checks of rules \(checks)",
        ]
        let befell = Trouble.allCases.map { "\($0.rawValue): \(troubles[$0] ?? 0)" }
        let ended = endings.sorted { $0.key < $1.key }.map { "runs that ended as \($0): \($1)" }
        return sums + befell + ended
    }
}

/// What can befall a run.
enum Trouble: String, CaseIterable, Sendable {
    case crash = "killed"
    case diskFull = "disk full at a claim or commit"
    case stop = "asked to stop"
    case frozen = "frozen for a while"
    case clockJump = "clock set by an hour"
    case pause = "paused"
    case pace = "another pace asked for"
    case retry = "failed and uncertain rows put back"
    case oldToken = "second transfer with a token forgotten by the service"
    case unsent = "call that never left"
    case lostBefore = "answer lost, no effect"
    case lostAfter = "answer lost after the effect"
    case unreadable = "200 that cannot be read"
    case conflict = "409"
    case throttled = "429 within the quota"
    case overQuota = "429 over the quota"
    case refusedReplay = "known token refused"
    case lateList = "list without a transfer that it shows later"
    case othersEnd = "contact ended by others"
    case othersTakeUp = "contact taken up by an agent"
    case othersMove = "contact moved by others"
    case othersTransfer = "contact transferred by others"
    case deniedRun = "call of a run whose role may do nothing"
    case deniedRead = "read that the role may not make"
    case credentials = "credentials refused"
    case wrongGroup = "refused for its flow or queue"
    case ofContact = "refused for its contact"
    case spellUnreachable = "call while there is no connection"
    case spellDown = "call while the service fails"
    case spellTransfersDown = "transfer while transfers alone fail"
    case spellReadsDown = "read while reads alone fail"
    case spellStorm = "call in a storm of 429"
    case spellReadStorm = "DescribeContact in a storm of its own"
    case spellGarbled = "transfer while answers cannot be read"
}
