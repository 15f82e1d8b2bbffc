import TransferCore
import TransferLedger

/// A thing of an instance, and what keeps contacts from it.
struct DirectoryEntry {
    var id: String
    /// Nil for the queues that belong to users.
    var name: String?
    var fault: Fault?

    enum Fault {
        case disabled, archived, notPublished
        /// A flow of a type that no transfer takes.
        case type(ContactFlowType)

        private var code: RowCode {
            switch self {
            case .disabled: .queueDisabled
            case .archived: .flowArchived
            case .notPublished: .flowNotPublished
            case .type: .flowType
            }
        }

        /// What is to be said of the rows that name the thing.
        func problem(
            of entry: DirectoryEntry, _ kind: ThingKind, _ source: ReferenceSource
        ) -> RowProblem {
            RowProblem(code, source.column, sentence(of: entry, kind))
        }

        private func sentence(of entry: DirectoryEntry, _ kind: ThingKind) -> String {
            let subject = "The \(kind.noun) \((entry.name ?? entry.id).quoted)"
            return switch self {
            case .disabled: "\(subject) is disabled. Enable it, or name another."
            case .archived: "\(subject) is archived. Name one that is in use."
            case .notPublished: "\(subject) was never published. Publish it, or name another."
            case .type(let type):
                "\(subject) is of type \(type), which no transfer takes. Name one of type "
                    + ContactFlowType.ofTransfers.map(\.rawValue).joined(separator: ", ") + "."
            }
        }
    }
}

/// Where it is given which thing is meant.
struct ReferenceSource {
    /// Nil where a flag says it for all rows.
    var column: Column?
    var words: String

    static func column(_ column: Column) -> ReferenceSource {
        ReferenceSource(column: column, words: column.rawValue)
    }

    static let flowFlag = ReferenceSource(column: nil, words: "--contact-flow")
}

/// The things of one kind that an instance has.
struct DirectoryList {
    private let kind: ThingKind
    private let instance: InstanceID
    private var byID: [String: DirectoryEntry] = [:]
    /// Names that differ in their Unicode normalisation stand together, as Swift compares texts.
    private var byName: [String: [DirectoryEntry]] = [:]
    /// Whether what is not in it is not there.
    private let hasAll: Bool

    init(_ kind: ThingKind, in instance: InstanceID, _ entries: [DirectoryEntry], hasAll: Bool) {
        self.kind = kind
        self.instance = instance
        self.hasAll = hasAll
        for entry in entries {
            byID[entry.id] = entry
            if let name = entry.name { byName[name, default: []].append(entry) }
        }
    }

    var names: some Collection<String> { byName.keys }

    /// The thing that has exactly this name, or has it without the blanks round it; of several, the
    /// only one that takes contacts.
    ///
    /// - Parameter nearest: the names that may have been meant by one that nothing has.
    func find(
        _ text: String, _ source: ReferenceSource, nearest: (String) -> [String]
    ) -> Result<DirectoryEntry, RowProblems> {
        let name = byName[text] == nil ? SpreadsheetText.trimmed(text).text : text
        let alike = byName[name] ?? []
        let named = alike.filter { $0.name.map { $0.utf8.elementsEqual(name.utf8) } == true }
        let usable = named.filter { $0.fault == nil }
        if usable.count == 1 { return .success(usable[0]) }
        guard let first = named.first else {
            let problem =
                alike.first?.name.map { otherwiseSpelt(name, source, $0) }
                ?? unknown(name, source, nearest(name))
            return .failure(RowProblems([problem]))
        }
        if usable.isEmpty, let fault = first.fault {
            return .failure(RowProblems([fault.problem(of: first, kind, source)]))
        }
        let ids = usable.map(\.id).sorted().joined(separator: ", ")
        return .failure(
            RowProblems([
                RowProblem(
                    .ambiguousName, source.column,
                    "\(usable.count) \(kind.noun)s are named \(name.quoted): \(ids). "
                        + "Give the id of the one that is meant.")
            ]))
    }

    private func otherwiseSpelt(_ name: String, _ source: ReferenceSource, _ other: String)
        -> RowProblem
    {
        RowProblem(
            .unknownName, source.column,
            "No \(kind.noun) is named \(name.quoted). Nearest: \(other.quoted), which looks the "
                + "same and is made of other code points (Unicode normalisation). Copy the name "
                + "from Amazon Connect.")
    }

    private func unknown(_ name: String, _ source: ReferenceSource, _ nearest: [String])
        -> RowProblem
    {
        let offer =
            nearest.isEmpty
            ? "Check \(source.words); names are exact."
            : "Nearest: \(nearest.map(\.quoted).joined(separator: ", "))."
        return RowProblem(
            .unknownName, source.column, "No \(kind.noun) is named \(name.quoted). \(offer)")
    }

    /// What a list says of an id.
    enum Verdict {
        /// It is there; nothing is known to be wrong with it.
        case listed
        case faulty(RowProblem)
        case notThere(RowProblem)
        /// It may be one of those that are not on the list.
        case unlisted
    }

    func verdict(on id: String, _ source: ReferenceSource) -> Verdict {
        guard let entry = byID[id] else {
            return hasAll ? .notThere(.notThere(kind, id, source, in: instance)) : .unlisted
        }
        guard let fault = entry.fault else { return .listed }
        return .faulty(fault.problem(of: entry, kind, source))
    }
}

extension InstanceDirectory {
    /// Lists the things of a kind; of queues those that belong to users only where `all` are asked
    /// for.
    func entries(
        _ kind: ThingKind, in instance: InstanceID, all: Bool
    ) async throws(TransferFailure) -> [DirectoryEntry] {
        switch kind {
        case .queue:
            try await queues(in: instance, types: all ? [] : [.standard]).map(DirectoryEntry.init)
        case .user: try await users(in: instance).map(DirectoryEntry.init)
        case .flow: try await contactFlows(in: instance).map(DirectoryEntry.init)
        }
    }

    /// Asks for one thing.
    func entry(
        _ kind: ThingKind, id: String, in instance: InstanceID
    ) async throws(TransferFailure) -> DirectoryEntry {
        switch kind {
        case .queue: DirectoryEntry(try await queue(QueueID(valid: id), in: instance))
        case .user: DirectoryEntry(try await user(UserID(valid: id), in: instance))
        case .flow: DirectoryEntry(try await contactFlow(ContactFlowID(valid: id), in: instance))
        }
    }
}

extension DirectoryEntry {
    fileprivate init(_ queue: Queue) {
        self.init(
            id: queue.id.text, name: queue.name,
            fault: queue.status == .disabled ? .disabled : nil)
    }

    fileprivate init(_ user: User) { self.init(id: user.id.text, name: user.username) }

    fileprivate init(_ flow: ContactFlow) {
        self.init(id: flow.id.text, name: flow.name)
        if flow.state == .archived {
            fault = .archived
        } else if flow.status == .saved {
            fault = .notPublished
        } else if let type = flow.type, !ContactFlowType.ofTransfers.contains(type) {
            fault = .type(type)
        }
    }
}
