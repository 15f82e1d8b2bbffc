import Glibc

/// A file of a page or two, read whole, in bounded memory whatever it turns out to be.
enum SmallFile {
    enum Problem: Error {
        case missing
        /// In the system's words.
        case unreadable(String)
        case tooLarge

        var words: String {
            switch self {
            case .missing: "there is no such file"
            case .unreadable(let reason): reason
            case .tooLarge: "it is far too large to be one"
            }
        }
    }

    static func bytes(at path: String, max: Int) throws(Problem) -> [UInt8] {
        // Without waiting for the other end of a pipe.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw errno == ENOENT ? .missing : .unreadable(reason) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 14)
        while bytes.count <= max {
            let count = unsafe read(descriptor, &chunk, chunk.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw .unreadable(reason)
            }
            guard count > 0 else { return bytes }
            bytes += chunk[..<count]
        }
        throw .tooLarge
    }

    /// Puts a file in the place of another in one step, readable by its owner alone.
    static func replace(_ path: String, with bytes: [UInt8]) throws(Problem) {
        var template = Array((path + "." + String(repeating: "X", count: 6)).utf8CString)
        let descriptor = unsafe mkstemp(&template)
        guard descriptor >= 0 else { throw .unreadable(reason) }
        let temporary = template.dropLast().map { UInt8(bitPattern: $0) }
        let temporaryPath = String(decoding: temporary, as: UTF8.self)
        let isWritten = write(bytes, to: descriptor) && fsync(descriptor) == 0
        let problem = Problem.unreadable(reason)
        close(descriptor)
        guard isWritten else {
            unsafe unlink(temporaryPath)
            throw problem
        }
        guard unsafe rename(temporaryPath, path) == 0 else {
            let problem = Problem.unreadable(reason)
            unsafe unlink(temporaryPath)
            throw problem
        }
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { bytes in
                unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count)
            }
            guard count > 0 || (count < 0 && errno == EINTR) else { return false }
            rest = rest.dropFirst(max(count, 0))
        }
        return true
    }

    private static var reason: String { unsafe String(cString: strerror(errno)) }
}
