import AWSSigning
import Testing

/// Requests as Baton sends them, against signatures made by botocore 1.43.11's SigV4Auth.
struct SigV4SignerTests {
    private let signer = SigV4Signer(service: "connect", region: "us-east-1")
    // 2026-11-22T09:08:07Z
    private let date = SigningDate(milliseconds: 1_795_338_487_000)
    private let key = Credentials(
        accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
    private let session = Credentials(
        accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        sessionToken: "FQoGZXIvYXdzEXAMPLE//token+with/special==")

    private func get(
        _ path: String, query: String = "", host: String = "connect.us-east-1.amazonaws.com"
    ) -> SignableRequest {
        SignableRequest(
            method: "GET", path: path, query: query,
            headers: [("Host", host), ("Content-Type", "application/json")],
            payloadHash: SHA256Digest(of: "").hex)
    }

    private var transfer: SignableRequest {
        let body =
            #"{"ContactFlowId":"f","ContactId":"c1","InstanceId":"i","QueueId":"q","#
            + #""ClientToken":"baton-0123456789ab-1"}"#
        return SignableRequest(
            method: "POST", path: "/contact/transfer",
            headers: [
                ("Host", "connect.us-east-1.amazonaws.com"), ("Content-Type", "application/json"),
                ("User-Agent", "x"),
            ],
            payloadHash: SHA256Digest(of: body).hex)
    }

    @Test func `signs a transfer with a session token`() {
        let signed = signer.sign(transfer, with: session, at: date)
        let names = ["X-Amz-Date", "X-Amz-Security-Token", "Authorization"]
        #expect(signed.headers.map(\.name) == names)
        #expect(signed.headers[0].value == "20261122T090807Z")
        #expect(
            signed.headers[2].value == "AWS4-HMAC-SHA256 "
                + "Credential=AKIDEXAMPLE/20261122/us-east-1/connect/aws4_request, "
                + "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, "
                + "Signature=1b90ff385a22e78f251fd1ec6009ec22ea5fe14f4f33900be3e2aec9969e8e4b")
    }

    @Test func `encodes an encoded path a second time`() {
        let instance = "arn%3Aaws%3Aconnect%3Aus-east-1%3A123456789012%3Ainstance%2Faaa"
        let signed = signer.sign(
            get("/contacts/\(instance)/c%201%2F%C3%A9"), with: key, at: date)
        #expect(signed.canonical.text.contains("/contacts/arn%253Aaws%253Aconnect%253A"))
        #expect(
            signed.signature == "dc0d84ad4f23376b7d8052479be7e628c85371ae3f26fa09e7b5e1ed3268f4fe")
    }

    @Test func `takes a slash for one whatever mark follows it`() {
        let signed = signer.sign(get("/a//\u{301}b/"), with: key, at: date)
        #expect(signed.canonical.text.hasPrefix("GET\n/a/%CC%81b/\n"))
    }

    @Test func `puts the query in order and leaves its encoding as it is`() {
        let signed = signer.sign(
            get(
                "/contact/associated/i", query: "nextToken=a%2Bb%3D%3D&contactId=c1&maxResults=100",
                host: "127.0.0.1:8080"),
            with: key, at: date)
        #expect(
            signed.signature == "1dc7cad9ef4cb3f347a9b6c0b03396e71814367671b1e6e025c782cfdac9fd65")
    }

    @Test func `derives a new key each day and goes back to an old one`() {
        let first = signer.sign(transfer, with: key, at: date)
        let tomorrow = SigningDate(milliseconds: 1_795_338_487_000 + 86_400_000)
        let second = signer.sign(transfer, with: key, at: tomorrow)
        let again = signer.sign(transfer, with: key, at: date)
        let fresh = SigV4Signer(service: "connect", region: "us-east-1")
        #expect(first.signature == again.signature)
        #expect(first.signature != second.signature)
        #expect(second.signature == fresh.sign(transfer, with: key, at: tomorrow).signature)
    }

    @Test func `keeps signing when more keys are in use than are kept`() {
        let expected = signer.sign(transfer, with: key, at: date).signature
        for number in 0..<200 {
            let other = Credentials(accessKeyID: "AKID", secretAccessKey: "secret \(number)")
            #expect(signer.sign(transfer, with: other, at: date).signature != expected)
        }
        #expect(signer.sign(transfer, with: key, at: date).signature == expected)
    }

    @Test func `signs the same on many threads at once`() async {
        let expected = signer.sign(transfer, with: key, at: date).signature
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    (0..<200).allSatisfy { _ in
                        signer.sign(transfer, with: key, at: date).signature == expected
                    }
                }
            }
            for await isSame in group { #expect(isSame) }
        }
    }

    @Test func `expects another signature when anything signed was changed`() throws {
        let signed = signer.sign(transfer, with: session, at: date)
        let authorization = try #require(AuthorizationHeader(signed.headers[2].value))
        var received = transfer
        received.headers += signed.headers
        var changed: [SignableRequest] = Array(repeating: received, count: 5)
        changed[0].method = "PUT"
        changed[1].path = "/contact/transfer/x"
        changed[2].query = "a=b"
        changed[3].payloadHash = SHA256Digest(of: "{}").hex
        changed[4].headers[0].value = "other.example"
        func expected(_ request: SignableRequest, secret: String) -> String {
            signer.expectedSignature(
                of: request, claiming: authorization, timestamp: date.timestamp,
                secretAccessKey: secret)
        }
        #expect(
            authorization.carries(signature: expected(received, secret: key.secretAccessKey)))
        #expect(!authorization.carries(signature: expected(received, secret: "another")))
        for request in changed {
            let signature = expected(request, secret: key.secretAccessKey)
            #expect(!authorization.carries(signature: signature))
        }
    }
}
