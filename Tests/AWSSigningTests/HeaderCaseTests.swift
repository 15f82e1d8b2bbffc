import AWSSigning
import Testing

/// Every step of every case of AWS's test suite.
struct HeaderCaseTests {
    private static let date = SigningDate(milliseconds: 1_440_938_160_000)

    @Test(arguments: HeaderCase.all)
    func `signs as AWS's test suite does`(_ vector: HeaderCase) {
        let signer = SigV4Signer(service: vector.context.service, region: vector.context.region)
        let signed = signer.sign(
            vector.signable, with: vector.credentials, at: Self.date,
            normalizesPath: vector.context.normalize,
            signsSessionToken: vector.context.omitSessionToken != true)
        #expect(signed.canonical.text == vector.canonicalRequest)
        #expect(signed.stringToSign == vector.stringToSign)
        #expect(signed.signature == vector.signature)
    }

    @Test(arguments: HeaderCase.all.filter { $0.context.normalize })
    func `verifies what it signed`(_ vector: HeaderCase) throws {
        let signer = SigV4Signer(service: vector.context.service, region: vector.context.region)
        var request = vector.signable
        let signed = signer.sign(
            request, with: vector.credentials, at: Self.date,
            signsSessionToken: vector.context.omitSessionToken != true)
        request.headers += signed.headers
        let authorization = try #require(AuthorizationHeader(signed.headers.last?.value ?? ""))
        let expected = signer.expectedSignature(
            of: request, claiming: authorization, timestamp: Self.date.timestamp,
            secretAccessKey: vector.credentials.secretAccessKey)
        #expect(authorization.carries(signature: expected))
    }
}
