import AWSSigning
import Synchronization

/// The credentials in use: fetched once, and again when the service refuses them.
///
/// However many calls find them refused, one asks the provider and the others wait for it.
final class CredentialCache: Sendable {
    typealias Found = Result<FoundCredentials, ConnectClientError>

    private struct State {
        var current: FoundCredentials?
        var isFetching = false
        var waiting: [CheckedContinuation<Found, Never>] = []
    }

    private enum Step {
        case use(FoundCredentials)
        case fetch
        case wait
    }

    private let provider: any CredentialProvider
    private let state = Mutex(State())

    init(_ provider: any CredentialProvider) { self.provider = provider }

    /// Gives the credentials in use.
    ///
    /// - Parameter refused: those that the service did not take; the provider is asked again, unless
    ///   somebody else has done so already.
    func credentials(
        insteadOf refused: Credentials? = nil
    ) async throws(ConnectClientError) -> FoundCredentials {
        switch state.withLock({ Self.step(&$0, refused) }) {
        case .use(let credentials): return credentials
        case .fetch: return try await fetch().get()
        case .wait: return try await wait().get()
        }
    }

    private static func step(_ state: inout State, _ refused: Credentials?) -> Step {
        if state.isFetching { return .wait }
        if let current = state.current, current.credentials != refused { return .use(current) }
        state.isFetching = true
        return .fetch
    }

    private func fetch() async -> Found {
        let found: Found
        do throws(ConnectClientError) {
            found = try await provider.credentials().map { .success($0) } ?? .failure(Self.missing)
        } catch {
            found = .failure(error)
        }
        let waiting = state.withLock { state in
            // After an error the old ones stay: they may do for other calls, or be mended later.
            if case .success(let credentials) = found { state.current = credentials }
            state.isFetching = false
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(returning: found) }
        return found
    }

    private func wait() async -> Found {
        await withCheckedContinuation { continuation in
            let late = state.withLock { state -> Found? in
                // The fetch may have ended since: then there is nobody left to resume us.
                guard !state.isFetching else {
                    state.waiting.append(continuation)
                    return nil
                }
                return state.current.map { .success($0) } ?? .failure(Self.missing)
            }
            if let late { continuation.resume(returning: late) }
        }
    }

    private static let missing = ConnectClientError(
        .credentialsMissing, "No AWS credentials were found. Set them and run again.")
}
