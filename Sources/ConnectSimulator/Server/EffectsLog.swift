#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The file that says which transfers took effect: a line of JSON for each, appended at once.
///
/// It is not synced: it has to outlive the process, not the machine. Buffers would be lost with
/// the process, so there are none.
final class EffectsLog: Sendable {
    private let path: String
    private let descriptor: Int32

    /// Opens a file for appending, and makes it where there is none.
    init(path: String) throws(SimulatorError) {
        descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
        self.path = path
        guard descriptor >= 0 else {
            throw SimulatorError(doing: .openingEffects, subject: path, cause: systemError())
        }
    }

    deinit { close(descriptor) }

    /// Appends the line of a transfer.
    func append(_ transfer: Transfer) throws(SimulatorError) {
        var line = (try? JSON.bytes(EffectLine(transfer))) ?? []
        line.append(UInt8(ascii: "\n"))
        var rest = line[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 {
                guard errno == EINTR else {
                    throw SimulatorError(
                        doing: .writingEffects, subject: path, cause: systemError())
                }
            } else {
                rest = rest.dropFirst(written)
            }
        }
    }
}

/// A line of the effects file.
private struct EffectLine: Encodable {
    let contactId: String
    let newContactId: String
    let queueId: String?
    let userId: String?
    let clientToken: String?
    /// Seconds since 1970.
    let time: Double

    init(_ transfer: Transfer) {
        contactId = transfer.contact.text
        newContactId = transfer.newContact.text
        clientToken = transfer.token
        time = transfer.at.seconds
        switch transfer.place {
        case .queue(let id): (queueId, userId) = (id.text, nil)
        case .user(let id): (queueId, userId) = (nil, id.text)
        }
    }
}

private func systemError() -> String { String(cString: strerror(errno)) }
