import Glibc
import TransferCore

/// The CSV parser's side of `intake.py`: splits a file that is in memory, and prints how fast.
struct ParseBench {
    private let bytes: [UInt8]
    private let delimiter: UInt8

    /// As an ingest reads.
    private static let chunkBytes = 256 * 1024
    private static let passes = 5

    /// What is made of each field.
    private enum Depth: String, CaseIterable {
        /// It is located.
        case split
        /// Its bytes, unquoted, are added up.
        case bytes
        /// It becomes a `String`.
        case strings
    }

    /// Reads the file whole; ends the program where it cannot be read.
    init(_ path: String) {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        let end = lseek(file, 0, SEEK_END)
        guard end > 0 else { Self.refuse(path) }
        defer { close(file) }
        let bytes = [UInt8](unsafeUninitializedCapacity: end) { buffer, filled in
            while filled < end {
                let free = buffer.baseAddress?.advanced(by: filled)
                let count = pread(file, free, end - filled, filled)
                guard count > 0 else { Self.refuse(path) }
                filled += count
            }
        }
        delimiter = CSVDialect(detecting: bytes.span).delimiter
        self.bytes = bytes
    }

    private static func refuse(_ path: String) -> Never {
        print("\(path) is empty or cannot be read")
        exit(66)
    }

    /// Makes all passes, the depths in turn, and prints megabytes a second of CPU as JSON.
    func run() throws {
        var rates = [Depth: [Double]]()
        var counts = [Depth: Count]()
        for _ in 0..<Self.passes {
            for depth in Depth.allCases {
                let start = Usage.now.cpuSeconds
                counts[depth] = try pass(depth)
                let seconds = Usage.now.cpuSeconds - start
                rates[depth, default: []].append(Double(bytes.count) / seconds / 1e6)
            }
        }
        let parts = Depth.allCases.map { depth in
            let sorted = rates[depth, default: []].sorted()
            let count = counts[depth, default: Count()]
            return "\"\(depth.rawValue)\":{\"median\":\(sorted[sorted.count / 2]),"
                + "\"min\":\(sorted[0]),\"max\":\(sorted[sorted.count - 1]),"
                + "\"records\":\(count.records),\"fields\":\(count.fields),"
                + "\"fieldBytes\":\(count.fieldBytes),\"sum\":\(count.sum)}"
        }
        print("{\(parts.joined(separator: ","))}")
    }

    /// What a pass has seen; printed, so that the optimizer leaves none of it out.
    private struct Count {
        var records = 0
        var fields = 0
        var fieldBytes = 0
        var sum: UInt64 = 0
    }

    private func pass(_ depth: Depth) throws -> Count {
        switch depth {
        case .split: try parse { _, _ in }
        case .bytes: try parse(Self.addBytes)
        case .strings: try parse(Self.addStrings)
        }
    }

    private func parse(_ take: (borrowing CSVRecord, inout Count) -> Void) throws -> Count {
        var count = Count()
        var parser = CSVParser(delimiter: delimiter)
        let note = { (record: borrowing CSVRecord) in
            count.records += 1
            count.fields += record.count
            take(record, &count)
        }
        for start in stride(from: 0, to: bytes.count, by: Self.chunkBytes) {
            let end = min(start + Self.chunkBytes, bytes.count)
            try parser.parse(bytes.span.extracting(start..<end), note)
        }
        try parser.finish(note)
        return count
    }

    private static func addBytes(of record: borrowing CSVRecord, to count: inout Count) {
        for field in 0..<record.count {
            let bytes = record.bytes(field)
            count.fieldBytes += bytes.count
            for byte in bytes { count.sum &+= UInt64(byte) }
        }
    }

    private static func addStrings(of record: borrowing CSVRecord, to count: inout Count) {
        for field in 0..<record.count { count.fieldBytes += record.text(field).utf8.count }
    }
}
