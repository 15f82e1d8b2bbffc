/// Judges rows by the contract of the input: what a row asks for, or what is wrong with it.
package struct RowJudge: Sendable {
    package let schema: RowSchema
    private let defaults: RowDefaults

    package init(schema: RowSchema, defaults: RowDefaults) {
        self.schema = schema
        self.defaults = defaults
    }

    /// Judges one record.
    ///
    /// - Throws: ``RowProblems`` with all that is wrong with it, never only the first.
    package func judge(_ record: borrowing CSVRecord) throws(RowProblems) -> TransferDraft {
        guard record.count == schema.names.count else {
            throw RowProblems([
                RowProblem(
                    .fieldCount, nil,
                    "The row has \(record.count) fields, the header \(schema.names.count). "
                        + "Is a delimiter missing, or unquoted in a text?")
            ])
        }
        var row = RowReading(record, schema: schema, defaults: defaults)
        // Every part is read before any verdict, so that all problems are found.
        let instance = row.instance()
        let contact = row.contact()
        let flow = row.flow()
        let destination = row.destination()
        let mustBeAt = row.mustBeAt()
        let token = row.token()
        guard row.problems.isEmpty, let instance, let contact, let flow, let destination else {
            throw RowProblems(row.problems)
        }
        return TransferDraft(
            instance: instance, contact: contact, flow: flow, destination: destination,
            mustBeAt: mustBeAt, tokenOverride: token)
    }

    /// The contact's text in a record that may be wrong otherwise; nil where there is none.
    package func contactText(of record: borrowing CSVRecord) -> String? {
        guard let index = schema[.contactID], index < record.count else { return nil }
        let text = record.text(index).trimmed
        return text.isEmpty ? nil : text
    }
}

/// One thing that is wrong with a row.
package struct RowProblem: Hashable, Sendable {
    package var code: RowCode
    /// The column at fault; nil where it is the row.
    package var column: Column?
    /// A sentence for the operator.
    package var message: String

    package init(_ code: RowCode, _ column: Column?, _ message: String) {
        self.code = code
        self.column = column
        self.message = message
    }
}

/// Everything that is wrong with a row.
package struct RowProblems: Error, Hashable, Sendable {
    package var all: [RowProblem]

    package init(_ all: [RowProblem]) { self.all = all }

    /// All sentences, one after the other.
    package var message: String { all.map(\.message).joined(separator: " ") }
}

/// Reads the parts of one record and gathers what is wrong with them.
private struct RowReading: ~Copyable {
    private let texts: [Column: String]
    private let schema: RowSchema
    private let defaults: RowDefaults
    /// The instance that ARNs must be of; known once `instance()` was read.
    private var instanceRead: InstanceID?
    private(set) var problems: [RowProblem] = []

    init(_ record: borrowing CSVRecord, schema: RowSchema, defaults: RowDefaults) {
        self.schema = schema
        self.defaults = defaults
        var texts: [Column: String] = [:]
        for column in Column.allCases {
            guard let index = schema[column] else { continue }
            let text = record.text(index).trimmed
            if !text.isEmpty { texts[column] = text }
        }
        self.texts = texts
    }

    mutating func instance() -> InstanceID? {
        guard let text = texts[.instanceID] else {
            if defaults.instance == nil { missing(.instanceID) }
            instanceRead = defaults.instance
            return instanceRead
        }
        if let arn = ConnectARN(text) {
            guard arn.kind == nil, isOfRegion(arn) else {
                foreign(.instanceID, arn, text)
                return nil
            }
            instanceRead = id(arn.instance, .instanceID)
        } else {
            instanceRead = id(text, .instanceID)
        }
        return instanceRead
    }

    mutating func contact() -> ContactID? {
        guard let text = texts[.contactID] else {
            missing(.contactID)
            return nil
        }
        return idOrARN(text, .contactID)
    }

    mutating func flow() -> ContactFlowID? {
        if let found: ContactFlowID = idOrName(.flowID, .flow) { return found }
        guard texts[.flowID] == nil, texts[.flow] == nil else { return nil }
        if defaults.flow == nil { missing(.flowID) }
        return defaults.flow
    }

    mutating func destination() -> Destination? {
        let hasQueue = texts[.queueID] != nil || texts[.queue] != nil
        let hasUser = texts[.userID] != nil || texts[.user] != nil
        let queue: QueueID? = idOrName(.queueID, .queue)
        let user: UserID? = idOrName(.userID, .user)
        switch (hasQueue, hasUser) {
        case (true, true):
            problem(
                .bothDestinations, .userID,
                "The row names a queue and a user. Keep one of them.")
            return nil
        case (true, false): return queue.map { .queue($0) }
        case (false, true): return user.map { .user($0) }
        case (false, false):
            if defaults.flowDecides || !schema.hasDestination { return .flowDecides }
            problem(
                .noDestination, nil,
                "The row names no queue and no user. Name one, "
                    + "or give --flow-decides where the flow is to decide.")
            return nil
        }
    }

    mutating func mustBeAt() -> Guard? {
        let queue: QueueID? = idOrName(.expectedQueueID, .expectedQueue)
        let user: UserID? = idOrName(.expectedUserID, .expectedUser)
        if queue != nil, user != nil {
            problem(
                .bothGuards, .expectedUserID,
                "The row expects the contact in a queue and with a user. Keep one of them.")
        }
        return queue.map { .queue($0) } ?? user.map { .user($0) }
    }

    mutating func token() -> ClientToken? {
        texts[.clientToken].flatMap { id($0, .clientToken) }
    }

    /// The id of a pair of columns such as `QueueId` and `Queue`.
    private mutating func idOrName<ID: ServiceIdentifier>(
        _ idColumn: Column, _ nameColumn: Column
    ) -> ID? {
        if let text = texts[idColumn] {
            guard texts[nameColumn] == nil else {
                problem(
                    .bothColumns, nameColumn,
                    "The row fills \(idColumn.rawValue) and \(nameColumn.rawValue). Keep one.")
                return nil
            }
            return idOrARN(text, idColumn)
        }
        guard let text = texts[nameColumn] else { return nil }
        if ConnectARN(text) != nil || text.hasShapeOfUUID { return idOrARN(text, nameColumn) }
        problem(
            .nameNotResolved, nameColumn,
            "\(nameColumn.rawValue) \(text.quoted) is a name, and names are not looked up yet. "
                + "Give the id or ARN in \(idColumn.rawValue).")
        return nil
    }

    private mutating func idOrARN<ID: ServiceIdentifier>(_ text: String, _ column: Column) -> ID? {
        guard text.hasPrefix("arn:") else { return id(text, column) }
        guard let arn = ConnectARN(text), arn.kind == ID.arnKind, isOfRegion(arn),
            instanceRead == nil || arn.instance == instanceRead?.text, let own = arn.id
        else {
            foreign(column, ConnectARN(text), text)
            return nil
        }
        return id(own, column)
    }

    private mutating func id<ID: ServiceIdentifier>(_ text: String, _ column: Column) -> ID? {
        do throws(IdentifierProblem) {
            return try ID(text)
        } catch {
            problem(.invalidID, column, "\(column.rawValue) \(error.words(for: text))")
            return nil
        }
    }

    private func isOfRegion(_ arn: ConnectARN) -> Bool {
        defaults.region == nil || arn.region == defaults.region
    }

    private mutating func missing(_ column: Column) {
        problem(.missingValue, column, "\(column.rawValue) is empty. Fill it in.")
    }

    private mutating func foreign(_ column: Column, _ arn: ConnectARN?, _ text: String) {
        let why =
            switch arn {
            case nil: "is no ARN of Amazon Connect"
            case .some(let arn) where !isOfRegion(arn):
                "is of Region \(arn.region), the job of \(defaults.region ?? "none")"
            case .some(let arn) where arn.instance != instanceRead?.text && instanceRead != nil:
                "is of another instance than the row's"
            default: "names something of another kind"
            }
        problem(.foreignARN, column, "\(column.rawValue) \(text.quoted) \(why).")
    }

    private mutating func problem(_ code: RowCode, _ column: Column?, _ message: String) {
        problems.append(RowProblem(code, column, message))
    }
}

extension IdentifierProblem {
    fileprivate func words(for text: String) -> String {
        switch self {
        case .empty:
            "is empty. Fill it in."
        case .tooLong(let characters, let max):
            "has \(characters) characters; \(max) is the most."
        case .character(let scalar, let offset):
            "\(text.quoted) has a character that no id has: "
                + "U+\(scalar.hexadecimal) at position \(offset + 1)."
        }
    }
}

extension Unicode.Scalar {
    fileprivate var hexadecimal: String {
        let digits = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}

extension String {
    /// In quotes, on one line and of bounded length: for a sentence about what a file holds.
    var quoted: String {
        var shown = ""
        for scalar in unicodeScalars.prefix(100) {
            switch scalar.value {
            case 0..<0x20, 0x7F: shown += "\\u{\(scalar.hexadecimal)}"
            default: shown.unicodeScalars.append(scalar)
            }
        }
        return "'\(shown)\(unicodeScalars.count > 100 ? "…" : "")'"
    }

    /// Without the spaces and tabs around it.
    fileprivate var trimmed: String {
        let isBlank = { (character: Character) in character == " " || character == "\t" }
        guard let first = firstIndex(where: { !isBlank($0) }),
            let last = lastIndex(where: { !isBlank($0) })
        else { return "" }
        return String(self[first...last])
    }

    /// 8-4-4-4-12 hexadecimal digits, as the service's ids have it.
    fileprivate var hasShapeOfUUID: Bool {
        let groups = split(separator: "-", omittingEmptySubsequences: false)
        return groups.map(\.count) == [8, 4, 4, 4, 12]
            && groups.joined().utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x46).contains($0 & 0xDF)
            }
    }
}
