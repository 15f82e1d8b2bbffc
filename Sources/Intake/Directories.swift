package import TransferCore

/// The directories of all accounts and Regions that a job's rows name.
package struct Directories: Sendable {
    private let own: any InstanceDirectory
    private let others: [Home: any InstanceDirectory]

    /// - Parameters:
    ///   - own: of the job's own account and Region.
    ///   - others: of the homes that rows name beside it.
    package init(_ own: any InstanceDirectory, others: [Home: any InstanceDirectory] = [:]) {
        self.own = own
        self.others = others
    }

    /// The one of a row's home.
    subscript(home: Home?) -> any InstanceDirectory { home.flatMap { others[$0] } ?? own }
}
