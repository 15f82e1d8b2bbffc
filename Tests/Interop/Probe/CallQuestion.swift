import AWSSigning
import ConnectClient
import TransferCore

/// Makes a call of Amazon Connect over the wire: what it sends, the server at `url` sees.
struct CallQuestion: Decodable {
    /// By the service's name: `TransferContact`.
    let operation: String
    /// By the service's names.
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
            let client = ConnectClient(
                configuration: ClientConfiguration(region: region, endpoint: try Endpoint(url)),
                credentials: KnownCredentials(known: keys),
                surroundings: ClientSurroundings(limits: TransportLimits(), version: "probe") {
                    [now] in Timestamp(milliseconds: now)
                })
            try await call(client)
            return Reply()
        } catch let failure as TransferFailure {
            return Reply(error: failure.code)
        } catch {
            return Reply(error: "\(error)")
        }
    }

    private var keys: Credentials {
        Credentials(
            accessKeyID: accessKeyID, secretAccessKey: secretAccessKey, sessionToken: sessionToken)
    }

    private func call(_ client: ConnectClient) async throws {
        let instance = try InstanceID(parameters["InstanceId"] ?? "")
        let contact = try ContactID(parameters["ContactId"] ?? "")
        switch operation {
        case "TransferContact":
            _ = try await client.transfer(
                TransferRequest(
                    instance: instance, contact: contact,
                    flow: try ContactFlowID(parameters["ContactFlowId"] ?? ""),
                    destination: try destination,
                    token: try ClientToken(parameters["ClientToken"] ?? "")))
        case "DescribeContact":
            _ = try await client.describe(contact, in: instance)
        case "ListAssociatedContacts":
            _ = try await client.associatedContacts(of: contact, in: instance)
        default:
            throw UnknownOperation(name: operation)
        }
    }

    private var destination: Destination {
        get throws {
            if let queue = parameters["QueueId"] { return .queue(try QueueID(queue)) }
            if let user = parameters["UserId"] { return .user(try UserID(user)) }
            return .flowDecides
        }
    }
}

private struct UnknownOperation: Error {
    let name: String
}

private struct KnownCredentials: CredentialProvider {
    let known: Credentials

    func credentials() -> FoundCredentials? { FoundCredentials(known, from: "the question") }
}
