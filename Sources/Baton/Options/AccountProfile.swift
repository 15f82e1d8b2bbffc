import ArgumentParser
import TransferCore

/// The profile with which the instances of an account are called: `111122223333=name`.
struct AccountProfile: ExpressibleByArgument, Hashable {
    let account: String
    let profile: String

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1)
        guard parts.count == 2, Home(region: "any", account: String(parts[0])) != nil else {
            return nil
        }
        (account, profile) = (String(parts[0]), String(parts[1]))
    }

    /// As the flag takes it.
    var argument: String { "\(account)=\(profile)" }
}
