/// What one row asks for, before its job's id, and so its token, is known.
struct RowAsk {
    var contact: ContactID
    var route: Route
    var token: ClientToken?
}

/// Reads the parts of one record and gathers what is wrong with them.
struct RowReading: ~Copyable {
    /// Without the blanks round them; none is empty.
    private var texts: [Column: String] = [:]
    /// Names as they stand: a blank may belong to one.
    private var names: [Column: String] = [:]
    private let schema: RowSchema
    private let defaults: RowDefaults
    /// The instance that ARNs must be of; known once `instance()` was read.
    private var instanceRead: InstanceID?
    /// Where that is; nil where it is the job's own.
    private var home: Home?
    private var problems: [RowProblem] = []
    private var notices: [RowProblem] = []

    init(_ record: borrowing CSVRecord, schema: RowSchema, defaults: RowDefaults) {
        self.schema = schema
        self.defaults = defaults
        for column in Column.allCases {
            guard let index = schema[column] else { continue }
            let whole = record.text(index)
            let (text, hadInvisible) = SpreadsheetText.trimmed(whole)
            guard !text.isEmpty else { continue }
            texts[column] = text
            if text != whole { names[column] = whole }
            if hadInvisible {
                notices.append(
                    RowProblem(
                        .spacesRemoved, column,
                        "Spaces that cannot be seen stood round \(column.rawValue); "
                            + "they were removed."))
            }
        }
    }

    /// Reads all of the row.
    ///
    /// - Throws: everything that is wrong with it.
    consuming func ask() throws(RowProblems) -> (ask: RowAsk, notices: [RowProblem]) {
        // Every part is read before any verdict, so that all problems are found.
        let instance = instance()
        let contact = contact()
        let flow = flow()
        let destination = destination()
        let mustBeAt = mustBeAt(destination)
        let token: ClientToken? = texts[.clientToken].flatMap { id($0, .clientToken) }
        guard problems.isEmpty, let instance, let contact, let flow, let destination else {
            throw RowProblems(problems)
        }
        let route = Route(
            instance: instance, home: home, flow: flow, destination: destination.place,
            mustBeAt: mustBeAt)
        return (RowAsk(contact: contact, route: route, token: token), notices)
    }

    private mutating func instance() -> InstanceID? {
        guard let text = texts[.instanceID] else {
            if defaults.instance == nil { missing(.instanceID) }
            instanceRead = defaults.instance
            return instanceRead
        }
        if let arn = ConnectARN(text) {
            guard arn.kind == nil, let own = Home(arn) else {
                foreign(.instanceID, arn, text)
                return nil
            }
            // An ARN and an id of one instance are one, where the job's account is known.
            if own != defaults.home { home = own }
            instanceRead = serviceID(arn.instance, .instanceID)
        } else {
            instanceRead = serviceID(text, .instanceID)
        }
        return instanceRead
    }

    private mutating func contact() -> ContactID? {
        guard let text = texts[.contactID] else {
            missing(.contactID)
            return nil
        }
        return idOrARN(text, .contactID)
    }

    private mutating func flow() -> Reference<ContactFlowID>? {
        if let found: Reference<ContactFlowID> = reference(.flowID, .flow) { return found }
        guard texts[.flowID] == nil, texts[.flow] == nil else { return nil }
        if defaults.flow == nil { missing(.flowID) }
        return defaults.flow
    }

    private struct Destination {
        /// Nil where the flow decides.
        var place: Place?
    }

    /// Nil where there is a problem.
    private mutating func destination() -> Destination? {
        let hasQueue = texts[.queueID] != nil || texts[.queue] != nil
        let hasUser = texts[.userID] != nil || texts[.user] != nil
        let queue: Reference<QueueID>? = reference(.queueID, .queue)
        let user: Reference<UserID>? = reference(.userID, .user)
        switch (hasQueue, hasUser) {
        case (true, true):
            problem(
                .bothDestinations, .userID,
                "The row names a queue and a user. Keep one of them.")
            return nil
        case (true, false): return queue.map { Destination(place: .queue($0)) }
        case (false, true): return user.map { Destination(place: .user($0)) }
        case (false, false):
            if defaults.flowDecides || !schema.hasDestination { return Destination(place: nil) }
            problem(
                .noDestination, nil,
                "The row names no queue and no user. Name one, "
                    + "or give --flow-decides where the flow is to decide.")
            return nil
        }
    }

    private mutating func mustBeAt(_ destination: Destination?) -> Place? {
        let queue: Reference<QueueID>? = reference(.expectedQueueID, .expectedQueue)
        let user: Reference<UserID>? = reference(.expectedUserID, .expectedUser)
        let column: Column? = queue != nil ? .expectedQueueID : user != nil ? .expectedUserID : nil
        if queue != nil, user != nil {
            problem(
                .bothGuards, .expectedUserID,
                "The row expects the contact in a queue and with a user. Keep one of them.")
        }
        if let column, let destination, destination.place == nil {
            problem(
                .guardWithoutDestination, column,
                "The row says where the contact must be, and not where it goes. "
                    + "Name a queue or a user, or leave out what it expects.")
        }
        return queue.map { .queue($0) } ?? user.map { .user($0) }
    }

    /// What a pair of columns such as `QueueId` and `Queue` names.
    private mutating func reference<ID: ServiceIdentifier>(
        _ idColumn: Column, _ nameColumn: Column
    ) -> Reference<ID>? {
        if let text = texts[idColumn] {
            guard texts[nameColumn] == nil else {
                problem(
                    .bothColumns, nameColumn,
                    "The row fills \(idColumn.rawValue) and \(nameColumn.rawValue). Keep one.")
                return nil
            }
            return idOrARN(text, idColumn).map(Reference.id)
        }
        guard let text = texts[nameColumn] else { return nil }
        if text.hasPrefix("arn:") || text.hasShapeOfUUID {
            return idOrARN(text, nameColumn).map(Reference.id)
        }
        guard text.unicodeScalars.count <= Self.nameCharactersMax else {
            problem(
                .invalidID, nameColumn,
                "\(nameColumn.rawValue) has \(text.unicodeScalars.count) characters; "
                    + "\(Self.nameCharactersMax) is the most that a name can have.")
            return nil
        }
        if let control = text.unicodeScalars.first(where: \.isControl) {
            problem(
                .invalidID, nameColumn,
                "\(nameColumn.rawValue) \(text.quoted) has a character that no name has: "
                    + "U+\(control.hexadecimal). Remove it.")
            return nil
        }
        return .name(names[nameColumn] ?? text)
    }

    /// QueueName's maximum in the service's model, where it sets one: more is a text gone astray.
    private static let nameCharactersMax = 256

    private mutating func idOrARN<ID: ServiceIdentifier>(_ text: String, _ column: Column) -> ID? {
        guard text.hasPrefix("arn:") else { return serviceID(text, column) }
        guard let arn = ConnectARN(text), arn.kind == ID.arnKind, isAtHome(arn),
            instanceRead == nil || arn.instance == instanceRead?.text, let own = arn.id
        else {
            foreign(column, ConnectARN(text), text)
            return nil
        }
        return serviceID(own, column)
    }

    /// An id that the service gave out, and that a spreadsheet may have mangled since.
    private mutating func serviceID<ID: ServiceIdentifier>(
        _ text: String, _ column: Column
    ) -> ID? {
        if let damage = SpreadsheetText.damage(to: text) {
            problem(.mangledID, column, "\(column.rawValue) \(text.quoted) \(damage)")
            return nil
        }
        if text.isBrokenUUID {
            problem(
                .invalidID, column,
                "\(column.rawValue) \(text.quoted) is no id: those have 8-4-4-4-12 hexadecimal "
                    + "digits. Was a part of it lost?")
            return nil
        }
        // One spelling, so that ids are equal where they mean the same.
        return id(text.hasShapeOfUUID ? text.lowercased() : text, column)
    }

    private mutating func id<ID: ServiceIdentifier>(_ text: String, _ column: Column) -> ID? {
        do throws(IdentifierProblem) {
            return try ID(text)
        } catch {
            problem(.invalidID, column, "\(column.rawValue) \(error.words(for: text))")
            return nil
        }
    }

    private func isAtHome(_ arn: ConnectARN) -> Bool {
        let region = home?.region ?? defaults.region
        let account = home?.account ?? defaults.account
        return (region == nil || arn.region == region)
            && (account == nil || arn.account == account)
    }

    private mutating func missing(_ column: Column) {
        problem(.missingValue, column, "\(column.rawValue) is empty. Fill it in.")
    }

    private mutating func foreign(_ column: Column, _ arn: ConnectARN?, _ text: String) {
        problem(
            .foreignARN, column, "\(column.rawValue) \(text.quoted) \(foreignness(of: arn)).")
    }

    private func foreignness(of arn: ConnectARN?) -> String {
        guard let arn else { return "is no ARN of Amazon Connect" }
        let owner = home == nil ? "the job" : "the row's instance"
        if let region = home?.region ?? defaults.region, arn.region != region {
            return "is of Region \(arn.region), \(owner) of \(region)"
        }
        if let account = home?.account ?? defaults.account, arn.account != account {
            return "is of account \(arn.account), \(owner) of \(account)"
        }
        if let instanceRead, arn.instance != instanceRead.text {
            return "is of another instance than the row's"
        }
        return "names something of another kind"
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

extension String {
    /// In quotes, on one line and of bounded length: for a sentence about what a file holds.
    package var quoted: String {
        var shown = ""
        for scalar in unicodeScalars.prefix(100) {
            switch scalar.value {
            case 0..<0x20, 0x7F: shown += "\\u{\(scalar.hexadecimal)}"
            default: shown.unicodeScalars.append(scalar)
            }
        }
        return "'\(shown)\(unicodeScalars.count > 100 ? "…" : "")'"
    }
}

extension Unicode.Scalar {
    fileprivate var isControl: Bool { value < 0x20 || (0x7F..<0xA0).contains(value) }

    /// The code point in at least four digits: `00A0`.
    fileprivate var hexadecimal: String {
        let digits = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
