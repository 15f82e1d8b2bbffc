import AWSSigning
import Testing

struct ValueTests {
    @Test func `shows no secret however credentials are printed`() {
        let credentials = Credentials(
            accessKeyID: "AKIDEXAMPLE", secretAccessKey: "hush", sessionToken: "mum",
            expirationMilliseconds: 1)
        var dumped = ""
        dump([credentials], to: &dumped)
        let texts = [
            "\(credentials)", String(reflecting: credentials), String(describing: [credentials]),
            "\(Optional(credentials) as Any)", dumped,
        ]
        for text in texts {
            #expect(text.contains("AKIDEXAMPLE"))
            #expect(!text.contains("hush") && !text.contains("mum"))
        }
    }

    @Test(arguments: [
        (0, "19700101T000000Z"), (951_782_399_999, "20000228T235959Z"),
        (951_782_400_000, "20000229T000000Z"), (1_440_938_160_000, "20150830T123600Z"),
        (4_107_542_399_000, "21000228T235959Z"), (4_107_542_400_000, "21000301T000000Z"),
        (-1, "19691231T235959Z"), (253_402_300_799_999, "99991231T235959Z"),
    ])
    func `writes a date as AWS has it`(_ milliseconds: Int, _ timestamp: String) {
        let date = SigningDate(milliseconds: Int64(milliseconds))
        #expect(date.timestamp == timestamp)
        #expect(date.day == timestamp.prefix(8))
        #expect(SigningDate(timestamp) == date)
    }

    @Test(arguments: [
        "", "20150830T123600", "20150830 123600Z", "2015-08-30T12:36Z", "20150431T000000Z",
        "20150229T000000Z", "20151330T000000Z", "20150830T243600Z", "2015083xT123600Z",
    ])
    func `takes no other text for a date`(_ text: String) {
        #expect(SigningDate(text) == nil)
    }

    // FIPS 180-2, appendix B.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ])
    func `hashes with SHA-256`(_ text: String, _ hex: String) {
        #expect(SHA256Digest(of: text).hex == hex)
    }

    @Test func `hashes in pieces as at once`() {
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
        var hasher = SHA256Hasher()
        for start in stride(from: 0, to: bytes.count, by: 777) {
            hasher.update(Array(bytes[start..<min(start + 777, bytes.count)]))
        }
        let digest = hasher.finish()
        #expect(digest == SHA256Digest(of: bytes))
    }

    @Test func `parses an authorization header in any order of its parts`() throws {
        let header = try #require(
            AuthorizationHeader(
                "AWS4-HMAC-SHA256 SignedHeaders=host;x-amz-date,  Signature=ab12 ,"
                    + "Credential=AKID/20150830/us-east-1/connect/aws4_request"))
        #expect(header.accessKeyID == "AKID")
        #expect(header.scope.text == "20150830/us-east-1/connect/aws4_request")
        #expect(header.signedHeaders == ["host", "x-amz-date"])
        #expect(header.carries(signature: "ab12"))
        #expect(!header.carries(signature: "ab13"))
        #expect(!header.carries(signature: "ab1"))
    }

    @Test(arguments: [
        "", "AWS4-HMAC-SHA256", "Bearer abc", "AWS4-HMAC-SHA256 Credential=AKID",
        "AWS4-HMAC-SHA256 Credential=A/1/r/s/aws4_request, SignedHeaders=host",
        "AWS4-HMAC-SHA256 Credential=A/1/r/aws4_request, SignedHeaders=host, Signature=a",
        "AWS4-HMAC-SHA256 Credential=A/1/r/s/other, SignedHeaders=host, Signature=a",
        "AWS4-HMAC-SHA256 Signature=b, Credential=A/1/r/s/aws4_request, SignedHeaders=host, "
            + "Signature=a",
    ])
    func `takes no other header for one`(_ text: String) {
        #expect(AuthorizationHeader(text) == nil)
    }

    @Test(arguments: [
        ("b=2&a=1", "a=1&b=2"), ("a=2&a=1", "a=1&a=2"), ("a", "a="), ("a=b=c", "a=b%3Dc"),
        ("a=%7e%2f", "a=~%2F"), ("a=%zz%", "a=%25zz%25"), ("a=x+y", "a=x%2By"), ("a&&b", "a=&b="),
        ("=v", "=v"),
    ])
    func `writes one spelling of a query`(_ query: String, _ canonical: String) {
        let request = SignableRequest(
            method: "GET", path: "", query: query, headers: [], payloadHash: "h")
        #expect(CanonicalRequest(request).text == "GET\n/\n\(canonical)\n\n\nh")
    }
}
