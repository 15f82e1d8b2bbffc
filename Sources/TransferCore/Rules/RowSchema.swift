/// A column that Baton reads; any other is carried unchanged into every output.
package enum Column: String, Hashable, Sendable, CaseIterable {
    case contactID = "ContactId"
    case queueID = "QueueId"
    case queue = "Queue"
    case userID = "UserId"
    case user = "User"
    case flowID = "ContactFlowId"
    case flow = "ContactFlow"
    case instanceID = "InstanceId"
    case expectedQueueID = "ExpectedQueueId"
    case expectedQueue = "ExpectedQueue"
    case expectedUserID = "ExpectedUserId"
    case expectedUser = "ExpectedUser"
    case clientToken = "ClientToken"

    /// The column of a header's field, without regard to case, spaces, `_` and `-`.
    package init?(header: String) {
        let key = Self.key(header)
        guard let column = Self.allCases.first(where: { Self.key($0.rawValue) == key })
        else { return nil }
        self = column
    }

    static func key(_ name: String) -> String {
        String(name.lowercased().filter { !" \t_-".contains($0) })
    }
}

/// Which column of an input means what.
package struct RowSchema: Hashable, Sendable {
    /// The header's fields as they stand in the input.
    package let names: [String]
    private var indices: [Column: Int] = [:]

    /// Reads a header.
    ///
    /// - Throws: ``HeaderError`` where a row could not be judged by it.
    package init(header names: [String], defaults: RowDefaults) throws(HeaderError) {
        self.names = names
        for (index, name) in names.enumerated() {
            guard let column = Column(header: name) else { continue }
            if let first = indices[column] {
                throw HeaderError(
                    "The columns \(first + 1) and \(index + 1) are both \(column.rawValue). "
                        + "Remove or rename one of them.")
            }
            indices[column] = index
        }
        try require(.contactID)
        if defaults.flow == nil, self[.flowID] == nil, self[.flow] == nil {
            try require(.flowID, unless: "--contact-flow names one for all rows")
        }
        if defaults.instance == nil {
            try require(.instanceID, unless: "--instance names one for all rows")
        }
    }

    /// The index of a column in every record; nil where the input has none.
    package subscript(column: Column) -> Int? { indices[column] }

    /// Whether the input says where contacts go.
    package var hasDestination: Bool {
        [Column.queueID, .queue, .userID, .user].contains { self[$0] != nil }
    }

    /// Columns that are carried along unread although their names are nearly ones that Baton reads:
    /// a guard with a slip in its name would guard nothing.
    package var lookalikes: [(name: String, column: Column)] {
        names.compactMap { name in
            guard Column(header: name) == nil else { return nil }
            let slipsMax = max(1, min(2, name.count / 4))
            return Column.allCases.filter { self[$0] == nil }
                .compactMap { column in
                    Self.slips(name, column, atMost: slipsMax).map { (column, $0) }
                }
                .min { $0.1 < $1.1 }
                .map { (name, $0.0) }
        }
    }

    private func require(
        _ column: Column, unless alternative: String? = nil
    ) throws(HeaderError) {
        guard self[column] == nil else { return }
        let nearest = names.filter { Column(header: $0) == nil }
            .compactMap { name in
                Self.slips(name, column, atMost: 3).map { (name: name, slips: $0) }
            }
            .min { $0.slips < $1.slips }
        var sentence = "There is no column \(column.rawValue)"
        if let alternative {
            sentence += ", which is needed unless \(alternative)"
        }
        sentence += "."
        if let nearest {
            sentence += " Is it the column \(nearest.name.quoted)? Then rename that."
        } else {
            sentence += " The columns are: \(names.map(\.quoted).joined(separator: ", "))."
        }
        throw HeaderError(sentence)
    }

    /// How far a header is from a column's name; nil where it is farther than `limit`.
    private static func slips(_ header: String, _ column: Column, atMost limit: Int) -> Int? {
        editDistance(
            Array(Column.key(header).unicodeScalars),
            Array(Column.key(column.rawValue).unicodeScalars), atMost: limit)
    }
}

/// What holds for rows that do not say otherwise.
package struct RowDefaults: Hashable, Sendable {
    package var instance: InstanceID?
    package var flow: Reference<ContactFlowID>?
    /// Whether a row may leave its destination to the flow although the input has such a column.
    package var flowDecides: Bool
    /// The Region of the job; in rows without the ARN of an instance, ARNs of another are refused.
    package var region: String?
    /// The account of the job, where its instance's ARN tells it; the same holds.
    package var account: String?

    /// Nil where the account is not known.
    var home: Home? {
        guard let region, let account else { return nil }
        return Home(region: region, account: account)
    }

    package init(
        instance: InstanceID? = nil, flow: Reference<ContactFlowID>? = nil,
        flowDecides: Bool = false, region: String? = nil, account: String? = nil
    ) {
        self.instance = instance
        self.flow = flow
        self.flowDecides = flowDecides
        self.region = region
        self.account = account
    }
}

/// Why an input's header cannot be used: a sentence for the operator.
package struct HeaderError: Error, Hashable, Sendable {
    package var sentence: String

    init(_ sentence: String) { self.sentence = sentence }
}
