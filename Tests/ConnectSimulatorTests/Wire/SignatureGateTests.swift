import AWSSigning
import ConnectSimulator
import Testing

/// Who comes in.
struct SignatureGateTests {
    private let gate = Self.gate(allowing: SimulatorCredentials.allowed)
    private let call = Call.get("/contacts/a%2Fb/c?x=1&y=%C3%A9")

    private static func gate(allowing credentials: Credentials) -> SignatureGate {
        let keys = KeyRing(
            allowed: credentials, denied: SimulatorCredentials.denied, account: "111122223333",
            at: noon)
        return SignatureGate(region: "us-east-1", account: "111122223333", keys: keys)
    }

    private func refused(_ call: Call, by gate: SignatureGate? = nil, at now: Moment = noon)
        -> Exception?
    {
        exception { () throws(Refusal) in
            try (gate ?? self.gate).admit(call, operation: .describeContact, at: now)
        }
    }

    @Test func `lets a signed call in`() {
        #expect(refused(call.signed()) == nil)
    }

    @Test func `lets a call in that botocore signed`() {
        // botocore 1.43.11: SigV4Auth(Credentials, 'connect', 'us-east-1') on 2026-11-22T12:00:00Z.
        let call = Call(
            method: "GET", target: "/contacts/arn%3Aaws%3Ai/c%201%2F%C3%A9?maxResults=1&a=",
            headers: [
                ("host", "127.0.0.1:8080"), ("x-amz-date", "20261122T120000Z"),
                (
                    "authorization",
                    "AWS4-HMAC-SHA256 "
                        + "Credential=AKIABATONSIMULATOR01/20261122/us-east-1/connect/aws4_request, "
                        + "SignedHeaders=host;x-amz-date, Signature="
                        + "2257c2a5c8a1dc41c95a92cfc9a39c0deadf0c8f6805ddf54f61e52648be92c9"
                ),
            ])
        #expect(refused(call) == nil)
    }

    @Test func `turns unsigned and half-signed calls away`() {
        #expect(refused(call) == .missingAuthenticationToken)
        var basic = call
        basic.headers.append(("authorization", "Basic dXNlcjpwYXNz"))
        #expect(refused(basic) == .incompleteSignature)
        var undated = call.signed()
        undated.headers.removeAll { $0.name == "x-amz-date" }
        #expect(refused(undated) == .incompleteSignature)
    }

    @Test func `turns unknown keys and wrong secrets away`() {
        let stranger = Credentials(accessKeyID: "AKIASTRANGER", secretAccessKey: "s")
        #expect(refused(call.signed(by: stranger)) == .unrecognizedClient)
        let wrong = Credentials(
            accessKeyID: SimulatorCredentials.allowed.accessKeyID, secretAccessKey: "s")
        #expect(refused(call.signed(by: wrong)) == .invalidSignature)
    }

    @Test func `denies everything to the key that is denied everything`() {
        #expect(refused(call.signed(by: SimulatorCredentials.denied)) == .accessDenied)
    }

    @Test func `sees every change of a signed call`() {
        let signed = Call.transfer(
            TransferParameters(instance: "i", contact: "c", flow: "f", destination: .flowDecides)
        ).signed()
        #expect(refused(signed) == nil)
        var changes = [signed, signed, signed, signed, signed]
        changes[0].method = "PUT"
        changes[1].target += "/more"
        changes[2].target += "?a=b"
        changes[3].headers[0].value = "localhost"
        changes[4].body.append(UInt8(ascii: " "))
        for change in changes { #expect(refused(change) == .invalidSignature) }
    }

    @Test func `wants host among the signed headers`() {
        var call = call
        call.headers.removeAll()
        call = call.signed()
        #expect(refused(call) == .invalidSignature)
    }

    @Test func `wants its own Region and service`() {
        #expect(refused(call.signed(region: "eu-west-2")) == .invalidSignature)
        #expect(refused(call.signed(service: "sts")) == .invalidSignature)
    }

    @Test func `bears five minutes of skew and no more`() {
        let signed = call.signed()
        for seconds in [-300, 300] {
            #expect(refused(signed, at: noon + .seconds(seconds)) == nil)
        }
        for seconds in [-301, 301] {
            #expect(refused(signed, at: noon + .seconds(seconds)) == .invalidSignature)
        }
    }

    @Test(arguments: [0, 1, 1_000_000_000, 253_402_300_799, -62_167_219_200])
    func `bears any date`(_ seconds: Int64) {
        let date = SigningDate(milliseconds: seconds * 1000)
        var call = call
        call.headers += [
            ("host", "h"), ("x-amz-date", date.timestamp),
            (
                "authorization",
                "AWS4-HMAC-SHA256 Credential=AKIABATONSIMULATOR01/\(date.day)/us-east-1/connect/"
                    + "aws4_request, SignedHeaders=host;x-amz-date, Signature="
                    + String(repeating: "0", count: 64)
            ),
        ]
        #expect(refused(call) == .invalidSignature)
    }

    @Test func `wants the session token among the signed headers`() {
        let session = Credentials(accessKeyID: "ASIA", secretAccessKey: "s", sessionToken: "token")
        let gate = Self.gate(allowing: session)
        let bare = Credentials(accessKeyID: "ASIA", secretAccessKey: "s")
        var uncovered = call.signed(by: bare)
        uncovered.headers.append(("x-amz-security-token", "token"))
        #expect(refused(uncovered, by: gate) == .invalidSignature)
    }

    @Test func `wants the session token where there is one, and none where there is none`() {
        let session = Credentials(accessKeyID: "ASIA", secretAccessKey: "s", sessionToken: "token")
        let gate = Self.gate(allowing: session)
        #expect(refused(call.signed(by: session), by: gate) == nil)
        let without = Credentials(accessKeyID: "ASIA", secretAccessKey: "s")
        #expect(refused(call.signed(by: without), by: gate) == .unrecognizedClient)
        let other = Credentials(accessKeyID: "ASIA", secretAccessKey: "s", sessionToken: "other")
        #expect(refused(call.signed(by: other), by: gate) == .unrecognizedClient)
        #expect(refused(call.signed(by: session)) == .unrecognizedClient)
    }
}
