package import TransferCore

/// Sends the first rows of each flow and destination ahead of their rest, so that one that takes no
/// contact costs a few calls and not one for every row.
///
/// A refusal that a look at the contact explains is the contact's own. Where the first transfers
/// are refused for no such reason and none is accepted, the rest is held back: it stays pending.
struct Canary: Sendable {
    /// Refusals by which a flow is held back, where they are of more than one destination.
    static let flowMax = 10
    /// Refusals by which a destination is held back: fewer, so that one that is wrong does not
    /// speak for its flow.
    static let destinationMax = 8

    private var groups: [RowGroup: Standing] = [:]
    /// Rows that wait for what becomes of the first of their group.
    private var waiting: [Int] = []
    private(set) var held: [HeldGroup] = []
    /// The groups of one destination that are open as their flow is: asked for first, since nearly
    /// all rows are of one.
    private var open: Set<RowGroup> = []
    /// Rows that were sent when their group was open already: nothing is to be heard of them. A row's
    /// number is known sooner than the three texts of its group.
    private var sentOpen: Set<Int> = []

    private enum Standing: Sendable {
        case onTrial(Trial)
        case open
        case heldBack
    }

    private struct Trial: Sendable {
        var underWay: Set<Int> = []
        var refused = 0
        var refusedDestinations: Set<Destination> = []
    }

    /// Whether a row may be sent.
    enum Admission { case now, later, heldBack }

    var waitingCount: Int { waiting.count }

    /// Asks for a row; say ``sent(_:of:)`` when it is.
    func admission(of row: Int, _ request: TransferRequest) -> Admission {
        if isKnownOpen(request) { return .now }
        var admission = Admission.now
        for group in RowGroup.all(of: request) {
            switch groups[group] {
            case nil, .open: continue
            case .heldBack: return .heldBack
            case .onTrial(let trial):
                let calls = trial.underWay.count + trial.refused
                let isFull = !trial.underWay.isEmpty && calls >= group.callsMax
                if isFull, !trial.underWay.contains(row) { admission = .later }
            }
        }
        return admission
    }

    mutating func sent(_ row: Int, of request: TransferRequest) {
        if isKnownOpen(request) {
            sentOpen.insert(row)
            return
        }
        for group in RowGroup.all(of: request) {
            switch groups[group] ?? .onTrial(Trial()) {
            case .onTrial(var trial):
                trial.underWay.insert(row)
                groups[group] = .onTrial(trial)
            case .open, .heldBack: continue
            }
        }
    }

    /// Keeps a row until its group has had an answer; ``released()`` gives it back.
    mutating func wait(_ row: Int) { waiting.append(row) }

    /// The rows that waited, to be asked for anew.
    mutating func released() -> [Int] {
        defer { waiting = [] }
        return waiting
    }

    private func isOpen(_ group: RowGroup) -> Bool {
        if case .open = groups[group] { true } else { false }
    }

    private func isKnownOpen(_ request: TransferRequest) -> Bool {
        open.contains(RowGroup(of: request))
    }

    /// Whether it matters to a group whose fault a refusal is.
    func isOnTrial(_ request: TransferRequest) -> Bool {
        RowGroup.all(of: request).contains {
            if case .onTrial = groups[$0] ?? .onTrial(Trial()) { true } else { false }
        }
    }

    /// Hears how a row ended, or that it is called no more.
    mutating func heard(_ row: Int, of request: TransferRequest, _ ending: RowLife.Ending?) {
        if sentOpen.remove(row) != nil || isKnownOpen(request) { return }
        for group in RowGroup.all(of: request) {
            guard case .onTrial(var trial) = groups[group] else { continue }
            trial.underWay.remove(row)
            if ending?.outcome == .transferred {
                groups[group] = .open
                if group.destination != nil, isOpen(group.flowGroup) { open.insert(group) }
                continue
            }
            if ending?.refusal == .unexplained {
                trial.refused += 1
                trial.refusedDestinations.insert(request.destination)
            }
            let isWholeFlow = group.destination == nil
            let isSpent = trial.refused >= group.callsMax
            if let ending, isSpent, !isWholeFlow || trial.refusedDestinations.count > 1 {
                groups[group] = .heldBack
                held.append(HeldGroup(group: group, refused: trial.refused, ending: ending))
            } else {
                groups[group] = .onTrial(trial)
            }
        }
    }
}

/// The rows that go by one flow, or by one flow to one destination.
package struct RowGroup: Sendable, Hashable {
    package let instance: InstanceID
    package let flow: ContactFlowID
    /// Nil for all of the flow's.
    package let destination: Destination?

    /// The flow's comes first.
    static func all(of request: TransferRequest) -> [RowGroup] {
        let own = RowGroup(of: request)
        return [own.flowGroup, own]
    }

    /// The group of one destination.
    fileprivate init(of request: TransferRequest) {
        self.init(
            instance: request.instance, flow: request.flow, destination: request.destination)
    }

    private init(instance: InstanceID, flow: ContactFlowID, destination: Destination?) {
        self.instance = instance
        self.flow = flow
        self.destination = destination
    }

    fileprivate var flowGroup: RowGroup {
        RowGroup(instance: instance, flow: flow, destination: nil)
    }

    fileprivate var callsMax: Int { destination == nil ? Canary.flowMax : Canary.destinationMax }
}

/// A group whose rows are held back, and why.
package struct HeldGroup: Sendable, Hashable {
    package let group: RowGroup
    /// Transfers that were refused, all there were.
    package let refused: Int
    /// What the service said of the last one.
    package let code: String
    package let message: String

    /// In words: what is held back, and for what.
    package var words: String {
        "The first \(refused) transfers by flow \(group.flow)\(goal) were refused, the last as \(code): "
            + "\(message) Its other rows stay pending."
    }

    private var goal: String {
        switch group.destination {
        case .queue(let id): " to queue \(id)"
        case .user(let id): " to user \(id)"
        case .flowDecides: " to where it decides"
        case nil: ""
        }
    }

    fileprivate init(group: RowGroup, refused: Int, ending: RowLife.Ending) {
        self.group = group
        self.refused = refused
        code = ending.code ?? ""
        message = ending.message ?? ""
    }
}
