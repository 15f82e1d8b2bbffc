/// What a world is made from: the same options make the same world, on every machine.
package struct WorldOptions: Hashable, Sendable, Codable {
    package var seed: UInt64 = 1
    /// How many rows the input CSV has; each names a contact of its own.
    package var contacts = 2000
    package var queues = 12
    package var users = 40
    /// The share of contacts whose transfer must fail, 0 to 1.
    package var failingShare = 0.03
    package var region = "us-east-1"
    /// The account in every ARN; the default is the one of AWS's own examples.
    package var account = "111122223333"
    /// How many instances the account has; all but the first are empty.
    package var instances = 1
    /// Lists come with pages in between that are empty and yet carry a NextToken, as the service's
    /// do at times (aws/aws-cli#8742).
    package var hasSparsePages = false

    package init() {}
}
