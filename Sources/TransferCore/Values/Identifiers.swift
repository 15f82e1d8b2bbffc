/// A text by which the service knows one of its things.
///
/// The shape is checked once, at the edge; inside, a value of such a type is a valid id.
package protocol ServiceIdentifier: Hashable, Sendable, CustomStringConvertible {
    /// The id as the service gave it out.
    var text: String { get }
    /// The most characters that the service's model allows.
    static var charactersMax: Int { get }
    /// The resource kind in an ARN (`queue` in `…:instance/I/queue/Q`); nil for what has no ARN.
    static var arnKind: String? { get }
    /// Makes an id of a text that is known to be valid: `init(_:)` is the way for all other text.
    init(valid text: String)
}

/// Why a text is no identifier.
package enum IdentifierProblem: Error, Hashable, Sendable {
    case empty
    case tooLong(characters: Int, max: Int)
    /// Offset in characters, counted from 0.
    case character(Unicode.Scalar, offset: Int)
}

extension ServiceIdentifier {
    /// Makes an id of any text; visible ASCII of 1 to ``charactersMax`` characters is accepted.
    ///
    /// The service model sets lengths only. Every id seen is made of visible ASCII, and an id
    /// becomes a path segment and a log word, so blanks and control characters stay outside.
    package init(_ text: some StringProtocol) throws(IdentifierProblem) {
        guard !text.isEmpty else { throw .empty }
        var count = 0
        for scalar in text.unicodeScalars {
            guard scalar.value > 0x20, scalar.value < 0x7F else {
                throw .character(scalar, offset: count)
            }
            count += 1
        }
        guard count <= Self.charactersMax else {
            throw .tooLong(characters: count, max: Self.charactersMax)
        }
        self.init(valid: String(text))
    }

    package var description: String { text }
}

/// The id of a contact; 1 to 256 characters.
package struct ContactID: ServiceIdentifier {
    package let text: String
    package static let charactersMax = 256
    package static let arnKind: String? = "contact"
    package init(valid text: String) { self.text = text }
}

/// The id of a queue; the model sets no bound, so that of the other ids is taken.
package struct QueueID: ServiceIdentifier {
    package let text: String
    package static let charactersMax = 256
    package static let arnKind: String? = "queue"
    package init(valid text: String) { self.text = text }
}

/// The id of a user (an agent); 1 to 256 characters.
package struct UserID: ServiceIdentifier {
    package let text: String
    package static let charactersMax = 256
    package static let arnKind: String? = "agent"
    package init(valid text: String) { self.text = text }
}

/// The id of a contact flow; at most 500 characters.
package struct ContactFlowID: ServiceIdentifier {
    package let text: String
    package static let charactersMax = 500
    package static let arnKind: String? = "contact-flow"
    package init(valid text: String) { self.text = text }
}

/// The id of an Amazon Connect instance; 1 to 100 characters.
package struct InstanceID: ServiceIdentifier {
    package let text: String
    package static let charactersMax = 100
    package static let arnKind: String? = nil
    package init(valid text: String) { self.text = text }
}

/// The idempotency key of a request; 1 to 500 characters.
package struct ClientToken: ServiceIdentifier {
    package let text: String
    package static let charactersMax = 500
    package static let arnKind: String? = nil
    package init(valid text: String) { self.text = text }

    /// The token of a row: the same in every attempt, run and process, since it depends on nothing
    /// else. A job's id is a digest of its input and options, so that it holds even where the
    /// ledger was lost and the same file is given again.
    package init(job: JobID, row: Int) { text = "baton-\(job.text)-\(row)" }
}

/// The id of a job: 12 lower-case hexadecimal digits.
package struct JobID: Hashable, Sendable, CustomStringConvertible {
    package let text: String
    package static let digits = 12

    /// Takes the first digits of a hexadecimal digest, or the text of an id; nil for other text.
    package init?(_ digest: some StringProtocol) {
        let prefix = digest.prefix(Self.digits)
        guard prefix.utf8.count == Self.digits,
            prefix.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { return nil }
        text = String(prefix)
    }

    /// Takes the text of an id that is known to be valid, as one from the ledger.
    package init(valid text: String) { self.text = text }

    package var description: String { text }
}
