import FoundationEssentials

/// What the simulator answers: a status, the exception where it is one, and a JSON body.
package struct Reply: Hashable, Sendable {
    package let status: Int
    package let exception: Exception?
    package var body: [UInt8]
    /// How the body comes.
    package var delivery = Delivery.whole

    /// What may happen to a body on its way.
    package enum Delivery: Hashable, Sendable {
        case whole
        /// Byte by byte.
        case slow(Duration)
        /// The connection closes halfway.
        case cut
        /// Half of its length is told.
        case short
    }

    /// The answer to a call that succeeded.
    package init(_ body: [UInt8]) {
        status = 200
        exception = nil
        self.body = body
    }

    /// An answer that says nothing but its status.
    package init(bare status: Int) {
        self.status = status
        exception = nil
        body = []
    }

    /// The answer to a call that was refused.
    package init(_ refusal: Refusal) {
        status = refusal.exception.httpStatus
        exception = refusal.exception
        // Encoding one string cannot fail; were it to, the exception's header would still say all.
        body = (try? JSON.bytes(["Message": refusal.message])) ?? Array("{}".utf8)
    }
}

/// JSON as the service writes it.
enum JSON {
    /// The UTF-8 of a value's JSON.
    static func bytes(_ value: some Encodable) throws(Refusal) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        do {
            return Array(try encoder.encode(value))
        } catch {
            throw Refusal(.internalService, "The answer could not be written as JSON: \(error)")
        }
    }
}
