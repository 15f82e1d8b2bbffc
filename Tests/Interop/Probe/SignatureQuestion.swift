import AWSSigning
import FoundationEssentials

/// What is the signature of a request?
struct SignatureQuestion: Decodable {
    let method: String
    /// As on the request line, already encoded.
    let path: String
    let query: String
    /// Pairs of name and value, in the order of the wire.
    let headers: [[String]]
    let body: Data
    let accessKeyID: String
    let secretAccessKey: String
    let sessionToken: String?
    /// `20150830T123600Z`
    let date: String
    let region: String
    let service: String

    var reply: Reply {
        guard let date = SigningDate(date) else { return Reply(error: "InvalidDate") }
        let request = SignableRequest(
            method: method, path: path, query: query,
            headers: headers.filter { $0.count == 2 }.map { ($0[0], $0[1]) },
            payloadHash: SHA256Digest(of: Array(body)).hex)
        let signed = SigV4Signer(service: service, region: region).sign(
            request,
            with: Credentials(
                accessKeyID: accessKeyID, secretAccessKey: secretAccessKey,
                sessionToken: sessionToken), at: date)
        return Reply(
            canonicalRequest: signed.canonical.text, stringToSign: signed.stringToSign,
            signature: signed.signature, authorization: signed.headers.last?.value)
    }
}
