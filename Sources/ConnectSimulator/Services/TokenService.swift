import AWSSigning

/// The Security Token Service (API version 2011-06-15): who one is, and roles to assume.
///
/// Roles are simulated: every role of every account can be assumed but the ones named `denied`.
struct TokenService: Sendable {
    let gate: SignatureGate
    let keys: KeyRing
    let access: AccessOptions

    func answer(to call: Call, requestID: SimulatedID, at now: Moment) -> ServiceAnswer {
        let fields = QueryProtocol.fields(of: call.body)
        let action = fields?["Action"] ?? ""
        do {
            let result = try result(of: action, FormFields(fields ?? [:]), call, at: now)
            return QueryProtocol.answer(to: action, result: result, requestID: requestID)
        } catch {
            let name = Self.actions.contains(action) ? action : "Unknown"
            return QueryProtocol.answer(to: name, error, requestID: requestID)
        }
    }

    private static let actions = ["GetCallerIdentity", "AssumeRole", "AssumeRoleWithWebIdentity"]

    private func result(
        of action: String, _ fields: FormFields, _ call: Call, at now: Moment
    ) throws(ServiceFault) -> String {
        switch action {
        case "GetCallerIdentity":
            // "No permissions are required to perform this operation."
            return Self.identity(try holder(of: call, at: now).caller)
        case "AssumeRole":
            return try assumeRole(fields, for: try holder(of: call, at: now), at: now)
        case "AssumeRoleWithWebIdentity":
            return try assumeRoleWithWebIdentity(fields, at: now)
        case "": throw ServiceFault(400, "MissingAction", "Missing Action")
        default:
            _ = try holder(of: call, at: now)
            throw ServiceFault(
                400, "InvalidAction",
                "Could not find operation \(action) for version 2011-06-15")
        }
    }

    private func holder(of call: Call, at now: Moment) throws(ServiceFault) -> KeyRing.Holder {
        do {
            return try gate.holder(of: call, calling: .tokens, at: now)
        } catch {
            throw QueryProtocol.fault(error)
        }
    }

    private static func identity(_ caller: Caller) -> String {
        QueryProtocol.element("Arn", QueryProtocol.escaped(caller.arn))
            + QueryProtocol.element("UserId", QueryProtocol.escaped(caller.userID))
            + QueryProtocol.element("Account", caller.account)
    }
}

extension TokenService {
    private static let durations = 900...43_200
    /// "Role chaining limits your … role session to a maximum of one hour."
    private static let chainedDurationMax = 3600

    private func assumeRole(
        _ fields: FormFields, for holder: KeyRing.Holder, at now: Moment
    ) throws(ServiceFault) -> String {
        let role = try role(in: fields)
        let session = try fields.required("RoleSessionName", 2...64, allowing: "+=,.@-")
        let externalID = try fields.optional("ExternalId", 2...1224, allowing: "+=,.@:/-")
        let seconds = try fields.number("DurationSeconds", Self.durations)
        if let seconds, holder.caller.isAssumedRole, seconds > Self.chainedDurationMax {
            throw ServiceFault(
                400, "ValidationError",
                "The requested DurationSeconds exceeds the 1 hour session limit for roles "
                    + "assumed by role chaining")
        }
        guard holder.mayCall, !role.isDenied,
            access.externalID == nil || access.externalID == externalID
        else { throw Self.denial(of: holder, role) }
        try checkDevice(fields, of: holder, role)
        return issue(role, session: session, seconds: seconds, at: now)
    }

    /// Checks the MFA device's code; one that is given is looked at even where none is needed.
    private func checkDevice(
        _ fields: FormFields, of holder: KeyRing.Holder, _ role: RoleARN
    ) throws(ServiceFault) {
        let serial = try fields.optional("SerialNumber", 9...256, allowing: "+=/:,.@-")
        let code = try fields.optional("TokenCode", 6...6)
        switch (serial, code) {
        case (nil, nil):
            if access.mfaCode != nil { throw Self.denial(of: holder, role) }
        case (.some, let code?):
            guard access.mfaCode == nil || access.mfaCode == code else {
                throw ServiceFault(
                    403, "AccessDenied",
                    "MultiFactorAuthentication failed with invalid MFA one time pass code. ")
            }
        default:
            throw ServiceFault(
                403, "AccessDenied",
                "MultiFactorAuthentication failed, must provide both MFA serial number and one "
                    + "time pass code. ")
        }
    }

    private func assumeRoleWithWebIdentity(
        _ fields: FormFields, at now: Moment
    ) throws(ServiceFault) -> String {
        let role = try role(in: fields)
        let session = try fields.required("RoleSessionName", 2...64, allowing: "+=,.@-")
        let token = try fields.required("WebIdentityToken", 4...20_000)
        let seconds = try fields.number("DurationSeconds", Self.durations)
        let identity = try WebIdentity(token, at: now)
        guard !role.isDenied else {
            throw ServiceFault(
                403, "AccessDenied",
                "Not authorized to perform sts:AssumeRoleWithWebIdentity")
        }
        let members = [
            ("SubjectFromWebIdentityToken", identity.subject), ("Audience", identity.audience),
            ("Provider", identity.issuer),
        ]
        return issue(role, session: session, seconds: seconds, at: now)
            + members.map { QueryProtocol.element($0, QueryProtocol.escaped($1)) }.joined()
    }

    private func role(in fields: FormFields) throws(ServiceFault) -> RoleARN {
        let text = try fields.required("RoleArn", 20...2048)
        guard let role = RoleARN(text) else {
            throw ServiceFault(400, "ValidationError", "\(text) is invalid")
        }
        return role
    }

    private func issue(
        _ role: RoleARN, session name: String, seconds: Int?, at now: Moment
    ) -> String {
        let caller = Caller.assumedRole(role, session: name)
        let lifetime = seconds.map { Duration.seconds($0) } ?? SessionIssuer.lifetimeDefault
        let session = keys.issue(to: caller, for: lifetime, at: now)
        let credentials = [
            ("AccessKeyId", session.credentials.accessKeyID),
            ("SecretAccessKey", session.credentials.secretAccessKey),
            ("SessionToken", session.credentials.sessionToken ?? ""),
            ("Expiration", session.expiresAt.iso8601),
        ].map { QueryProtocol.element($0, $1) }.joined()
        let user =
            QueryProtocol.element("AssumedRoleId", QueryProtocol.escaped(caller.userID))
            + QueryProtocol.element("Arn", QueryProtocol.escaped(caller.arn))
        return QueryProtocol.element("Credentials", credentials)
            + QueryProtocol.element("AssumedRoleUser", user)
    }

    private static func denial(of holder: KeyRing.Holder, _ role: RoleARN) -> ServiceFault {
        QueryProtocol.fault(
            SignatureGate.denial(of: holder, "sts:AssumeRole", on: role.text))
    }
}
