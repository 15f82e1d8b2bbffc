import ArgumentParser
import FoundationEssentials
import JobServer
import Report
import TransferCore
import TransferLedger
import TransferRun
import UnixSignals

/// `baton serve`: the jobs of a ledger, in a browser; read-only.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Shows the jobs of a ledger in a browser, live.",
        discussion: """
            Read-only. At 127.0.0.1 nobody is asked who he is unless there is a token. Elsewhere a \
            token and a certificate are required. A token has at least 16 characters and is read \
            from --token-file or BATON_TOKEN; it is sent as Bearer, or as the password of Basic.
            """)

    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen on; 0 lets the system choose.")
    var port: UInt16 = 8092

    @Option(name: .customLong("reports"), help: "Where reports are, in a folder for each job.")
    var reports = ReportingOptions.directoryUsual

    @Option(
        name: .customLong("token-file"),
        help: ArgumentHelp("A file with the token that clients must send.", valueName: "file"))
    var tokenFile: String?

    @Option(
        name: .customLong("tls-certificate"),
        help: ArgumentHelp("The certificate with its chain (PEM); serves https.", valueName: "file")
    )
    var certificate: String?

    @Option(
        name: .customLong("tls-key"),
        help: ArgumentHelp("The certificate's key (PEM).", valueName: "file"))
    var key: String?

    @OptionGroup var ledger: LedgerOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard !reports.isEmpty else {
            throw ValidationError("--reports takes the path of a folder.")
        }
        guard (certificate == nil) == (key == nil) else {
            throw ValidationError("--tls-certificate and --tls-key go together.")
        }
    }

    func run() async throws {
        // Trapped before anything listens: a signal is how it ends, and no failure.
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        let options = try ServerOptions(
            host: host, port: Int(port), token: token(), tls: tls, reports: reports,
            pages: LivePages(version: Version.text), viewer: .current, now: { .now })
        let server = JobServer(options, ledger: try LedgerView(path: ledger.path))
        try await server.run(
            until: { for await _ in signals { return } },
            onListening: { port in announce(port) })
    }

    private var tls: ServerOptions.Certificate? {
        guard let certificate, let key else { return nil }
        return ServerOptions.Certificate(file: certificate, keyFile: key)
    }

    private func announce(_ port: Int) {
        let name = host.contains(":") ? "[\(host)]" : host
        let line = ListeningLine(url: "\(tls == nil ? "http" : "https")://\(name):\(port)/")
        do {
            switch output.output {
            case .text: try Console.data(line.url)
            case .json: try Console.jsonLine(line)
            }
        } catch {
            output.console.warn("The address could not be written to stdout: \(line.url)")
        }
    }

    private struct ListeningLine: Encodable, Sendable { var url: String }

    /// Not an argument: every user of the machine sees those.
    private func token() throws -> Token? {
        if let tokenFile {
            guard let text = try? String(contentsOfFile: tokenFile, encoding: .utf8) else {
                throw UsageError("The token file \(tokenFile) cannot be read.")
            }
            return try Token(text.trimmingSuffix(while: \.isNewline), from: tokenFile)
        }
        return try ProcessInfo.processInfo.environment["BATON_TOKEN"].map {
            try Token($0, from: "BATON_TOKEN")
        }
    }
}

extension String {
    fileprivate func trimmingSuffix(while isTrimmed: (Character) -> Bool) -> String {
        var text = self[...]
        while let last = text.last, isTrimmed(last) { text.removeLast() }
        return String(text)
    }
}
