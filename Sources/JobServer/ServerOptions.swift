package import Report
package import TransferCore
package import TransferLedger

/// Where a server listens, to whom it answers and what it shows.
package struct ServerOptions: Sendable {
    package var host: String
    /// 0 lets the system choose.
    package var port: Int
    package var access: Access
    /// PEM files; nil serves plain HTTP, which is for loopback alone.
    package var tls: Certificate?
    /// The folder with a folder of reports for each job.
    package var reports: String
    package var pages: LivePages
    /// This process.
    package var viewer: RunWorker
    package var now: @Sendable () -> Timestamp

    /// What the server proves itself with.
    package struct Certificate: Sendable {
        package var file: String
        package var keyFile: String

        package init(file: String, keyFile: String) {
            self.file = file
            self.keyFile = keyFile
        }
    }

    /// Refuses what would be open to others: anything but loopback without a token and a certificate.
    ///
    /// - Throws: ``ServerError`` `.unsafe`.
    package init(
        host: String, port: Int, token: Token?, tls: Certificate?, reports: String,
        pages: LivePages, viewer: RunWorker, now: @escaping @Sendable () -> Timestamp
    ) throws(ServerError) {
        let isLoopback = LoopbackName.includes(host)
        guard isLoopback || (token != nil && tls != nil) else {
            throw ServerError(
                .unsafe, host,
                cause: "other machines could read it. Give a token (--token-file or BATON_TOKEN) "
                    + "and a certificate (--tls-certificate, --tls-key), or serve at 127.0.0.1")
        }
        self.host = host
        self.port = port
        access = Access(token: token, isLoopback: isLoopback)
        self.tls = tls
        self.reports = reports
        self.pages = pages
        self.viewer = viewer
        self.now = now
    }

    /// Answers of open streams at once.
    static let streamsMax = 64
    /// Connections at once; others wait to be taken.
    static let connectionsMax = 256
    /// How long a connection may be silent between its requests, or in one.
    static let idleSeconds = 20
    /// How long a client may take nothing of an answer.
    static let stallSeconds = 20
    static let headerBytesMax = 8 * 1024
    static let headersBytesMax = 16 * 1024
    static let headersMax = 100
    static let targetBytesMax = 2048
    /// How long answers may take to end once the server is to stop.
    static let grace = Duration.seconds(2)
}

/// Why a server could not start.
package struct ServerError: Error, Sendable, CustomStringConvertible {
    package enum Code: Sendable { case unsafe, token, certificate, listening }

    package var code: Code
    private var subject: String
    private var cause: String

    package init(_ code: Code, _ subject: String, cause: String) {
        self.code = code
        self.subject = subject
        self.cause = cause
    }

    /// A sentence for the operator: what failed, on what, what to do now.
    package var description: String {
        switch code {
        case .unsafe: "It is not served at \(subject): \(cause)."
        case .token: "The token of \(subject) cannot be used: \(cause)."
        case .certificate:
            "The certificate \(subject) and its key cannot be used: \(cause). Both are PEM files."
        case .listening:
            "\(subject) cannot be listened on (\(cause)). Choose another --port, or 0 for any."
        }
    }
}
