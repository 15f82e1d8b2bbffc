import TestSupport
import Testing
import TransferCore

struct CSVParserTests {
    /// Parses a text whole, and cut at every place; both must agree.
    private func parse(
        _ text: String, delimiter: Character = ",", limits: CSVLimits = CSVLimits()
    ) throws -> [[String]] {
        let bytes = Array(text.utf8)
        let whole = try parse(bytes, cut: bytes.count, delimiter, limits)
        for cut in bytes.indices {
            #expect(try parse(bytes, cut: cut, delimiter, limits) == whole, "cut at \(cut)")
        }
        return whole
    }

    private func parse(
        _ bytes: [UInt8], cut: Int, _ delimiter: Character, _ limits: CSVLimits
    ) throws -> [[String]] {
        var parser = CSVParser(delimiter: delimiter.asciiValue ?? 0, limits: limits)
        var records: [[String]] = []
        try parser.parse(Array(bytes[..<cut]).span) { records.append($0.texts) }
        try parser.parse(Array(bytes[cut...]).span) { records.append($0.texts) }
        try parser.finish { records.append($0.texts) }
        return records
    }

    private func error(_ text: String, limits: CSVLimits = CSVLimits()) -> CSVError? {
        do {
            _ = try parse(Array(text.utf8), cut: 0, ",", limits)
            return nil
        } catch {
            return error as? CSVError
        }
    }

    @Test(arguments: ["\n", "\r\n", "\r"])
    func `splits records at any line end, with or without one at the end`(end: String) throws {
        #expect(try parse("a,b\(end)1,2\(end)") == [["a", "b"], ["1", "2"]])
        #expect(try parse("a,b\(end)1,2") == [["a", "b"], ["1", "2"]])
    }

    @Test func `keeps delimiters, line ends and doubled quotes that stand in quotes`() throws {
        #expect(
            try parse("\"a,b\",\"say \"\"hi\"\"\",\"two\r\nlines\"\nx,,\n") == [
                ["a,b", "say \"hi\"", "two\r\nlines"], ["x", "", ""],
            ])
    }

    @Test func `takes a quote within a bare field as it is`() throws {
        #expect(try parse("a\"b,5\" pipe\n") == [["a\"b", "5\" pipe"]])
    }

    @Test func `passes over empty lines and keeps lines of empty fields`() throws {
        #expect(try parse("\n\na,b\n\n,\n\"\"\n\n") == [["a", "b"], ["", ""], [""]])
    }

    @Test func `carries each record as it stood, with its line and byte`() throws {
        let text = "a,b\r\n\"x\r\ny\",2\r\n\r\n3,4"
        var parser = CSVParser(delimiter: UInt8(ascii: ","))
        var seen: [String] = []
        let note = { (record: borrowing CSVRecord) in
            let raw = String(decoding: record.raw, as: UTF8.self)
            seen.append("\(record.line)@\(record.offset) \(raw)")
        }
        try parser.parse(Array(text.utf8).span, note)
        try parser.finish(note)
        #expect(seen == ["1@0 a,b", "2@5 \"x\r\ny\",2", "5@17 3,4"])
    }

    @Test(arguments: ["\n", "\r\n", "\r"])
    func `counts the lines before the header, empty ones too`(end: String) throws {
        var parser = CSVParser(delimiter: UInt8(ascii: ","))
        var lines: [Int] = []
        try parser.parse(Array("\(end)a\(end)\(end)1".utf8).span) { lines.append($0.line) }
        try parser.finish { lines.append($0.line) }
        #expect(lines == [2, 4])
    }

    @Test func `says where an unclosed quote was opened`() throws {
        let found = try #require(error("a,b\n1,\"two\nthree\n"))
        #expect(found.code == .unclosedQuote)
        #expect(found.position == CSVPosition(line: 2, column: 3, offset: 6))
    }

    @Test func `refuses text after a closing quote, and NUL bytes`() throws {
        #expect(error("a\n\"b\"c\n")?.code == .textAfterQuote)
        #expect(error("a\n\"b\"c\n")?.position == CSVPosition(line: 2, column: 4, offset: 5))
        #expect(error("a\0b")?.code == .nulByte)
        #expect(error("\"a\0b\"")?.code == .nulByte)
    }

    @Test func `puts a limit on fields, records and columns`() throws {
        var limits = CSVLimits()
        limits.fieldBytesMax = 4
        limits.recordBytesMax = 12
        limits.columnsMax = 3
        #expect(error("abcd,b\n", limits: limits) == nil)
        #expect(try parse("\"abcd\",b\n\"abcd\"", limits: limits) == [["abcd", "b"], ["abcd"]])
        #expect(error("abcde,b\n", limits: limits)?.code == .fieldTooLong(max: 4))
        #expect(error("\"abc\nd\"", limits: limits)?.code == .fieldTooLong(max: 4))
        #expect(error("abc,abc,abcd,a", limits: limits)?.code == .recordTooLong(max: 12))
        #expect(error("a,b,c,d", limits: limits)?.code == .tooManyColumns(max: 3))
    }

    @Test func `finds the byte that is not UTF-8`() throws {
        let cases: [([UInt8], Int)] = [
            ([0x61, 0xFF], 1), ([0x61, 0xC3, 0x28], 1), ([0xE2, 0x82, 0xAC, 0xE2, 0x82], 3),
            ([0xED, 0xA0, 0x80], 0), ([0xF0, 0x9F, 0x98, 0x80, 0xC0, 0x80], 4),
        ]
        for (bytes, offset) in cases {
            var parser = CSVParser(delimiter: UInt8(ascii: ","))
            var found: Int?
            try parser.parse(bytes.span) { _ in }
            try parser.finish { found = $0.firstInvalidByte?.offset }
            #expect(found == offset, "\(bytes)")
        }
    }

    @Test func `reads back every record that it was given, whatever the text`() throws {
        var rng = SplitMix64(seed: 7)
        let pieces = ["a", "é", "😀", ",", "\"", "\n", "\r\n", "\r", ";", " ", "=", ""]
        for _ in 0..<2000 {
            let fields = (0..<Int.random(in: 1...5, using: &rng)).map { _ in
                (0..<Int.random(in: 0...4, using: &rng))
                    .map { _ in pieces.randomElement(using: &rng) ?? "" }.joined()
            }
            let record = fields.map { "\"\($0.replacing("\"", with: "\"\""))\"" }
                .joined(separator: ",")
            #expect(try TransferCoreTests.fields(of: record) == fields)
        }
    }
}

struct CSVDialectTests {
    private func detect(_ text: String) -> CSVDialect {
        CSVDialect(detecting: Array(text.utf8).span)
    }

    @Test(arguments: [",", ";", "\t", "|"])
    func `finds the delimiter of the header`(delimiter: String) {
        let text = ["ContactId", "\"a,b;c\"", "QueueId"].joined(separator: delimiter) + "\n1;;;;;,"
        #expect(detect(text).delimiter == delimiter.utf8.first)
        #expect(detect(text).preambleBytes == 0)
    }

    @Test func `takes a quote within a bare name of the header for no opening one`() {
        #expect(detect("Size 5\";b;\"x,y,z\"\"\"\n1,2,3,4\n").delimiter == UInt8(ascii: ";"))
        #expect(detect("a|\"b;c;d\"\"e;f\"|g\n").delimiter == UInt8(ascii: "|"))
    }

    @Test func `takes no other character for the equals sign of a sep line`() {
        #expect(detect("sep\u{1D};\na,b").preambleBytes == 0)
    }

    @Test func `understands Excel's sep line`() {
        #expect(detect("sep=;\r\na,b;c").delimiter == UInt8(ascii: ";"))
        #expect(detect("sep=;\r\na,b;c").preambleBytes == 7)
        #expect(detect("SEP=\t\na\tb").delimiter == UInt8(ascii: "\t"))
        #expect(detect("SEP=\t\na\tb").preambleBytes == 6)
    }

    @Test(arguments: [":", "\"", "\n", "a"])
    func `takes a sep line of any other separator for a header`(separator: String) {
        #expect(detect("sep=\(separator)\na;b").preambleBytes == 0)
        #expect(detect("sep=\(separator)\na;b").delimiter == UInt8(ascii: ","))
    }

    @Test func `passes over empty lines before the header`() {
        #expect(detect("\n\r\n\ra;b\n1,2").delimiter == UInt8(ascii: ";"))
        #expect(detect("\na;b").preambleBytes == 0)
    }

    @Test func `takes a comma where there is only one column`() {
        #expect(detect("ContactId\n").delimiter == UInt8(ascii: ","))
    }
}
