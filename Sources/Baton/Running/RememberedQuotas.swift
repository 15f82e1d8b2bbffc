import ConnectClient
import TransferCore
import TransferLedger
import TransferRun

extension Ledger {
    /// Quotas change seldom; one found longer ago than this is found again.
    private static let rememberedFor = Duration.seconds(7 * 86_400)

    /// What an earlier run found an operation's quota to be, if that is not long ago.
    func remembered(
        _ operation: RowOperation, at place: QuotaPlace
    ) async throws -> StoredQuota? {
        let quota = try await read { try $0.quota(of: operation, in: place) }
        return quota.flatMap { Timestamp.now - $0.foundAt < Self.rememberedFor ? $0 : nil }
    }
}
