import AWSSigning
import CCurl

/// The headers of a request as libcurl reads them, in memory that the next request uses again.
///
/// `curl_slist_append` asks for memory twice for each line, and the line is to be put together first.
// Safe: both buffers are this list's alone, freed in `deinit`; libcurl only reads them, and only
// during the transfer for which they were set.
@safe struct HeaderList: ~Copyable {
    private var bytes = unsafe UnsafeMutableBufferPointer<CChar>(start: nil, count: 0)
    private var lines = unsafe UnsafeMutableBufferPointer<curl_slist>(start: nil, count: 0)
    private var byteCount = 0
    private var lineCount = 0

    deinit {
        unsafe bytes.deallocate()
        unsafe lines.deallocate()
    }

    /// The first line, from which the others hang.
    var first: UnsafeMutablePointer<curl_slist>? { unsafe lineCount > 0 ? lines.baseAddress : nil }

    /// Holds these headers and no others; false where one cannot be sent as it is.
    mutating func set(_ headers: [SignableRequest.Header], without absent: String) -> Bool {
        let size = headers.reduce(absent.utf8.count + 2) {
            $0 + $1.name.utf8.count + $1.value.utf8.count + 3
        }
        makeRoom(bytes: size, lines: headers.count + 1)
        for (name, value) in headers {
            beginLine()
            guard append(name), append(": "), append(value) else { return false }
            endLine()
        }
        // Without a value it takes the header away.
        beginLine()
        guard append(absent), append(":") else { return false }
        endLine()
        return true
    }

    private mutating func makeRoom(bytes byteCount: Int, lines lineCount: Int) {
        self.byteCount = 0
        self.lineCount = 0
        if unsafe bytes.count < byteCount {
            unsafe bytes.deallocate()
            unsafe bytes = .allocate(capacity: byteCount)
        }
        if unsafe lines.count < lineCount {
            unsafe lines.deallocate()
            unsafe lines = .allocate(capacity: lineCount)
        }
    }

    private mutating func beginLine() {
        let start = unsafe bytes.baseAddress.map { unsafe $0 + byteCount }
        unsafe lines.initializeElement(at: lineCount, to: curl_slist(data: start, next: nil))
        if lineCount > 0 {
            unsafe lines[lineCount - 1].next = lines.baseAddress.map { unsafe $0 + lineCount }
        }
        lineCount += 1
    }

    /// False for what would end a line, or the text, before its time.
    private mutating func append(_ text: String) -> Bool {
        let text = text.utf8.span
        let room = unsafe UnsafeMutableRawBufferPointer(
            UnsafeMutableBufferPointer(rebasing: bytes[byteCount...]))
        byteCount += text.count
        return unsafe text.withUnsafeBytes { text in
            unsafe room.copyMemory(from: text)
            // Without a branch for each byte: so many at once.
            var hidden: UInt8 = 0
            for index in text.indices {
                let byte = unsafe text[index]
                hidden |= (byte < 0x20 ? 1 : 0) | (byte == 0x7F ? 1 : 0)
            }
            return hidden == 0
        }
    }

    private mutating func endLine() {
        unsafe bytes[byteCount] = 0
        byteCount += 1
    }
}
