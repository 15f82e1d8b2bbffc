import AWSSigning

/// The services that want to be signed for, by the names that a signature's scope gives them.
package enum SignedService: String, Hashable, Sendable, CaseIterable {
    case connect
    case tokens = "sts"
    case quotas = "servicequotas"
}

/// The front door: looks whether a call is signed, by whom, and whether he may come in.
package struct SignatureGate: Sendable {
    /// How far `X-Amz-Date` may be from the service's clock, either way.
    package static let skewMax = Duration.seconds(300)
    /// The Region of the global endpoint of STS.
    private static let globalRegion = "us-east-1"

    private let region: String
    /// Whose instance it is: callers of other accounts have no access to it.
    private let account: String
    private let keys: KeyRing
    private let verifies: Bool
    private let signer: SigV4Signer

    /// - Parameter verifies: false takes every call for one of the key that may do everything.
    package init(region: String, account: String, keys: KeyRing, verifies: Bool = true) {
        self.region = region
        self.account = account
        self.keys = keys
        self.verifies = verifies
        signer = SigV4Signer(service: SignedService.connect.rawValue, region: region)
    }

    /// Lets a call of Connect in, or says why not.
    ///
    /// - Parameter operation: looked for where the refusal has to name it.
    @discardableResult
    package func admit(
        _ call: Call, operation: @autoclosure () -> OperationName?, at now: Moment
    ) throws(Refusal) -> KeyRing.Holder {
        let holder = try holder(of: call, calling: .connect, at: now)
        guard holder.mayCall, holder.caller.account == account, !keys.denies(operation) else {
            throw Self.denial(of: holder, "connect:\(operation()?.rawValue ?? "Unknown")")
        }
        return holder
    }

    /// Who signed a call of a service; that he may make it is not said.
    package func holder(
        of call: Call, calling service: SignedService, at now: Moment
    ) throws(Refusal) -> KeyRing.Holder {
        guard verifies else { return keys.allowed }
        guard let text = call.header("authorization") else {
            throw Refusal(.missingAuthenticationToken, "Missing Authentication Token")
        }
        guard let claim = AuthorizationHeader(text), let timestamp = call.header("x-amz-date")
        else {
            throw Refusal(
                .incompleteSignature,
                "The Authorization header or X-Amz-Date is missing a part or cannot be read.")
        }
        let holder = try keys.holder(
            of: claim.accessKeyID, token: call.header("x-amz-security-token"), at: now)
        try checkScope(of: claim, service: service)
        try checkDate(of: claim, timestamp: timestamp, at: now)
        try checkSignature(
            of: call, claim: claim, timestamp: timestamp, credentials: holder.credentials)
        return holder
    }

    /// Why a holder may not do something, `SERVICE:ACTION`.
    static func denial(
        of holder: KeyRing.Holder, _ action: String, on resource: String? = nil
    ) -> Refusal {
        let place = resource.map { " on resource: \($0)" } ?? ""
        return Refusal(
            .accessDenied,
            "User: \(holder.caller.arn) is not authorized to perform: \(action)\(place)")
    }

    private func checkScope(
        of claim: AuthorizationHeader, service: SignedService
    ) throws(Refusal) {
        guard claim.scope.service == service.rawValue else {
            throw Refusal(
                .invalidSignature,
                "Credential should be scoped to correct service: '\(service.rawValue)'.")
        }
        let isGlobal = service == .tokens && claim.scope.region == Self.globalRegion
        guard claim.scope.region == region || isGlobal else {
            throw Refusal(
                .invalidSignature,
                "Credential should be scoped to a valid region, not '\(claim.scope.region)'.")
        }
    }

    private func checkDate(
        of claim: AuthorizationHeader, timestamp: String, at now: Moment
    ) throws(Refusal) {
        guard let date = SigningDate(timestamp), date.day == claim.scope.day else {
            throw Refusal(
                .invalidSignature,
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date.")
        }
        let age = now - Moment(seconds: date.seconds)
        guard age <= Self.skewMax else {
            throw Refusal(
                .invalidSignature,
                "Signature expired: \(timestamp) is now earlier than "
                    + "\(stamp(now - Self.skewMax)) (\(stamp(now)) - 5 min.)")
        }
        guard age >= .zero - Self.skewMax else {
            throw Refusal(
                .invalidSignature,
                "Signature not yet current: \(timestamp) is still later than "
                    + "\(stamp(now + Self.skewMax)) (\(stamp(now)) + 5 min.)")
        }
    }

    private func stamp(_ moment: Moment) -> String {
        SigningDate(milliseconds: moment.milliseconds).timestamp
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
                    + "Check your AWS Secret Access Key and signing method. "
                    + "Consult the service documentation for details.")
        }
    }
}
