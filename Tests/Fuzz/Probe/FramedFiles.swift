import Glibc
import TransferCore

/// The files that differential.py asks about.
///
/// On stdin, file after file: the delimiter, four bytes of length, the high one first, and the
/// file's bytes. On stdout a line of JSON for each: `[records, error, place]`, where a record is a
/// list of texts, the error is null or its code, and the place is its byte.
enum FramedFiles {
    static func answer() throws {
        let input = try IntakeProbe.bytes(of: STDIN_FILENO)
        var chance = Chance()
        var output: [UInt8] = []
        var index = 0
        while index < input.count {
            try expect(index + 5 <= input.count, "A frame has no length.")
            let count = input[(index + 1)..<(index + 5)].reduce(0) { $0 << 8 | Int($1) }
            try expect(index + 5 + count <= input.count, "A frame is cut off.")
            let file = Array(input[(index + 5)..<(index + 5 + count)])
            try answer(file, delimiter: input[index], &chance, &output)
            index += 5 + count
            if output.count >= 1 << 20 { try write(&output) }
        }
        try write(&output)
    }

    private static func answer(
        _ file: [UInt8], delimiter: UInt8, _ chance: inout Chance, _ output: inout [UInt8]
    ) throws {
        let whole = try Splitting(file, delimiter: delimiter)
        let cuts = chance.cuts(of: file.count)
        let pieces = try Splitting(file, delimiter: delimiter, cutAt: cuts)
        if !whole.agrees(with: pieces) {
            let errors = [whole.error, pieces.error].map { $0?.description ?? "no error" }
            output.appendJSON(
                "cut at \(cuts): \(pieces.records.count) records and \(errors[1]); "
                    + "whole: \(whole.records.count) and \(errors[0])")
        } else {
            output.appendJSON(whole)
        }
        output.append(.lf)
    }

    private static func write(_ output: inout [UInt8]) throws {
        var start = 0
        while start < output.count {
            let count = output[start...].withUnsafeBytes {
                Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count)
            }
            try expect(count > 0, "The answers could not be written: errno \(errno).")
            start += count
        }
        output.removeAll(keepingCapacity: true)
    }
}

/// Where files are cut: the same places in every run (D. E. Knuth's MMIX generator).
private struct Chance {
    private var state: UInt64 = 1

    private mutating func next(below bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % bound
    }

    /// Up to five places, in order; in the midst of everything, and twice at one place.
    mutating func cuts(of count: Int) -> [Int] {
        (0...next(below: 5)).map { _ in next(below: count + 1) }.sorted()
    }
}

extension [UInt8] {
    fileprivate mutating func appendJSON(_ splitting: Splitting) {
        append(UInt8(ascii: "["))
        appendJSON(splitting.records) { output, record in
            output.appendJSON(record.contents) { $0.appendJSON(bytes: $1) }
        }
        append(contentsOf: ",".utf8)
        if let error = splitting.error {
            appendJSON(error.code.word)
            append(contentsOf: ",\(error.position.offset)]".utf8)
        } else {
            append(contentsOf: "null,null]".utf8)
        }
    }

    private mutating func appendJSON<Item>(
        _ list: [Item], _ append: (inout [UInt8], Item) -> Void
    ) {
        self.append(UInt8(ascii: "["))
        for (index, item) in list.enumerated() {
            if index > 0 { self.append(UInt8(ascii: ",")) }
            append(&self, item)
        }
        self.append(UInt8(ascii: "]"))
    }

    fileprivate mutating func appendJSON(_ text: String) { appendJSON(bytes: Array(text.utf8)) }

    private mutating func appendJSON(bytes: [UInt8]) {
        append(.quote)
        for byte in bytes {
            switch byte {
            case .quote, UInt8(ascii: "\\"):
                append(UInt8(ascii: "\\"))
                append(byte)
            case 0..<0x20:
                append(contentsOf: "\\u00".utf8)
                append(contentsOf: [byte >> 4, byte & 15].map { Self.digits[Int($0)] })
            default: append(byte)
            }
        }
        append(.quote)
    }

    private static let digits = Array("0123456789abcdef".utf8)
}

extension CSVError.Code {
    fileprivate var word: String {
        switch self {
        case .unclosedQuote: "unclosedQuote"
        case .textAfterQuote: "textAfterQuote"
        case .nulByte: "nulByte"
        case .fieldTooLong: "fieldTooLong"
        case .recordTooLong: "recordTooLong"
        case .tooManyColumns: "tooManyColumns"
        }
    }
}
