import FoundationEssentials

/// What a JSON web token claims (RFC 7519). Its signature is not looked at: nobody signs here.
struct WebIdentity: Decodable {
    /// Names under it never resolve (RFC 2606, section 2): an issuer there cannot be asked.
    private static let unreachableDomain = ".invalid"

    let issuer: String
    let subject: String
    let audience: String
    let expiry: Moment

    private enum CodingKeys: String, CodingKey {
        case issuer = "iss"
        case subject = "sub"
        case audience = "aud"
        case expiry = "exp"
    }

    init(from decoder: any Decoder) throws {
        let claims = try decoder.container(keyedBy: CodingKeys.self)
        issuer = try claims.decode(String.self, forKey: .issuer)
        subject = try claims.decode(String.self, forKey: .subject)
        // A number, fractions allowed (RFC 7519, NumericDate), and as absurd as its sender likes.
        let seconds = try claims.decode(Double.self, forKey: .expiry)
        expiry = Moment(
            seconds: Int64(exactly: seconds.rounded(.down)) ?? (seconds < 0 ? .min : .max))
        // One text or a list of them, as Kubernetes has it.
        if let text = try? claims.decode(String.self, forKey: .audience) {
            audience = text
        } else {
            audience = try claims.decode([String].self, forKey: .audience).first ?? ""
        }
    }

    /// Reads a token, with the errors of AssumeRoleWithWebIdentity.
    init(_ token: String, at now: Moment) throws(ServiceFault) {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let claims = Self.claims(parts[1]) else {
            throw ServiceFault(
                400, "InvalidIdentityToken",
                "The ID Token provided is not a valid JWT. (You may see this error if you sent an "
                    + "Access Token)")
        }
        guard claims.expiry > now else {
            throw ServiceFault(
                400, "ExpiredTokenException",
                "Token expired: current date/time \(now.wholeSeconds) must be before the "
                    + "expiration date/time \(claims.expiry.wholeSeconds)")
        }
        let host = claims.issuer.split(separator: "/").dropFirst().first ?? ""
        guard !host.hasSuffix(Self.unreachableDomain) else {
            throw ServiceFault(
                400, "IDPCommunicationError",
                "Couldn't retrieve verification key from your identity "
                    + "provider, please reference AssumeRoleWithWebIdentity documentation "
                    + "for requirements")
        }
        self = claims
    }

    private static func claims(_ part: Substring) -> WebIdentity? {
        var text = String(part).replacing("-", with: "+").replacing("_", with: "/")
        text += String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: text) else { return nil }
        return try? JSONDecoder().decode(WebIdentity.self, from: data)
    }
}

extension Moment {
    fileprivate var wholeSeconds: Int64 { milliseconds / 1000 }
}
