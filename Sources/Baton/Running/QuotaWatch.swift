import ConnectClient
import Synchronization
import TransferCore
import TransferRun

/// Looks time and again at what Service Quotas says of the account's transfers.
///
/// A quota that is raised or lowered while a run works is thus followed within seconds, with no call
/// refused to find it out.
final class QuotaWatch: Sendable {
    /// The least burst that documented quotas have for their rate (connect-api.md, 2).
    static let usualBurstSeconds = 1.5
    /// Between two looks: a change is to be followed within 10 s.
    private static let interval = Duration.seconds(5)
    /// The same where Service Quotas could not be asked.
    private static let intervalAfterFailure = Duration.seconds(60)

    private let quotas: ServiceQuotas
    private let console: Console
    private let told = Mutex(Double?.none)

    init(_ quotas: ServiceQuotas, console: Console) {
        self.quotas = quotas
        self.console = console
    }

    /// The quota that the account should have; says where it is not AWS's default, and where it has
    /// changed.
    func look() async -> QuotaNews {
        do throws(TransferFailure) {
            guard let rate = try await quotas.ratePerSecond(of: .transferContact).value else {
                return QuotaNews()
            }
            return QuotaNews(
                PaceController.Found(rate: rate, burst: Self.usualBurstSeconds * rate),
                change: say(rate), askedAgainAfter: Self.interval)
        } catch {
            // A run that has ended has no more need of it.
            guard !Task.isCancelled else { return QuotaNews() }
            switch error.advice {
            case .throttled, .retry, .lookUp, .credentials:
                return QuotaNews(askedAgainAfter: Self.intervalAfterFailure)
            case .permanent, .accessDenied:
                if told.withLock({ $0 }) == nil { console.detail(error.withoutQuota) }
                return QuotaNews()
            }
        }
    }

    /// Returns what is new, where something was told before.
    private func say(_ rate: Double) -> String? {
        let before = told.withLock { told in
            defer { told = rate }
            return told
        }
        guard let before else {
            let usual = TransferCore.Operation.transferContact.documentedQuota.ratePerSecond
            if rate != usual {
                console.detail(
                    "Service Quotas: this account may make \(rate.short) transfers a second here; AWS's "
                        + "default is \(usual.short).")
            }
            return nil
        }
        guard rate != before else { return nil }
        let change = "\(rate.short) transfers a second from now on, \(before.short) before"
        if Console.isTerminal { Console.draw("") }
        console.say("Service Quotas: this account may make \(change).")
        return change
    }
}

extension TransferFailure {
    /// What is said where Service Quotas does not tell the quota of transfers.
    var withoutQuota: String {
        "Service Quotas does not tell the rate of TransferContact (\(code)): \(sentence) AWS's default "
            + "is 2 a second; the role needs servicequotas:GetServiceQuota to know."
    }
}
