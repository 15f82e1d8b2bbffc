import FoundationEssentials

/// What an answer other than a 2xx says, by the conventions of restJson1, or in STS's XML.
struct ServiceError {
    /// `ThrottlingException`; `HTTP503` where the answer names no code.
    let code: String
    let message: String
    /// False where the code is ours, made of the status.
    let isNamed: Bool

    /// A longer text is cut: it goes into the ledger and into every report.
    private static let messageScalarsMax = 1024
    private static let codeCharactersMax = 128
    /// A longer body is no refusal of AWS's, and to look for secrets in it would take long.
    private static let bodyBytesMax = 256 << 10

    init(_ response: HTTPResponse, hiding redaction: Redaction) {
        // Bodies may be empty, HTML from a proxy, or anything: then the status must do.
        let isReadable = response.body.count <= Self.bodyBytesMax
        let body =
            isReadable ? try? JSONDecoder().decode(Members.self, from: Data(response.body)) : nil
        let xml =
            isReadable && body == nil ? XMLElement(parsing: response.body)?.child("Error") : nil
        let candidates = [
            response.headers["x-amzn-errortype"], body?.text("code"), body?.text("Code"),
            body?.text("__type"), xml?.text("Code"),
        ]
        let named = candidates.lazy.compactMap { $0.map(redaction.applied).map(Self.tidied) }
            .first { !$0.isEmpty }
        let code = named ?? "HTTP\(response.status)"
        self.code = code
        isNamed = named != nil
        var text = redaction.applied(to: body.flatMap(Self.message) ?? xml?.text("Message") ?? "")
        if ErrorCodes.credentials.contains(code) || ErrorCodes.clock.contains(code) {
            text = Self.withoutRequest(text)
        }
        message =
            text.isEmpty
            ? Self.withoutMessage(response, isNamed: named != nil)
            : String(text.unicodeScalars.prefix(Self.messageScalarsMax)).onOneLine
    }

    /// `com.amazonaws.connect#ThrottlingException:http://…` is `ThrottlingException` (botocore,
    /// RestJSONParser; smithy-rs, sanitize_error_code). A code is a word: what is not visible ASCII is
    /// left out.
    private static func tidied(_ code: String) -> String {
        let head = code.prefix { $0 != ":" }
        let name = head.split(separator: "#", omittingEmptySubsequences: false).last ?? ""
        let word = name.unicodeScalars.filter { $0.value > 0x20 && $0.value < 0x7F }
        return String(String.UnicodeScalarView(word.prefix(codeCharactersMax)))
    }

    /// The sentence before the canonical request, which AWS adds to a refused signature: it quotes
    /// all headers that were signed.
    private static func withoutRequest(_ text: String) -> String {
        let line = text.prefix { !$0.isNewline }
        let end = line.firstRange(of: "The Canonical String")?.lowerBound ?? line.endIndex
        return String(line[..<end].trimmingBlanks)
    }

    private static func withoutMessage(_ response: HTTPResponse, isNamed: Bool) -> String {
        let what = "\(response.server) answered HTTP \(response.status) without a message."
        // The service names a code; gateways on the way send a page of their own.
        return isNamed ? what : "\(what) If that lasts, check the network and the proxy."
    }

    private static func message(in body: Members) -> String? {
        let names = body.names.filter { ["message", "errormessage"].contains($0.lowercased()) }
        return names.sorted().lazy.compactMap(body.text).first { !$0.isEmpty }
    }
}

extension String {
    /// The text without what would steer a terminal, a page or a record of the ledger: controls,
    /// line ends and signs that turn text round become blanks.
    fileprivate var onOneLine: String {
        var text = Self()
        for scalar in unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: text += " "
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
