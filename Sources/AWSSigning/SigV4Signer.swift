import Synchronization

/// Signs requests for one service in one Region (Signature Version 4), and says what another's
/// signature should be.
///
/// Deriving the key of a day takes four HMACs; it is kept, so that a signature costs one hash of
/// the canonical request and one HMAC.
package final class SigV4Signer: Sendable {
    package let service: String
    package let region: String
    private let keys = SigningKeys()
    /// Of the last signature.
    private let stamp = Mutex<Stamp?>(nil)

    package init(service: String, region: String) {
        self.service = service
        self.region = region
    }

    /// Signs a request and gives the headers that it lacks.
    ///
    /// - Parameters:
    ///   - request: what is sent, with `Host`, without `X-Amz-Date` and `Authorization`.
    ///   - signsSessionToken: false adds the token after signing, as a few services want it.
    package func sign(
        _ request: SignableRequest, with credentials: Credentials, at date: SigningDate,
        normalizesPath: Bool = true, signsSessionToken: Bool = true
    ) -> Signed {
        let stamp = stamp(at: date)
        let (timestamp, scope) = (stamp.timestamp, stamp.scope)
        var complete = request
        complete.headers.append(("X-Amz-Date", timestamp))
        let token = credentials.sessionToken.map { (name: "X-Amz-Security-Token", value: $0) }
        if signsSessionToken, let token { complete.headers.append(token) }
        let canonical = CanonicalRequest(complete, normalizesPath: normalizesPath)
        let text = stringToSign(canonical, timestamp: timestamp, scope: stamp.scopeText)
        let signature = signature(of: text, secret: credentials.secretAccessKey, scope: scope)
        var authorization = AuthorizationHeader.algorithm + " Credential="
        authorization.reserveCapacity(256)
        authorization += credentials.accessKeyID
        authorization += "/"
        authorization += stamp.scopeText
        authorization += ", SignedHeaders="
        authorization += canonical.signedHeaders
        authorization += ", Signature="
        authorization += signature
        var added: [SignableRequest.Header] = [("X-Amz-Date", timestamp)]
        added.reserveCapacity(3)
        if let token { added.append(token) }
        added.append(("Authorization", authorization))
        return Signed(
            headers: added, canonical: canonical, stringToSign: text, signature: signature)
    }

    /// What all signatures of one second have in common, spelled once for them.
    private struct Stamp {
        let date: SigningDate
        let timestamp: String
        let scope: CredentialScope
        let scopeText: String
    }

    private func stamp(at date: SigningDate) -> Stamp {
        stamp.withLock { stamp in
            if let stamp, stamp.date == date { return stamp }
            let scope = CredentialScope(day: date.day, region: region, service: service)
            let new = Stamp(
                date: date, timestamp: date.timestamp, scope: scope, scopeText: scope.text)
            stamp = new
            return new
        }
    }

    /// The signature that a request should carry, by what its `Authorization` header claims.
    ///
    /// Whoever verifies compares with ``AuthorizationHeader/carries(signature:)``, and looks himself
    /// whether the scope is his own, the date is near and `host` is among the signed headers.
    ///
    /// - Parameter timestamp: the value of the request's `X-Amz-Date`.
    package func expectedSignature(
        of request: SignableRequest, claiming authorization: AuthorizationHeader,
        timestamp: String, secretAccessKey: String
    ) -> String {
        let canonical = CanonicalRequest(request, signing: authorization.signedHeaders)
        let text = stringToSign(
            canonical, timestamp: timestamp, scope: authorization.scope.text)
        return signature(of: text, secret: secretAccessKey, scope: authorization.scope)
    }

    private func stringToSign(
        _ canonical: CanonicalRequest, timestamp: String, scope: String
    ) -> String {
        var text = AuthorizationHeader.algorithm + "\n"
        text.reserveCapacity(192)
        for line in [timestamp, "\n", scope, "\n"] { text += line }
        return text + SHA256Digest(of: canonical.bytes).hex
    }

    private func signature(of text: String, secret: String, scope: CredentialScope) -> String {
        hexadecimal(keys.key(secret: secret, scope: scope).code(of: Array(text.utf8)))
    }
}

/// What signing gives: the headers to send, and the steps on the way to them.
package struct Signed: Sendable {
    /// To add to the request: `X-Amz-Date`, `X-Amz-Security-Token` where there is one,
    /// `Authorization`.
    package let headers: [SignableRequest.Header]
    package let canonical: CanonicalRequest
    package let stringToSign: String
    package let signature: String
}
