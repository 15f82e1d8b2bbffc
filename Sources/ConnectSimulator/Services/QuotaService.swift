import FoundationEssentials

/// Service Quotas (JSON 1.1): the rates that the account has for Connect's operations.
struct QuotaService: Sendable {
    static let serviceCode = "connect"
    private static let targetPrefix = "ServiceQuotasV20190624."
    private static let operationName = "GetServiceQuota"
    /// What an unlimited operation is said to have: the most that a simulator can be given.
    private static let unlimitedRate = 1_000_000.0

    private let gate: SignatureGate
    private let region: String
    private let account: String
    private let isDenied: Bool

    init(_ options: SimulatorOptions, gate: SignatureGate) {
        self.gate = gate
        region = options.region
        account = options.world.account
        isDenied = options.access.quotasAreDenied
    }

    /// - Parameter quotas: what the account has now.
    func answer(
        to call: Call, requestID: SimulatedID, of quotas: [OperationName: Quota], at now: Moment
    ) -> ServiceAnswer {
        let target = call.header("x-amz-target") ?? ""
        let isKnown = target == Self.targetPrefix + Self.operationName
        let name = "servicequotas:\(isKnown ? Self.operationName : "Unknown")"
        var answer: ServiceAnswer
        do {
            let quota = try quota(for: call, isKnown: isKnown, of: quotas, at: now)
            answer = .json(name, QuotaAnswer(Quota: quota))
        } catch {
            // Services that speak JSON 1.1 answer every refusal of a caller with 400.
            answer = .json(
                name, QuotaError(__type: error.code, Message: error.message))
            answer.status = error.status
            answer.errorCode = error.code
        }
        answer.contentType = "application/x-amz-json-1.1"
        answer.headers = [("x-amzn-RequestId", requestID.text)]
        return answer
    }

    private func quota(
        for call: Call, isKnown: Bool, of quotas: [OperationName: Quota], at now: Moment
    ) throws(ServiceFault) -> AppliedQuota {
        let holder = try holder(of: call, at: now)
        guard isKnown else { throw ServiceFault(400, "UnknownOperationException", "") }
        guard holder.mayCall, !isDenied else {
            throw Self.fault(
                SignatureGate.denial(of: holder, "servicequotas:\(Self.operationName)"))
        }
        return try quota(call.body, of: holder.caller, among: quotas)
    }

    private func holder(of call: Call, at now: Moment) throws(ServiceFault) -> KeyRing.Holder {
        do {
            return try gate.holder(of: call, calling: .quotas, at: now)
        } catch {
            throw Self.fault(error)
        }
    }

    private static func fault(_ refusal: Refusal) -> ServiceFault {
        ServiceFault(400, refusal.exception.rawValue, refusal.message)
    }

    private func quota(
        _ body: [UInt8], of caller: Caller, among quotas: [OperationName: Quota]
    ) throws(ServiceFault) -> AppliedQuota {
        let asked: QuotaBody
        do {
            asked = try JSONDecoder().decode(QuotaBody.self, from: Data(body))
        } catch {
            throw ServiceFault(
                400, "IllegalArgumentException", "ServiceCode and QuotaCode must be given.")
        }
        guard asked.ServiceCode == Self.serviceCode,
            let quota = DocumentedQuota.all.first(where: { $0.code == asked.QuotaCode })
        else {
            throw ServiceFault(
                400, "NoSuchResourceException",
                "The request failed because the specified quota does not exist.")
        }
        // Another account has quotas of its own: those that nobody has raised.
        let own = OperationName(rawValue: quota.operation).flatMap { quotas[$0]?.ratePerSecond }
        let rate = caller.account == account ? own.map { $0 > 0 ? $0 : Self.unlimitedRate } : nil
        return AppliedQuota(
            QuotaArn: "arn:aws:servicequotas:\(region):\(caller.account):connect/\(quota.code)",
            QuotaCode: quota.code, QuotaName: "Rate of \(quota.operation) API requests",
            Value: rate ?? quota.rateDefault)
    }
}

/// The code that Service Quotas gives an operation's rate.
private struct DocumentedQuota {
    let operation: String
    let code: String
    let rateDefault: Double

    /// Read off the API in about 2024; operations that are left out have no code.
    static let all = [
        DocumentedQuota("TransferContact", "L-43B4F8CE", 2),
        DocumentedQuota("DescribeContact", "L-371095B8", 10),
        DocumentedQuota("StopContact", "L-650BD10F", 10),
        DocumentedQuota("GetContactAttributes", "L-5AF7EB96", 10),
        DocumentedQuota("ListContactReferences", "L-6840C932", 10),
        DocumentedQuota("ListQueues", "L-C56E3A3C", 10),
        DocumentedQuota("ListUsers", "L-CCC38177", 10),
        DocumentedQuota("DescribeUser", "L-EE6F0D82", 10),
        DocumentedQuota("DescribeQueue", "L-FAC57D08", 10),
        DocumentedQuota("ListContactFlows", "L-4641705A", 2),
        DocumentedQuota("DescribeContactFlow", "L-41C7214A", 2),
        DocumentedQuota("SearchUsers", "L-E2C35CCE", 2),
        DocumentedQuota("SearchQueues", "L-8157C163", 2),
        DocumentedQuota("ListInstances", "L-98C95556", 2),
        DocumentedQuota("DescribeInstance", "L-D14CF86E", 2),
        DocumentedQuota("GetCurrentUserData", "L-9E54B88B", 2),
        DocumentedQuota("GetCurrentMetricData", "L-ED2B0490", 5),
        DocumentedQuota("AssociateContactWithUser", "L-8B34D696", 2),
        DocumentedQuota("StartTaskContact", "L-E704D621", 2),
    ]

    private init(_ operation: String, _ code: String, _ rateDefault: Double) {
        self.operation = operation
        self.code = code
        self.rateDefault = rateDefault
    }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
private struct QuotaBody: Decodable {
    let ServiceCode: String
    let QuotaCode: String
}

// swift-format-ignore: AlwaysUseLowerCamelCase
private struct QuotaAnswer: Encodable {
    let Quota: AppliedQuota
}

// swift-format-ignore: AlwaysUseLowerCamelCase
/// The members of `ServiceQuota`, by the model's names.
private struct AppliedQuota: Encodable {
    struct QuotaPeriod: Encodable {
        let PeriodUnit = "SECOND"
        let PeriodValue = 1
    }

    let ServiceCode = QuotaService.serviceCode
    let ServiceName = "Amazon Connect"
    let QuotaArn: String
    let QuotaCode: String
    let QuotaName: String
    let Value: Double
    let Unit = "None"
    let Adjustable = true
    let GlobalQuota = false
    let Period = QuotaPeriod()
    let QuotaAppliedAtLevel = "ACCOUNT"
}

// swift-format-ignore: AlwaysUseLowerCamelCase
private struct QuotaError: Encodable {
    let __type: String
    let Message: String
}
