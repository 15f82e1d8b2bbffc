import AWSSigning
import FoundationEssentials
import TransferCore

/// A call of a service, as it goes onto the wire.
struct Call: Sendable {
    let method: String
    /// Encoded, with its leading slash.
    let path: String
    /// Encoded; empty where there is none.
    var query = ""
    /// Beside `Host`, `User-Agent` and those of the signature.
    var headers: [SignableRequest.Header] = []
    var body: [UInt8]?
    /// A conflict (409) leaves open whether the call took effect: only a look can tell.
    var looksUpConflicts = false
    /// The most that is taken in of an answer's body.
    var answerBytesMax = 1 << 20
    /// What of headers and body no message may repeat, beside what the signature is made with.
    var secrets: [String] = []

    /// The same call, of which the answer may be long: 1,000 flows with the longest names, 100 found
    /// contacts with all their attributes, or a flow with its content.
    var withLongAnswer: Call {
        var call = self
        call.answerBytesMax = 16 << 20
        return call
    }

    /// A `GET` of a path of literal words and ids.
    static func get(
        _ words: [PathWord], query: [(name: String, value: String)] = []
    ) -> Call {
        Call(
            method: "GET", path: words.map { "/\($0.encoded)" }.joined(),
            query: query.map { "\($0.name)=\(PercentEncoding.encoded($0.value))" }
                .joined(separator: "&"))
    }

    /// A `POST` of a body as JSON.
    ///
    /// - Throws: a failure where the values cannot be written as JSON, which names `subject`.
    static func post(
        _ path: String, _ body: some Encodable, of subject: String,
        contentType: String = "application/json"
    ) throws(TransferFailure) -> Call {
        let encoder = JSONEncoder()
        // One spelling for one request, so that two attempts can be compared byte by byte.
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return Call(
                method: "POST", path: path, headers: [("Content-Type", contentType)],
                body: Array(try encoder.encode(body)))
        } catch {
            throw TransferFailure(
                code: "RequestNotEncodable",
                message: "The request for \(subject) cannot be written as JSON: \(error)",
                advice: .permanent)
        }
    }
}

/// One word of a path, between two slashes.
enum PathWord: ExpressibleByStringLiteral {
    case literal(String)
    case id(String)

    init(stringLiteral text: String) { self = .literal(text) }

    init(_ id: some ServiceIdentifier) { self = .id(id.text) }

    /// As one segment; an id of dots alone must not become a step up the path.
    fileprivate var encoded: String {
        switch self {
        case .literal(let text): text
        case .id("."): "%2E"
        case .id(".."): "%2E%2E"
        case .id(let text): PercentEncoding.encoded(text)
        }
    }
}
