package import AWSSigning
import Synchronization
package import TransferCore

/// The credentials in use: fetched when they are first needed, before they end, and when the
/// service refuses them.
///
/// The shell round ``CredentialLife``: however many calls need others, one asks the provider.
package final class CredentialCache: Sendable {
    private struct State {
        var life = CredentialLife()
        var waiting: [Int: CheckedContinuation<Heard, Never>] = [:]
        var waitersSoFar = 0
    }

    /// How a wait for somebody else's fetch ended.
    private enum Heard {
        case fetched
        /// The one who asked gave up, or the fetch was over before the wait began.
        case nothing
    }

    private let provider: any CredentialProvider
    private let now: @Sendable () -> Timestamp
    private let state = Mutex(State())

    /// - Parameter now: the wall clock, by which credentials end.
    package init(_ provider: any CredentialProvider, now: @escaping @Sendable () -> Timestamp) {
        self.provider = provider
        self.now = now
    }

    /// Gives the credentials in use.
    ///
    /// - Parameter refused: those that the service did not take; the provider is asked again, unless
    ///   somebody else has done so already.
    package func credentials(
        insteadOf refused: Credentials? = nil
    ) async throws(ConnectClientError) -> FoundCredentials {
        let step = step(insteadOf: refused)
        if case .use(let credentials) = step { return credentials }
        return try await credentials(after: step, insteadOf: refused)
    }

    /// Fetches, or waits for somebody who does: apart, since each call passes the other and few come
    /// here, for which a task keeps much.
    private func credentials(
        after step: CredentialLife.Step, insteadOf refused: Credentials?
    ) async throws(ConnectClientError) -> FoundCredentials {
        var step = step
        while true {
            switch step {
            case .use(let credentials): return credentials
            case .fail(let error): throw error
            case .fetch: try await fetch()
            case .wait:
                if try await wait() == .nothing {
                    step = self.step(insteadOf: refused)
                    continue
                }
            }
            return try state.withLock { $0.life.answer(insteadOf: refused, at: now()) }.get()
        }
    }

    private func step(insteadOf refused: Credentials?) -> CredentialLife.Step {
        state.withLock { $0.life.step(insteadOf: refused, at: now()) }
    }

    private func fetch() async throws(ConnectClientError) {
        let result: Result<FoundCredentials, ConnectClientError>
        do throws(ConnectClientError) {
            result = try await provider.credentials().map { .success($0) } ?? .failure(Self.missing)
        } catch {
            result = .failure(error)
        }
        let isAbandoned = Task.isCancelled && (try? result.get()) == nil
        let waiting = state.withLock { state in
            if isAbandoned {
                state.life.abandoned()
            } else {
                state.life.fetched(result, at: now())
            }
            defer { state.waiting = [:] }
            return state.waiting.values
        }
        for continuation in waiting {
            continuation.resume(returning: isAbandoned ? .nothing : .fetched)
        }
        if isAbandoned { throw .cancelled }
    }

    private func wait() async throws(ConnectClientError) -> Heard {
        let waiter = state.withLock { state in
            state.waitersSoFar += 1
            return state.waitersSoFar
        }
        let heard = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isLate = state.withLock { state in
                    // Cancelled before it could be found, or nobody is left to resume it.
                    guard state.life.isFetching, !Task.isCancelled else { return true }
                    state.waiting[waiter] = continuation
                    return false
                }
                if isLate { continuation.resume(returning: .nothing) }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: waiter) }?.resume(returning: .nothing)
        }
        guard !Task.isCancelled else { throw .cancelled }
        return heard
    }

    private static let missing = ConnectClientError(
        .credentialsMissing, "No AWS credentials were found. Set them and run again.")
}
