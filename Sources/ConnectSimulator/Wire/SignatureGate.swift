package import AWSSigning

/// The front door: looks whether a call is signed, by whom, and whether he may come in.
package struct SignatureGate: Sendable {
    /// How far `X-Amz-Date` may be from the service's clock, either way.
    package static let skewMax = Duration.seconds(300)
    private static let service = "connect"

    private let region: String
    private let allowed: Credentials
    private let denied: Credentials
    private let signer: SigV4Signer

    package init(region: String, allowed: Credentials, denied: Credentials) {
        self.region = region
        self.allowed = allowed
        self.denied = denied
        signer = SigV4Signer(service: Self.service, region: region)
    }

    /// Lets a call in, or says why not.
    package func admit(
        _ call: Call, operation: OperationName?, at now: Moment
    ) throws(Refusal) {
        guard let text = call.header("authorization") else {
            throw Refusal(.missingAuthenticationToken, "Missing Authentication Token")
        }
        guard let claim = AuthorizationHeader(text), let timestamp = call.header("x-amz-date")
        else {
            throw Refusal(
                .incompleteSignature,
                "The Authorization header or X-Amz-Date is missing a part or cannot be read.")
        }
        let credentials = try credentials(of: claim, token: call.header("x-amz-security-token"))
        try checkScope(of: claim, timestamp: timestamp, at: now)
        try checkSignature(of: call, claim: claim, timestamp: timestamp, credentials: credentials)
        guard credentials.accessKeyID == allowed.accessKeyID else {
            throw Refusal(
                .accessDenied,
                "The access key \(credentials.accessKeyID) is not authorized to perform: "
                    + "connect:\(operation?.rawValue ?? "Unknown")")
        }
    }

    private func credentials(
        of claim: AuthorizationHeader, token: String?
    ) throws(Refusal) -> Credentials {
        for credentials in [allowed, denied]
        where credentials.accessKeyID == claim.accessKeyID && credentials.sessionToken == token {
            return credentials
        }
        throw Refusal(
            .unrecognizedClient, "The security token included in the request is invalid.")
    }

    private func checkScope(
        of claim: AuthorizationHeader, timestamp: String, at now: Moment
    ) throws(Refusal) {
        let scope = claim.scope
        guard scope.service == Self.service, scope.region == region else {
            throw Refusal(
                .invalidSignature,
                "Credential should be scoped to a valid Region and service: \(region) and "
                    + "\(Self.service), not \(scope.region) and \(scope.service).")
        }
        guard let date = SigningDate(timestamp), date.day == scope.day else {
            throw Refusal(
                .invalidSignature,
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date.")
        }
        let age = now - Moment(seconds: date.seconds)
        let ours = SigningDate(milliseconds: now.milliseconds).timestamp
        guard age <= Self.skewMax else {
            throw Refusal(
                .invalidSignature,
                "Signature expired: \(timestamp) is now earlier than \(ours) - 5 min.")
        }
        guard age >= .zero - Self.skewMax else {
            throw Refusal(
                .invalidSignature,
                "Signature not yet current: \(timestamp) is still later than \(ours) + 5 min.")
        }
    }

    private func checkSignature(
        of call: Call, claim: AuthorizationHeader, timestamp: String, credentials: Credentials
    ) throws(Refusal) {
        let request = SignableRequest(
            method: call.method, path: String(call.path), query: String(call.query),
            headers: call.headers, payloadHash: SHA256Digest(of: call.body).hex)
        let expected = signer.expectedSignature(
            of: request, claiming: claim, timestamp: timestamp,
            secretAccessKey: credentials.secretAccessKey)
        // What must be covered: a signature that leaves these out could be moved to another call.
        let covers = ["host", "x-amz-date"].allSatisfy(claim.signedHeaders.contains)
        let coversToken =
            credentials.sessionToken == nil
            || claim.signedHeaders.contains("x-amz-security-token")
        guard covers, coversToken, claim.carries(signature: expected) else {
            throw Refusal(
                .invalidSignature,
                "The request signature we calculated does not match the signature you provided. "
                    + "Check your AWS Secret Access Key and signing method.")
        }
    }
}
