import HTTPTypes
import Hummingbird
import HummingbirdCore
import Report
import TransferLedger

/// Lets in who may read, makes pages of what goes wrong, and puts on every answer what tells a
/// browser to keep and run nothing of it that it should not.
struct Doorkeeper: RouterMiddleware {
    let access: Access
    let pages: LivePages

    @concurrent func handle(
        _ request: Request, context: ServedContext,
        next: @concurrent (Request, ServedContext) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            try check(request)
            response = try await next(request, context)
        } catch let refusal as Refusal {
            response = page(refusal, context)
        } catch let error as LedgerError {
            response = page(Refusal(error), context)
        } catch let error as HTTPError where error.status == .notFound {
            response = page(.notFound, context)
        }
        for (name, value) in Self.headers where response.headers[name] == nil {
            response.headers[name] = value
        }
        // With the length that the answer to a GET has, if it has one.
        if request.method == .head {
            return Response(
                status: response.status, headers: response.headers,
                body: ResponseBody { try await $0.finish(nil) })
        }
        return response
    }

    private func check(_ request: Request) throws(Refusal) {
        guard (request.head.path ?? "").utf8.count <= ServerOptions.targetBytesMax else {
            throw Refusal(.uriTooLong, "The address is too long.", "No page has such a one.")
        }
        switch access.verdict(
            host: request.head.authority, authorization: request.headers[.authorization])
        {
        case .admitted: break
        case .foreignHost:
            throw Refusal(
                .forbidden, "This server answers to this machine's own names alone.",
                "Ask for 127.0.0.1 or localhost. With another name in the Host header, a page "
                    + "from elsewhere could read what is shown here.")
        case .noToken: throw .noToken
        }
        guard request.method == .get || request.method == .head else {
            throw Refusal(
                .methodNotAllowed, "Nothing can be changed here.", "GET and HEAD are answered.",
                headers: [.allow: "GET, HEAD"])
        }
    }

    private func page(_ refusal: Refusal, _ context: ServedContext) -> Response {
        var response = Response.page(
            pages.problem(
                title: refusal.title, sentence: refusal.sentence, nonce: context.nonce),
            status: refusal.status, nonce: context.nonce)
        response.headers.append(contentsOf: refusal.headers)
        return response
    }

    /// Those that an answer has where it says nothing else.
    private static let headers: [(HTTPField.Name, String)] = [
        ("Content-Security-Policy", "default-src 'none'; sandbox; frame-ancestors 'none'"),
        ("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-store"),
        ("Referrer-Policy", "no-referrer"), ("Cross-Origin-Resource-Policy", "same-origin"),
    ].compactMap { name, value in HTTPField.Name(name).map { ($0, value) } }
}

/// An answer that is not what was asked for, and says why.
struct Refusal: Error {
    var status: HTTPResponse.Status
    var title: String
    var sentence: String
    var headers: HTTPFields

    init(
        _ status: HTTPResponse.Status, _ title: String, _ sentence: String,
        headers: HTTPFields = [:]
    ) {
        self.status = status
        self.title = title
        self.sentence = sentence
        self.headers = headers
    }

    /// That the ledger cannot be read; the same may do a little later.
    init(_ error: LedgerError) {
        self.init(
            .serviceUnavailable, "The ledger cannot be read.", "\(error)",
            headers: [.retryAfter: "5"])
    }

    static let notFound = Refusal(
        .notFound, "There is nothing here.", "The jobs are listed at /.")

    static func noJob(_ id: String) -> Refusal {
        Refusal(.notFound, "There is no job \(id) in this ledger.", "The jobs are listed at /.")
    }

    static let noSeat = Refusal(
        .serviceUnavailable, "Too many pages are open.",
        "\(ServerOptions.streamsMax) are kept up to date at once. Close some of them.",
        headers: [.retryAfter: "30"])

    static let isEnding = Refusal(
        .serviceUnavailable, "This server is ending.", "Start `baton serve` again.",
        headers: [.retryAfter: "5"])

    static let noToken: Refusal = {
        // A browser asks for the password of Basic by itself.
        let schemes = ["Bearer realm=\"baton\"", "Basic realm=\"baton\", charset=\"UTF-8\""]
        var headers = HTTPFields()
        for scheme in schemes { headers.append(HTTPField(name: .wwwAuthenticate, value: scheme)) }
        return Refusal(
            .unauthorized, "A token is needed.",
            "Give the server's token as a Bearer token, or as the password with any user name.",
            headers: headers)
    }()
}
