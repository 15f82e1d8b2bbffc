import ConnectClient
import TransferCore

extension ServiceQuotas {
    /// The least burst that documented quotas have for their rate (connect-api.md, 2).
    static let usualBurstSeconds = 1.5

    /// The account's rate of TransferContact; nil, and said, where Service Quotas does not tell it.
    func transfersPerSecond(_ console: Console) async -> Double? {
        do throws(TransferFailure) {
            return try await ratePerSecond(of: .transferContact).value
        } catch {
            // A run that has ended has no more need of it.
            guard !Task.isCancelled else { return nil }
            console.detail(
                "Service Quotas does not tell the rate of TransferContact (\(error.code)): "
                    + "\(error.sentence) AWS's default is 2 a second; the role needs "
                    + "servicequotas:GetServiceQuota to know.")
            return nil
        }
    }

    /// The quota of transfers that the account should have, for a run to begin with.
    ///
    /// Its burst is in no book: at least 1.5 s of the rate, as documented quotas have it. Says where
    /// the rate is not AWS's default.
    func likelyQuota(_ console: Console) async -> PaceController.Found? {
        guard let rate = await transfersPerSecond(console) else { return nil }
        let usual = TransferCore.Operation.transferContact.documentedQuota.ratePerSecond
        if rate != usual {
            console.detail(
                "Service Quotas: this account may make \(rate.short) transfers a second here; AWS's "
                    + "default is \(usual.short).")
        }
        return PaceController.Found(rate: rate, burst: Self.usualBurstSeconds * rate)
    }
}
