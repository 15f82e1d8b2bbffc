/// Turns an input's bytes into UTF-8 without a byte order mark, chunk by chunk.
///
/// UTF-8 passes as it is; UTF-16 is recognised by its byte order mark and decoded.
struct TextDecoder {
    private enum Encoding { case utf8, utf16(isBigEndian: Bool) }

    private var encoding: Encoding?
    /// A half of a unit, or of a surrogate pair, that waits for the next chunk.
    private var rest: [UInt8] = []
    /// Bytes taken before the first of this chunk.
    private var offset = 0
    /// Length of the byte order mark.
    private(set) var markBytes = 0

    var isUTF16: Bool { if case .utf16 = encoding { true } else { false } }

    /// Decodes the next chunk; `isLast` where no more follow.
    ///
    /// - Throws: ``TextError`` with the position of a unit that is no text.
    mutating func decode(_ chunk: ArraySlice<UInt8>, isLast: Bool) throws(TextError) -> [UInt8] {
        var bytes = rest + chunk
        var start = offset - rest.count
        rest = []
        offset += chunk.count
        if encoding == nil {
            detect(&bytes)
            start += markBytes
        }
        guard case .utf16(let isBigEndian) = encoding else { return bytes }
        return try decodeUTF16(bytes, isBigEndian: isBigEndian, start: start, isLast: isLast)
    }

    private mutating func detect(_ bytes: inout [UInt8]) {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            encoding = .utf8
            markBytes = 3
        } else if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            encoding = .utf16(isBigEndian: bytes[0] == 0xFE)
            markBytes = 2
        } else {
            encoding = .utf8
        }
        bytes.removeFirst(markBytes)
    }

    private mutating func decodeUTF16(
        _ bytes: [UInt8], isBigEndian: Bool, start: Int, isLast: Bool
    ) throws(TextError) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count)
        var index = 0
        while index + 1 < bytes.count {
            let unit = Self.unit(bytes, index, isBigEndian)
            if !UTF16.isLeadSurrogate(unit) {
                guard let scalar = Unicode.Scalar(unit) else {
                    throw TextError(offset: start + index)
                }
                text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
                index += 2
                continue
            }
            guard index + 3 < bytes.count else { break }
            let trail = Self.unit(bytes, index + 2, isBigEndian)
            guard UTF16.isTrailSurrogate(trail) else {
                throw TextError(offset: start + index)
            }
            let value = 0x10000 + (UInt32(unit & 0x3FF) << 10) + UInt32(trail & 0x3FF)
            guard let scalar = Unicode.Scalar(value) else {
                throw TextError(offset: start + index)
            }
            text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            index += 4
        }
        rest = Array(bytes[index...])
        if isLast, !rest.isEmpty { throw TextError(offset: start + index) }
        return text
    }

    private static func unit(_ bytes: [UInt8], _ index: Int, _ isBigEndian: Bool) -> UInt16 {
        let (first, second) = (UInt16(bytes[index]), UInt16(bytes[index + 1]))
        return isBigEndian ? first << 8 | second : second << 8 | first
    }
}

/// Where an input that begins as UTF-16 is none.
struct TextError: Error {
    /// In bytes from the input's first.
    var offset: Int
}
