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
        do { try file.append((try? JSON.bytes(EffectLine(transfer))) ?? []) } catch {
            throw SimulatorError(doing: .writingEffects, subject: path, cause: error.cause)
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
