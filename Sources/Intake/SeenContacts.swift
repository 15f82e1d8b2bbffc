import TransferCore
import TransferLedger

/// The contacts and client tokens of an input so far: finds those that are given twice.
///
/// At most 56 bytes a row, and 40 more where rows have client tokens of their own.
struct SeenContacts {
    private var contacts = KeyTable<Contact>()
    private var repeats: [Repeat] = []
    private var tokens = KeyTable<UInt32>()

    private struct Contact {
        var way: UInt64
        var row: UInt32
        var line: UInt32
        /// Of the first row that sends it elsewhere; 0 where there is none.
        var otherLine: UInt32 = 0
        /// The number of its last repeat; 0 where there is none.
        var lastRepeat: UInt32 = 0
    }

    /// A row that was skipped since it repeats another.
    private struct Repeat {
        var row: UInt32
        var line: UInt32
        /// The number of the same contact's repeat before; 0 where there is none.
        var previous: UInt32
    }

    /// What a row's contact or token comes to.
    enum Verdict {
        case new
        /// The first row with this contact, which goes to the same place, is on this line.
        case repeats(line: Int)
        /// The contact goes elsewhere by the row on `line`; `others` are the rows that this is the
        /// first to contradict: they are rejected too, for they name this row's line.
        case contradicts(line: Int, others: Contradicted?)
        /// The row on this line has the token already.
        case sameToken(line: Int)
    }

    /// The rows of a contact, of which there can be as many as the input has: the first, then its
    /// repeats, to be asked for one by one.
    struct Contradicted {
        fileprivate var first: RowPosition?
        fileprivate var nextRepeat: UInt32
    }

    /// Hears of the next valid row.
    mutating func note(_ row: JudgedRow, at position: RowPosition) -> Verdict {
        if let token = row.token, contacts.number(of: row.contactKey) == nil,
            let number = tokens.insert(
                UInt32(clamping: position.line), for: IdentifierKey(exact: token.text))
        {
            // The contact is not noted: another row may still move it.
            return .sameToken(line: Int(tokens[number]))
        }
        let new = Contact(
            way: row.way, row: UInt32(clamping: position.row),
            line: UInt32(clamping: position.line))
        return contacts.insert(new, for: row.contactKey)
            .map { meetAgain($0, row.way, at: position) } ?? .new
    }

    private mutating func meetAgain(
        _ number: Int, _ way: UInt64, at position: RowPosition
    ) -> Verdict {
        var contact = contacts[number]
        defer { contacts[number] = contact }
        if contact.otherLine != 0 {
            let line = contact.way == way ? contact.otherLine : contact.line
            return .contradicts(line: Int(line), others: nil)
        }
        guard contact.way == way else {
            contact.otherLine = UInt32(clamping: position.line)
            return .contradicts(
                line: Int(contact.line),
                others: Contradicted(
                    first: RowPosition(row: Int(contact.row), line: Int(contact.line)),
                    nextRepeat: contact.lastRepeat))
        }
        repeats.append(
            Repeat(
                row: UInt32(clamping: position.row), line: UInt32(clamping: position.line),
                previous: contact.lastRepeat))
        contact.lastRepeat = UInt32(repeats.count)
        return .repeats(line: Int(contact.line))
    }

    /// Goes on to the next of a contact's rows; nil after the last.
    func next(of rows: inout Contradicted) -> (position: RowPosition, isRepeat: Bool)? {
        if let first = rows.first.take() { return (first, false) }
        guard rows.nextRepeat != 0 else { return nil }
        let row = repeats[Int(rows.nextRepeat) - 1]
        rows.nextRepeat = row.previous
        return (RowPosition(row: Int(row.row), line: Int(row.line)), true)
    }
}

/// Where a row is in the input.
struct RowPosition {
    var row: Int
    var line: Int
}
