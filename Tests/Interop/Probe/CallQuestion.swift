import AWSSigning
import ConnectClient
import TransferCore

/// Makes a call over the wire: what it sends, the server at `url` sees.
struct CallQuestion: Decodable {
    /// By the service's name: `TransferContact`.
    let operation: String
    /// By the service's names; lists are joined by commas, moments are milliseconds since 1970.
    let parameters: [String: String]
    let url: String
    let region: String
    let accessKeyID: String
    let secretAccessKey: String
    let sessionToken: String?
    /// Milliseconds since 1970.
    let now: Int64

    func reply() async -> Reply {
        do {
            try await call()
            return Reply()
        } catch let failure as TransferFailure {
            return Reply(error: failure.code)
        } catch {
            return Reply(error: "\(error)")
        }
    }

    private func call() async throws {
        if operation == "GetServiceQuota" {
            _ = try await ServiceQuotas(
                configuration: try configuration, credentials: credentials,
                surroundings: surroundings
            ).ratePerSecond(of: .transferContact)
        } else {
            let client = ConnectClient(
                configuration: try configuration, credentials: credentials,
                surroundings: surroundings)
            try await call(client)
        }
    }

    private var configuration: ClientConfiguration {
        get throws { ClientConfiguration(region: region, endpoint: try Endpoint(url)) }
    }

    private var credentials: KnownCredentials {
        KnownCredentials(
            known: Credentials(
                accessKeyID: accessKeyID, secretAccessKey: secretAccessKey,
                sessionToken: sessionToken))
    }

    private var surroundings: ClientSurroundings {
        ClientSurroundings(limits: TransportLimits(), version: "probe") { [now] in
            Timestamp(milliseconds: now)
        }
    }
}

private struct KnownCredentials: CredentialProvider {
    let known: Credentials

    func credentials() -> FoundCredentials? { FoundCredentials(known, from: "the question") }
}
