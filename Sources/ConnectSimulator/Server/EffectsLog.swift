import FoundationEssentials

/// The file that says which transfers took effect: a line of JSON for each, appended at once.
final class EffectsLog: Sendable {
    private let path: String
    private let file: LineFile

    /// Opens a file for appending, and makes it where there is none.
    init(path: String) throws(SimulatorError) {
        self.path = path
        do { file = try LineFile(path: path) } catch {
            throw SimulatorError(doing: .openingEffects, subject: path, cause: error.cause)
        }
    }

    /// Appends the line of a transfer.
    func append(_ transfer: Transfer) throws(SimulatorError) {
        do { try file.append(EffectLine(transfer).bytes) } catch {
            throw SimulatorError(doing: .writingEffects, subject: path, cause: error.cause)
        }
    }

    /// Adds the last transfer of a state where a kill between the two files kept it from here, or
    /// tore its line.
    ///
    /// A file that does not end with the transfer before it, such as a new one, is left as it is.
    func catchUp(with latest: [Transfer]) throws(SimulatorError) {
        guard let last = latest.last, file.isRegular,
            let bytes = FileManager.default.contents(atPath: path)
        else { return }
        let whole = bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let before = latest.dropLast().flatMap { EffectLine($0).bytes + [UInt8(ascii: "\n")] }
        guard bytes[..<whole].suffix(before.count).elementsEqual(before),
            whole > 0 || latest.count == 1
        else { return }
        do { try file.truncate(toBytes: whole) } catch {
            throw SimulatorError(doing: .writingEffects, subject: path, cause: error.cause)
        }
        try append(last)
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
        case .flow: (queueId, userId) = (nil, nil)
        }
    }

    var bytes: [UInt8] { (try? JSON.bytes(self)) ?? [] }
}
