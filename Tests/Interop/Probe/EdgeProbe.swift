import FoundationEssentials

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Says what the edge of Baton does, so that the suite of Tests/Interop can compare it with what
/// botocore does: a question is a line of JSON on stdin, its answer a line of JSON on stdout.
@main
struct EdgeProbe {
    static func main() async throws {
        let decoder = JSONDecoder()
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        while let line = readLine() {
            let question = try decoder.decode(Question.self, from: Data(line.utf8))
            let reply = await question.reply()
            print(String(decoding: try encoder.encode(reply), as: UTF8.self))
            fflush(nil)
        }
    }
}

/// What can be asked; the member `ask` says which it is.
private enum Question: Decodable {
    case endpoint(EndpointQuestion)
    case signature(SignatureQuestion)
    case call(CallQuestion)
    case identity(IdentityQuestion)

    private enum Key: String, CodingKey { case ask }
    private enum Kind: String, Decodable { case endpoint, signature, call, identity }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        switch try container.decode(Kind.self, forKey: .ask) {
        case .endpoint: self = .endpoint(try EndpointQuestion(from: decoder))
        case .signature: self = .signature(try SignatureQuestion(from: decoder))
        case .call: self = .call(try CallQuestion(from: decoder))
        case .identity: self = .identity(try IdentityQuestion(from: decoder))
        }
    }

    func reply() async -> Reply {
        switch self {
        case .endpoint(let question): question.reply
        case .signature(let question): question.reply
        case .call(let question): await question.reply()
        case .identity(let question): await question.reply()
        }
    }
}

/// An answer; the members that a question has no use for are left out.
struct Reply: Encodable {
    var url: String?
    var canonicalRequest: String?
    var stringToSign: String?
    var signature: String?
    var authorization: String?
    var arn: String?
    /// Where the credentials were found, in words.
    var source: String?
    /// The code of why there is no other answer.
    var error: String?
}
