/// Why an input could not be taken in; nothing of it was stored.
package struct IntakeError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: Hashable, Sendable {
        /// There is no such file.
        case missing
        /// It cannot be opened or read.
        case unreadable
        /// It is no CSV, or none that a job can be made of.
        case refused
    }

    package var code: Code
    /// A sentence for the operator.
    package var message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    static func changed(_ path: String) -> IntakeError {
        IntakeError(
            .refused, "\(path) was changed while it was read. Nothing was stored; run it again.")
    }

    package var description: String { message }
}
