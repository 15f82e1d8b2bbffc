/// What is not in the ledger as it was committed.
package struct LedgerFault: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable {
        case jobChanged = "job changed"
        case jobRemoved = "job removed"
        /// What was read from the input, or what a row was asked for.
        case inputChanged = "input changed"
        case rowRemoved = "row removed"
        case rowAdded = "row added"
        case outcomeChanged = "outcome changed"
        case outcomeAdded = "outcome added"
        case outcomeRemoved = "outcome removed"
        case entryChanged = "entry changed"
        case entryRemoved = "entry removed"
        case entryAdded = "entry added"
        case headChanged = "head changed"
        /// The totals that are counted elsewhere are not those of the rows.
        case totals
        /// An earlier report knew another chain.
        case otherChain = "other chain"
    }

    package var kind: Kind
    /// The row's number, or those of which one or more are meant; nil where it is no row's.
    package var rows: ClosedRange<Int>?
    /// Of the input; nil where it is not known.
    package var lines: ClosedRange<Int>?
    /// Of the chain, from 1 on; nil where it is none's.
    package var entries: ClosedRange<Int>?
    /// A sentence for people.
    package var message: String

    init(
        _ kind: Kind, rows: ClosedRange<Int>? = nil, lines: ClosedRange<Int>? = nil,
        entries: ClosedRange<Int>? = nil, _ message: String
    ) {
        self.kind = kind
        self.rows = rows
        self.lines = lines
        self.entries = entries
        self.message = message
    }
}

/// Faults as they are found: the first ones, and how many there are.
package struct LedgerFaults: Sendable, Hashable {
    /// How many are told singly.
    package static let toldMax = 100

    package private(set) var told: [LedgerFault] = []
    package private(set) var count = 0

    package init() {}

    mutating func add(_ fault: LedgerFault) {
        count += 1
        if told.count < Self.toldMax { told.append(fault) }
    }
}

/// What a look through a job found.
package struct JobVerdict: Sendable, Hashable {
    package var job: Job
    package var chain: ChainState
    package var faults: LedgerFaults
}

/// How far the chain of a job's outcomes has come.
package struct ChainState: Sendable, Hashable {
    /// Entries.
    package var length: Int
    /// 64 hexadecimal digits; that of no entries is the genesis.
    package var head: String
    package var genesis: String
}

/// A head of a job's chain that somebody kept: that of a report, say.
package struct KeptHead: Sendable, Hashable {
    package var length: Int
    /// 64 lower-case hexadecimal digits.
    package var head: String
    /// Nil where it was not kept.
    package var genesis: String?

    package init(length: Int, head: String, genesis: String? = nil) {
        self.length = length
        self.head = head
        self.genesis = genesis
    }
}

extension ClosedRange<Int> {
    /// `row 5`, `rows 5 to 9`.
    func words(_ one: String, _ many: String) -> String {
        count == 1 ? "\(one) \(lowerBound)" : "\(many) \(lowerBound) to \(upperBound)"
    }

    /// The same with a capital.
    func sentenceWords(_ one: String, _ many: String) -> String {
        let words = words(one, many)
        return words.prefix(1).uppercased() + words.dropFirst()
    }
}
