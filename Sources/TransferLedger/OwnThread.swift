import Dispatch

/// Runs `body` on a thread outside of the cooperative pool: it may block, on a disk or on a pipe
/// that nobody writes to.
package func onOwnThread<T: Sendable>(
    _ body: @escaping @Sendable () throws -> T
) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue(label: "baton blocking").async {
            continuation.resume(with: Result(catching: body))
        }
    }
}
