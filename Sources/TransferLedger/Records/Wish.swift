package import TransferCore

/// What somebody asks, from another process, of the run that works on a job.
package struct Wish: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        /// Send nothing until somebody asks to go on.
        case pause
        case goOn
        case pace(PaceController.Mode)
    }

    package var kind: Kind
    /// Who asks, for people: `anna on ops-1`.
    package var wisher: String

    package init(_ kind: Kind, by wisher: String) {
        self.kind = kind
        self.wisher = wisher
    }

    /// How long a wish is to be heard. Who made it has then been told that it was not, so it must
    /// not be obeyed any more.
    package static let patience = Duration.seconds(10)
}
