import AWSSigning
import ConnectSimulator

extension Call {
    /// The call with the headers that its signature takes.
    func signed(
        by credentials: Credentials = SimulatorCredentials.allowed, at moment: Moment = noon,
        region: String = "us-east-1", service: String = "connect"
    ) -> Call {
        let parts = target.split(separator: "?", maxSplits: 1)
        let request = SignableRequest(
            method: method, path: String(parts[0]), query: parts.count > 1 ? String(parts[1]) : "",
            headers: headers, payloadHash: SHA256Digest(of: body).hex)
        var call = self
        call.headers +=
            SigV4Signer(service: service, region: region).sign(
                request, with: credentials, at: SigningDate(milliseconds: moment.milliseconds)
            ).headers.map { ($0.name.lowercased(), $0.value) }
        return call
    }

    /// TransferContact, unsigned.
    static func transfer(_ parameters: TransferParameters) -> Call {
        Call(
            method: "POST", target: "/contact/transfer",
            headers: [("host", "127.0.0.1"), ("content-type", "application/json")],
            body: Array(parameters.json.utf8))
    }

    /// A GET, unsigned.
    static func get(_ target: String) -> Call {
        Call(method: "GET", target: target, headers: [("host", "127.0.0.1")])
    }
}
