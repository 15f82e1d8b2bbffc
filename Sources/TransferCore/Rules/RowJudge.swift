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
    private var known: [[UInt8]: KnownRoute] = [:]
    private var numbers: [Route: KnownRoute] = [:]
    private var key: [UInt8] = []
    private var last: KnownRoute?
    private var routes = 0

    /// A route's number, and its key where contacts that are given twice are compared.
    private struct KnownRoute {
        var number: Int
        var goal: UInt64
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
            contact: ask.contact.text, contactKey: IdentifierKey(ask.contact.text),
            route: route.number, goal: route.goal, token: ask.token, notices: notices)
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
            contactAt: field.start..<field.end, contactKey: contactKey, route: route.number,
            goal: route.goal)
    }

    private func tokenIsEmpty(in record: borrowing CSVRecord) -> Bool {
        guard let tokenIndex else { return true }
        return record.fields[tokenIndex].start == record.fields[tokenIndex].end
    }

    private mutating func knownRoute(of record: borrowing CSVRecord) -> KnownRoute? {
        if routeIndices.isEmpty, let last { return last }
        let isSame = makeKey(of: record)
        if isSame, let last { return last }
        last = known[key]
        return last
    }

    /// Writes what the record has in the route's columns to `key`; true where that was there.
    private mutating func makeKey(of record: borrowing CSVRecord) -> Bool {
        if keyIsThat(of: record) { return true }
        key.removeAll(keepingCapacity: true)
        for index in routeIndices {
            let field = record.fields[index]
            // No input has a NUL, so that it separates; any other byte may be one of a name.
            key.append(0)
            key.append(field.hasEscapes ? 1 : 0)
            key.append(contentsOf: record.raw[field.start..<field.end])
        }
        return false
    }

    private func keyIsThat(of record: borrowing CSVRecord) -> Bool {
        var start = 0
        for index in routeIndices {
            let field = record.fields[index]
            let text = start + 2
            let end = text + field.end - field.start
            guard end <= key.count, key[start] == 0, key[start + 1] == (field.hasEscapes ? 1 : 0),
                key[text..<end].elementsEqual(record.raw[field.start..<field.end])
            else { return false }
            start = end
        }
        return start == key.count
    }

    private mutating func number(
        of route: Route, _ newRoutes: inout [NewRoute]
    ) -> KnownRoute {
        if let known = numbers[route] { return known }
        if numbers.count >= Self.knownMax { numbers.removeAll(keepingCapacity: true) }
        routes += 1
        newRoutes.append(NewRoute(number: routes, route: route))
        let new = KnownRoute(number: routes, goal: route.goal)
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

/// A row that is valid as far as the input alone can tell.
package struct JudgedRow: Sendable {
    /// The contact's text, where it is not a part of the record as it stands.
    private let contactText: String?
    /// Else where it stands in the record.
    private let contactAt: Range<Int>
    package var contactKey: IdentifierKey
    /// The route's number.
    package var route: Int
    /// Equal for routes that lead to the same place, and for hardly any two others.
    package var goal: UInt64
    /// The column `ClientToken`, where a row has one.
    package var token: ClientToken?
    /// What is to be said of the row and is no problem.
    package var notices: [RowProblem] = []

    init(contactAt: Range<Int>, contactKey: IdentifierKey, route: Int, goal: UInt64) {
        contactText = nil
        self.contactAt = contactAt
        self.contactKey = contactKey
        self.route = route
        self.goal = goal
    }

    init(
        contact: String, contactKey: IdentifierKey, route: Int, goal: UInt64, token: ClientToken?,
        notices: [RowProblem]
    ) {
        contactText = contact
        contactAt = 0..<0
        self.contactKey = contactKey
        self.route = route
        self.goal = goal
        self.token = token
        self.notices = notices
    }

    /// Calls `body` with the bytes of the contact's id.
    package func withContact<R>(
        of record: borrowing CSVRecord, _ body: (Span<UInt8>) -> R
    ) -> R {
        if let contactText { return body(contactText.utf8Span.span) }
        return body(record.raw.span.extracting(contactAt))
    }
}

extension Route {
    fileprivate var goal: UInt64 {
        var hasher = Hasher()
        hasher.combine(instance)
        hasher.combine(destination)
        if destination == nil { hasher.combine(flow) }
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
