/// What a simulator has counted since it started; its JSON is what `GET /simulator/stats` gives.
package struct Statistics: Hashable, Sendable, Codable {
    /// The calls of one operation.
    package struct Calls: Hashable, Sendable, Codable {
        /// All that came in, whatever became of them.
        package var received = 0
        /// Refused with 429.
        package var throttled = 0
        /// Answered with 200 (or would have been, had no fault struck after the effect).
        package var succeeded = 0
    }

    /// By the operation's name; calls of none are under `Unknown`.
    package var operations: [String: Calls] = [:]
    /// How often each exception was the answer, the throttling and the faults among them.
    package var exceptions: [String: Int] = [:]
    /// How often each fault struck, by ``Fault``'s names.
    package var faults: [String: Int] = [:]
    /// Transfers that took effect.
    package var transfers = 0
    /// Calls that got the answer of an earlier call with the same client token.
    package var repeats = 0

    package init() {}

    /// The calls of an operation.
    package subscript(operation: OperationName) -> Calls {
        operations[operation.rawValue] ?? Calls()
    }
    /// How often an exception was the answer.
    package subscript(exception: Exception) -> Int { exceptions[exception.rawValue] ?? 0 }
    /// How often a fault struck.
    package subscript(fault: Fault) -> Int { faults[fault.rawValue] ?? 0 }
}
