import TransferCore

extension Call {
    /// Service Quotas' GetServiceQuota, in JSON 1.1 as botocore sends it.
    static func getServiceQuota(_ code: String) throws(TransferFailure) -> Call {
        var call = try post(
            "/", ["ServiceCode": "connect", "QuotaCode": code], of: "quota \(code)",
            contentType: "application/x-amz-json-1.1")
        call.headers.append(("X-Amz-Target", "ServiceQuotasV20190624.GetServiceQuota"))
        return call
    }
}
