import AWSSigning

/// Goes along a job's chain, entry by entry, and tells what does not follow from what was before.
///
/// Where a stored head is not what the entries come to, it goes on from both: the next head tells
/// whether the entries or the head was changed.
struct ChainWalk: ~Copyable {
    private(set) var faults: [LedgerFault] = []
    private let kept: KeptHead?
    /// As reckoned from the beginning on.
    private var reckoned: ChainLink
    /// As reckoned from the last stored head on, where that is another.
    private var resumed: ChainLink?
    /// What one of the two is wrong about.
    private var suspect: Suspect?
    private var lastEntry = 0
    private var lastHead = 0
    private var hasGap = false
    private var isKeptMet = false
    private var hasher = SHA256Hasher()
    private var bytes = CanonicalBytes()

    private enum Suspect {
        case genesis
        case entries(ClosedRange<Int>)
    }

    /// - Parameters:
    ///   - genesis: what the job, its options and its rows come to.
    ///   - stored: the head of no entries; nil where there is none.
    init(genesis: SHA256Digest, stored: SHA256Digest?, kept: KeptHead?) {
        self.kept = kept
        reckoned = ChainLink(entries: 0, head: genesis)
        if let stored, stored != genesis {
            resumed = ChainLink(entries: 0, head: stored)
            suspect = .genesis
        }
        if stored == nil {
            faults.append(
                LedgerFault(.headChanged, "The genesis of the job's chain was removed."))
        }
    }

    /// Takes the next entry.
    mutating func entry(_ number: Int, row: Int, _ what: String, _ digest: [UInt8]) {
        skip(to: number - 1)
        compareKept()
        lastEntry = number
        reckoned.follow(what, row: row, digest, &bytes, &hasher)
        resumed?.follow(what, row: row, digest, &bytes, &hasher)
    }

    /// Takes a head that a commit stored, after the entries up to it.
    mutating func head(after entries: Int, _ head: SHA256Digest) {
        skip(to: entries)
        compareKept()
        let stored = ChainLink(entries: entries, head: head)
        let segment = lastHead + 1...max(entries, lastHead + 1)
        lastHead = entries
        if hasGap {
            settle(entriesAreWrong: true)
            (reckoned, resumed, hasGap) = (stored, nil, false)
        } else if reckoned.head == head {
            settle(entriesAreWrong: false)
            resumed = nil
        } else if resumed?.head == head {
            settle(entriesAreWrong: true)
            (reckoned, resumed) = (stored, nil)
        } else {
            settle(entriesAreWrong: true)
            (resumed, suspect) = (stored, .entries(segment))
        }
    }

    /// Ends the chain.
    mutating func end() {
        compareKept()
        if lastEntry > lastHead {
            let entries = lastHead + 1...lastEntry
            faults.append(
                LedgerFault(
                    .entryAdded, entries: entries,
                    "\(entries.sentenceWords("entry", "entries")) of the chain stand after its "
                        + "head: they were added, or the head was removed."))
        }
        settleAtEnd()
        if let kept, !isKeptMet {
            faults.append(
                LedgerFault(
                    .otherChain,
                    "The earlier report knows \(kept.length) entries of this chain, and now it has "
                        + "\(lastEntry): entries were removed."))
        }
    }

    /// Notes entries that are missing before what comes next.
    private mutating func skip(to number: Int) {
        guard number > lastEntry else { return }
        let missing = lastEntry + 1...number
        faults.append(
            LedgerFault(
                .entryRemoved, entries: missing,
                "\(missing.sentenceWords("entry", "entries")) of the chain "
                    + (missing.count == 1 ? "was" : "were") + " removed."))
        hasGap = true
        lastEntry = number
        reckoned.entries = number
        resumed?.entries = number
    }

    private mutating func compareKept() {
        guard let kept, !isKeptMet, reckoned.entries == kept.length else { return }
        isKeptMet = true
        if reckoned.head.hex != kept.head {
            faults.append(
                LedgerFault(
                    .otherChain, entries: kept.length > 0 ? 1...kept.length : nil,
                    "After \(kept.length) entries the chain is not the one that the earlier report "
                        + "knows: what was committed up to there was changed."))
        }
    }

    private mutating func settle(entriesAreWrong: Bool) {
        switch suspect.take() {
        case nil: return
        case .genesis where entriesAreWrong: addChangedJob()
        case .genesis: addChangedHead(after: 0)
        case .entries(let entries) where entriesAreWrong: addChanged(entries, "")
        case .entries(let entries): addChangedHead(after: entries.upperBound)
        }
    }

    private mutating func settleAtEnd() {
        switch suspect.take() {
        case nil: return
        case .genesis: addChangedJob()
        case .entries(let entries): addChanged(entries, ", or the head after them was changed")
        }
    }

    private mutating func addChangedJob() {
        faults.append(
            LedgerFault(
                .jobChanged,
                "The job itself (its input's name and digest, its options, its number of rows, "
                    + "where its rows go), the digests of its rows, or its genesis was changed."))
    }

    private mutating func addChangedHead(after entries: Int) {
        faults.append(
            LedgerFault(
                .headChanged, "The stored head after \(entries) entries of the chain was changed."))
    }

    private mutating func addChanged(_ entries: ClosedRange<Int>, _ otherwise: String) {
        let words = entries.sentenceWords("entry", "entries")
        let (verb, one) =
            entries.count == 1
            ? ("is", "it was") : ("are", "one or more were")
        faults.append(
            LedgerFault(
                .entryChanged, entries: entries,
                "\(words) of the chain \(verb) not as committed: \(one) changed or put in another "
                    + "order\(otherwise)."))
    }
}
