import AWSSigning
import FoundationEssentials
import Testing

/// One case of AWS's own test suite for Signature Version 4 (awslabs/aws-c-auth, header signing).
struct HeaderCase: Decodable, Sendable, CustomTestStringConvertible {
    struct Context: Decodable, Sendable {
        struct Key: Decodable, Sendable {
            var accessKeyId: String
            var secretAccessKey: String
            var token: String?
        }
        var credentials: Key
        var normalize: Bool
        var omitSessionToken: Bool?
        var region: String
        var service: String
        var signBody: Bool
    }
    var name: String
    var context: Context
    var request: String
    var canonicalRequest: String
    var stringToSign: String
    var signature: String

    var testDescription: String { name }

    /// The suite; empty where the file is not there, since it is not part of the repository.
    static let all: [HeaderCase] = {
        let file = URL(filePath: #filePath).appending(
            path: "../../../../shared/reference/sigv4-header-cases.json")
        guard let json = try? Data(contentsOf: file.standardized) else { return [] }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do { return try decoder.decode([HeaderCase].self, from: json) } catch {
            fatalError("\(file.path()) cannot be read: \(error)")
        }
    }()

    var credentials: Credentials {
        Credentials(
            accessKeyID: context.credentials.accessKeyId,
            secretAccessKey: context.credentials.secretAccessKey,
            sessionToken: context.credentials.token)
    }

    /// The raw HTTP text as a request: no encoding, headers may go on over several lines.
    var signable: SignableRequest {
        let halves = request.split(separator: "\n\n", maxSplits: 1)
        let body = halves.count > 1 ? String(halves[1]) : ""
        var lines = halves[0].split(separator: "\n")
        let requestLine = lines.removeFirst()
        let target = requestLine.dropFirst(requestLine.prefix { $0 != " " }.count + 1)
            .dropLast(" HTTP/1.1".count)
        let parts = target.split(separator: "?", maxSplits: 1)
        var headers: [SignableRequest.Header] = []
        for line in lines {
            if line.hasPrefix(" ") {
                headers[headers.count - 1].value += "\n" + line
            } else {
                let pair = line.split(separator: ":", maxSplits: 1)
                headers.append((name: String(pair[0]), value: String(pair[1])))
            }
        }
        let payloadHash = SHA256Digest(of: body).hex
        if context.signBody { headers.append(("x-amz-content-sha256", payloadHash)) }
        return SignableRequest(
            method: String(requestLine.prefix { $0 != " " }), path: String(parts[0]),
            query: parts.count > 1 ? String(parts[1]) : "", headers: headers,
            payloadHash: payloadHash)
    }
}
