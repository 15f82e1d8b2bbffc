/// Judges rows by the contract of the input: what a row asks for, or what is wrong with it.
///
/// Rows differ in their contact and share the rest, so what a row says apart from its contact is
/// judged once for all rows that say the same: a ``Route``, numbered from 1 on.
package struct RowJudge: Sendable {
    package let schema: RowSchema
    private let defaults: RowDefaults
    private let contactIndex: Int
    private let tokenIndex: Int?
    /// The columns that make a route, as they stand in the input.
    private let routeIndices: [Int]
    /// The routes of what stood in those columns.
    private var known: [RouteKey: KnownRoute] = [:]
    private var numbers: [Route: KnownRoute] = [:]
    private var key = RouteKey()
    private var last: KnownRoute?
    private var routes = 0

    /// A route's number, and its digest by which rows of one contact are compared.
    private struct KnownRoute {
        var number: Int
        var way: UInt64
    }

    /// Routes that are remembered: others than the last of these are judged, and numbered, anew.
    private static let knownMax = 4096

    package init(schema: RowSchema, defaults: RowDefaults) {
        self.schema = schema
        self.defaults = defaults
        contactIndex = schema[.contactID] ?? 0
        tokenIndex = schema[.clientToken]
        routeIndices = Column.allCases.filter { $0 != .contactID && $0 != .clientToken }
            .compactMap { schema[$0] }
    }

    /// Judges one record.
    ///
    /// - Parameter newRoutes: gets the row's route where no row before it has taken that.
    /// - Throws: ``RowProblems`` with all that is wrong with it, never only the first.
    package mutating func judge(
        _ record: borrowing CSVRecord, newRoutes: inout [NewRoute]
    ) throws(RowProblems) -> JudgedRow {
        if let row = judgeAtOnce(record) { return row }
        guard !record.isBlank else {
            throw RowProblems([RowProblem(.blankRow, nil, "The row is blank.")])
        }
        guard record.count == schema.names.count else { throw raggedness(of: record) }
        let (ask, notices) = try RowReading(record, schema: schema, defaults: defaults).ask()
        let route = number(of: ask.route, &newRoutes)
        if notices.isEmpty { remember(route, for: record) }
        return JudgedRow(
            contact: .apart(ask.contact.text), contactKey: IdentifierKey(ask.contact.text),
            route: route.number, way: route.way, token: ask.token, notices: notices)
    }

    /// Judges a record whose contact is in the usual shape and whose route is known; nil for any
    /// other, be it good or bad.
    private mutating func judgeAtOnce(_ record: borrowing CSVRecord) -> JudgedRow? {
        guard record.count == schema.names.count, tokenIsEmpty(in: record) else { return nil }
        let field = record.fields[contactIndex]
        let bytes = record.raw.span.extracting(field.start..<field.end)
        guard let contactKey = IdentifierKey(uuid: bytes),
            let route = knownRoute(of: record)
        else { return nil }
        return JudgedRow(
            contact: .inRecord(at: field.start), contactKey: contactKey, route: route.number,
            way: route.way)
    }

    private func tokenIsEmpty(in record: borrowing CSVRecord) -> Bool {
        guard let tokenIndex else { return true }
        return record.fields[tokenIndex].start == record.fields[tokenIndex].end
    }

    private mutating func knownRoute(of record: borrowing CSVRecord) -> KnownRoute? {
        if makeKey(of: record), let last { return last }
        last = known[key]
        return last
    }

    /// Writes what the record has in the route's columns to `key`; true where that was there.
    private mutating func makeKey(of record: borrowing CSVRecord) -> Bool {
        if key.isThat(of: record, routeIndices) { return true }
        key.fill(from: record, routeIndices)
        return false
    }

    private mutating func number(
        of route: Route, _ newRoutes: inout [NewRoute]
    ) -> KnownRoute {
        if let known = numbers[route] { return known }
        if numbers.count >= Self.knownMax { numbers.removeAll(keepingCapacity: true) }
        routes += 1
        newRoutes.append(NewRoute(number: routes, route: route))
        let new = KnownRoute(number: routes, way: route.way)
        numbers[route] = new
        return new
    }

    private mutating func remember(_ route: KnownRoute, for record: borrowing CSVRecord) {
        _ = makeKey(of: record)
        if known.count >= Self.knownMax { known.removeAll(keepingCapacity: true) }
        known[key] = route
        last = route
    }

    private func raggedness(of record: borrowing CSVRecord) -> RowProblems {
        RowProblems([
            RowProblem(
                .fieldCount, nil,
                "The row has \(record.count) fields, the header \(schema.names.count). "
                    + "Is a delimiter missing, or unquoted in a text?")
        ])
    }

    /// The contact's text in a record that may be wrong otherwise; nil where there is none.
    package func contactText(of record: borrowing CSVRecord) -> String? {
        guard contactIndex < record.count else { return nil }
        let text = SpreadsheetText.trimmed(record.text(contactIndex)).text
        return text.isEmpty ? nil : text
    }
}

/// Where the id of a row's contact is had from.
package enum ContactPlace: Hashable, Sendable {
    /// It begins at this byte of the record, and has the ``idBytes`` of a UUID.
    case inRecord(at: Int)
    case apart(String)

    /// Bytes of an id in the usual shape.
    package static let idBytes = 36
}

/// What a record has in the columns that make a route.
private struct RouteKey: Hashable {
    private var bytes: [UInt8] = []
    private var digest: UInt64 = 0

    /// No input has a NUL, so what stands between two is one field, whatever it is made of.
    private static let fieldEnd: UInt8 = 0
    /// Differs from process to process, as Swift's hashes do: routes cannot be made so that many
    /// have one digest.
    private static let seed = UInt64(bitPattern: Int64(fieldEnd.hashValue)) | 1

    mutating func fill(from record: borrowing CSVRecord, _ indices: [Int]) {
        bytes.removeAll(keepingCapacity: true)
        for index in indices {
            let field = record.fields[index]
            bytes.append(field.hasEscapes ? 1 : 0)
            bytes.append(contentsOf: record.raw[field.start..<field.end])
            bytes.append(Self.fieldEnd)
        }
        digest = Self.digest(of: bytes.span)
    }

    func isThat(of record: borrowing CSVRecord, _ indices: [Int]) -> Bool {
        var start = 0
        for index in indices {
            let field = record.fields[index]
            let end = start + 1 + field.end - field.start
            guard end < bytes.count, bytes[start] == (field.hasEscapes ? 1 : 0),
                bytes[end] == Self.fieldEnd,
                bytes[(start + 1)..<end].elementsEqual(record.raw[field.start..<field.end])
            else { return false }
            start = end + 1
        }
        return start == bytes.count
    }

    static func == (a: RouteKey, b: RouteKey) -> Bool { a.bytes == b.bytes }

    /// Eight bytes at a time: Swift's own hash of them all takes longer than to split the record.
    func hash(into hasher: inout Hasher) { hasher.combine(digest) }

    private static func digest(of bytes: Span<UInt8>) -> UInt64 {
        var digest = UInt64(bytes.count)
        var index = 0
        while index < bytes.count {
            var word: UInt64 = 0
            if bytes.count - index >= 8 {
                // Safe: any eight bytes are a UInt64, and as many are left.
                word = bytes.bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
            } else {
                for offset in index..<bytes.count { word = word << 8 | UInt64(bytes[offset]) }
            }
            let product = (digest ^ word).multipliedFullWidth(by: seed)
            digest = product.high ^ product.low
            index += 8
        }
        return digest
    }
}

/// A row that is valid as far as the input alone can tell.
package struct JudgedRow: Sendable {
    package let contact: ContactPlace
    package var contactKey: IdentifierKey
    /// The route's number.
    package var route: Int
    /// Equal for equal routes, and for hardly any two others.
    package var way: UInt64
    /// The column `ClientToken`, where a row has one.
    package var token: ClientToken?
    /// What is to be said of the row and is no problem.
    package var notices: [RowProblem] = []

    init(
        contact: ContactPlace, contactKey: IdentifierKey, route: Int, way: UInt64,
        token: ClientToken? = nil, notices: [RowProblem] = []
    ) {
        self.contact = contact
        self.contactKey = contactKey
        self.route = route
        self.way = way
        self.token = token
        self.notices = notices
    }
}

extension Route {
    fileprivate var way: UInt64 {
        var hasher = Hasher()
        hasher.combine(self)
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }
}

extension CSVRecord {
    /// Whether no field has more than blanks.
    fileprivate var isBlank: Bool {
        fields.allSatisfy { field in
            raw[field.start..<field.end].allSatisfy { $0 == 0x20 || $0 == 0x09 }
        }
    }
}
