import Testing
package import TransferCore

/// The failure that a call ends with; nil where it succeeds.
package func caught<Value>(_ call: () async throws -> Value) async -> TransferFailure? {
    do {
        _ = try await call()
        return nil
    } catch let failure as TransferFailure {
        return failure
    } catch {
        Issue.record(error, "The client throws transfer failures and nothing else.")
        return nil
    }
}
