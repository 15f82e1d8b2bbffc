import ConnectClient
import TransferCore

/// Who calls, by credentials from wherever the environment and a profile say?
struct IdentityQuestion: Decodable {
    let profile: String?
    let region: String
    let environment: [String: String]
    /// Milliseconds since 1970.
    let now: Int64

    func reply() async -> Reply {
        let surroundings = ClientSurroundings(limits: TransportLimits(), version: "probe") {
            [now] in
            Timestamp(milliseconds: now)
        }
        do {
            let identity = try await Identity.ask(
                region: region, profile: profile, environment: environment,
                credentials: CredentialChain.standard(
                    profile: profile, environment: environment, surroundings: surroundings),
                surroundings: surroundings)
            return Reply(arn: identity.caller.arn, source: identity.found.source)
        } catch {
            return Reply(error: "\(error)")
        }
    }
}
