import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import Report
import TransferCore
import TransferLedger

/// What is answered to which path.
struct Routes: Sendable {
    private let options: ServerOptions
    private let desk: JobDesk
    private let live: LiveJobs

    /// How long the comments of a stream are apart that has nothing to say, in rings of its bell.
    private static let silenceRings = 15

    init(_ options: ServerOptions, desk: JobDesk, live: LiveJobs) {
        self.options = options
        self.desk = desk
        self.live = live
    }

    var responder: RouterResponder<ServedContext> {
        let router = Router(context: ServedContext.self)
        router.add(middleware: Doorkeeper(access: options.access, pages: options.pages))
        func add(
            _ path: RouterPath,
            _ answer: @escaping @Sendable (Request, ServedContext) async throws -> Response
        ) {
            for method in [HTTPRequest.Method.get, .head] {
                router.on(path, method: method) { try await answer($0, $1) }
            }
        }
        add("/") { try await jobs($0, $1) }
        add("/metrics") { _, _ in try await metrics() }
        add("/jobs/:id") { try await job($1) }
        add("/jobs/:id/events") { try await events($0, $1) }
        for name in ReportName.allCases {
            add("/jobs/:id/\(name.rawValue)") { try await report(name, $1) }
        }
        return router.buildResponder()
    }

    private func jobs(_ request: Request, _ context: ServedContext) async throws -> Response {
        let text = request.uri.queryParameters["page"].map(String.init)
        // A page far behind any job would be an offset that overflows.
        guard let page = Int(text ?? "1"), (1...1_000_000).contains(page) else {
            throw Refusal.notFound
        }
        let perPage = LivePages.jobsMax
        let list = try await desk.list(offset: (page - 1) * perPage, limit: perPage)
        guard page == 1 || !list.standings.isEmpty else { throw Refusal.notFound }
        return .page(
            options.pages.jobs(
                list.standings, of: list.count, page: page,
                pages: max(1, (list.count + perPage - 1) / perPage), ledger: desk.ledger.path,
                nonce: context.nonce),
            nonce: context.nonce)
    }

    private func job(_ context: ServedContext) async throws -> Response {
        let id = try jobID(context)
        guard let story = try await desk.story(id, eventsMax: LivePages.eventsMax) else {
            throw Refusal.noJob(id.text)
        }
        let files = try await onOwnThread {
            ReportName.allCases.filter { OpenReport($0.path(of: id, in: options.reports)) != nil }
        }
        return .page(
            options.pages.job(
                story.standing, events: story.events, files: files.map(\.rawValue),
                nonce: context.nonce),
            nonce: context.nonce)
    }

    /// The stream of a job: how it stands, now and whenever that has changed.
    private func events(_ request: Request, _ context: ServedContext) async throws -> Response {
        let id = try jobID(context)
        guard let standing = try await desk.standing(id) else { throw Refusal.noJob(id.text) }
        let seat = try live.take(standing)
        let channel = context.channel
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream"],
            body: ResponseBody { writer in
                // Its client has no use for the connection after this.
                defer { channel.close(promise: nil) }
                try await request.body.consumeWithCancellationOnInboundClose { _ in
                    try await writer.write(ByteBuffer(string: "retry: 2000\n\n"))
                    var (told, silence) = ("", 0)
                    for await _ in seat.bell {
                        silence += 1
                        if let message = seat.message, message != told {
                            (told, silence) = (message, 0)
                            try await writer.write(ByteBuffer(string: message))
                        } else if silence >= Self.silenceRings {
                            silence = 0
                            try await writer.write(ByteBuffer(string: ": nothing new\n\n"))
                        }
                    }
                }
                try await writer.finish(nil)
            })
    }

    private func report(_ name: ReportName, _ context: ServedContext) async throws -> Response {
        let id = try jobID(context)
        guard try await desk.ledger.read({ try $0.job(id) }) != nil else {
            throw Refusal.noJob(id.text)
        }
        let path = name.path(of: id, in: options.reports)
        guard let report = try await onOwnThread({ OpenReport(path) }) else {
            throw Refusal(
                .notFound, "There is no \(name.rawValue) of job \(id).",
                "Reports are written after a run. `baton report \(id)` writes them now, with "
                    + "--reports as it was given here.")
        }
        return Response(
            status: .ok, headers: name.headers(of: id),
            body: report.body(on: context.channel))
    }

    private func metrics() async throws -> Response {
        let now = desk.now()
        let standings = try await desk.recent(
            since: now - JobMetrics.ageMax, limit: JobMetrics.jobsMax)
        return Response(
            status: .ok,
            headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
            body: ResponseBody(
                byteBuffer: ByteBuffer(string: JobMetrics(standings, at: now).text)))
    }

    private func jobID(_ context: ServedContext) throws -> JobID {
        guard let text = context.parameters.get("id"), text.utf8.count == JobID.digits,
            let id = JobID(text)
        else { throw Refusal.notFound }
        return id
    }
}

extension Response {
    /// A page of ours, whose style and script have the nonce, and whose icon is an empty one: else
    /// browsers ask for a file.
    static func page(
        _ html: String, status: HTTPResponse.Status = .ok, nonce: String
    ) -> Response {
        var response = Response(
            status: status, headers: [.contentType: "text/html; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
        response.headers[.contentSecurityPolicy] =
            "default-src 'none'; style-src 'nonce-\(nonce)'; script-src 'nonce-\(nonce)'; "
            + "img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        return response
    }
}
