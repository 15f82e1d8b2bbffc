/// Where an instance is: the Region and the account that its ARN names. Each has quotas of its own.
package struct Home: Hashable, Sendable {
    package let region: String
    package let account: String

    private static let regionCharactersMax = 63
    private static let accountDigits = 12

    /// Nil where the text of one is no Region's or no account's: the Region becomes a part of the
    /// host that is called.
    package init?(region: String, account: String) {
        let isRegion = region.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard isRegion, !region.isEmpty, region.utf8.count <= Self.regionCharactersMax,
            account.utf8.count == Self.accountDigits,
            account.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        self.region = region
        self.account = account
    }

    package init?(_ arn: ConnectARN) { self.init(region: arn.region, account: arn.account) }

    /// Takes texts that are known to be valid, as those from the ledger.
    package init(validRegion region: String, account: String) {
        self.region = region
        self.account = account
    }

    /// In words: `account 111122223333 in eu-west-1`.
    package var words: String { "account \(account) in \(region)" }
}
