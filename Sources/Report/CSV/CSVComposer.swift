import TransferCore

/// Composes CSV records field by field: RFC 4180, each ended by LF.
///
/// LF, since every spreadsheet and CSV library reads it as well as CRLF, while `awk`, `cut` and
/// `diff` would take a CR for a part of the last column. A field is quoted where it has to be, or
/// where it holds a character that another locale takes for the delimiter.
///
/// Formulas are neutralised as the OWASP page "CSV Injection" says: a field that begins with `=`,
/// `+`, `-`, `@`, tab, CR, LF, or the full-width form of one of the four signs, gets a leading `'`.
/// That strikes negative numbers and telephone numbers too (`'-5`, `'+49 30 …`): what a spreadsheet
/// would reckon with cannot be told from what it would run. Blanks before the sign make it text.
///
/// The columns that Baton reads are the exception, since `retry.csv` is an input: a `'` before a
/// client token such as `+abc/==`, or an id that begins with `-`, would make another one of it.
/// There a cell of letters, digits and `+/=_.:-` stays as it is, unless it begins with `=` or `@`:
/// without brackets, blanks, quotes, `!` and `|` a formula can call nothing and reach no other
/// sheet, program or address. Every other cell is neutralised there too, `=…` and `@…` included,
/// though they may be ids: for those there is the exact form.
struct CSVComposer {
    /// U+FEFF in UTF-8, which goes before the header.
    static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// The records composed so far and not taken.
    private(set) var bytes: [UInt8] = []
    private let delimiter: UInt8
    private let isExact: Bool
    private var fields = 0
    private var recordStart = 0

    /// Makes a composer; an exact one leaves formulas as they are.
    init(delimiter: UInt8, isExact: Bool) {
        self.delimiter = delimiter
        self.isExact = isExact
    }

    /// Adds a field to the record.
    ///
    /// - Parameter isRead: whether the field is of a column that Baton reads.
    mutating func add(_ field: some BidirectionalCollection<UInt8>, isRead: Bool = false) {
        if fields > 0 { bytes.append(delimiter) }
        fields += 1
        let isQuoted = field.contains(where: mustBeQuoted)
        if isQuoted { bytes.append(.quote) }
        let isKept = isExact || (isRead && Formula.isHarmlessID(field))
        if !isKept, Formula.begins(field) { bytes.append(UInt8(ascii: "'")) }
        if isQuoted {
            for byte in field {
                if byte == .quote { bytes.append(.quote) }
                bytes.append(byte)
            }
            bytes.append(.quote)
        } else {
            bytes.append(contentsOf: field)
        }
    }

    /// Adds a field; none is an empty one.
    mutating func add(_ field: String?) {
        add((field ?? "").utf8)
    }

    /// Ends the record.
    mutating func endRecord() {
        // An empty line would be no record.
        if fields == 1, bytes.count == recordStart { bytes += [.quote, .quote] }
        bytes.append(.lf)
        fields = 0
        recordStart = bytes.count
    }

    /// Forgets the records composed so far.
    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        recordStart = 0
    }

    private func mustBeQuoted(_ byte: UInt8) -> Bool {
        switch byte {
        case .quote, .lf, .cr, delimiter, UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t"):
            true
        default: false
        }
    }
}

/// What a spreadsheet would run.
enum Formula {
    /// The last bytes of `＝＋－＠` (U+FF1D, U+FF0B, U+FF0D, U+FF20), after EF BC.
    private static let fullWidthSigns: [UInt8] = [0x9D, 0x8B, 0x8D, 0xA0]

    /// Whether a spreadsheet may take a cell of this content for a formula.
    static func begins(_ field: some Collection<UInt8>) -> Bool {
        switch field.first {
        case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"),
            UInt8(ascii: "\t"), .cr, .lf:
            true
        case 0xEF:
            field.starts(with: [0xEF, 0xBC])
                && field.dropFirst(2).first.map(fullWidthSigns.contains) == true
        default: false
        }
    }

    /// Whether a cell can be an id, and no formula that does more than reckon.
    ///
    /// Blanks round it do not count, as they do not where Baton reads it.
    static func isHarmlessID(_ field: some BidirectionalCollection<UInt8>) -> Bool {
        let text = field.drop(while: isBlank)
        guard text.first != UInt8(ascii: "="), let last = text.lastIndex(where: { !isBlank($0) })
        else { return false }
        return text[...last].allSatisfy(isOfID)
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
    }

    private static func isOfID(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"),
            UInt8(ascii: "="), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: ":"),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
