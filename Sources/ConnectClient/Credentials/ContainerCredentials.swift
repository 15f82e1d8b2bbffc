import AWSSigning
import FoundationEssentials
import TransferCore

/// Credentials of a container: of ECS, EKS Pod Identity, or whatever speaks their protocol
/// (botocore, credentials.py, ContainerProvider).
package struct ContainerCredentials: CredentialProvider {
    private let environment: [String: String]
    private let surroundings: ClientSurroundings
    private let patience: Patience

    /// How the endpoint is asked (botocore, utils.py, ContainerMetadataFetcher).
    package struct Patience: Sendable {
        package var attemptsMax = 3
        package var timeout: Duration = .seconds(2)
        package var pause: Duration = .seconds(1)

        package init() {}
    }

    private static let relative = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
    private static let full = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
    private static let token = "AWS_CONTAINER_AUTHORIZATION_TOKEN"
    private static let tokenFile = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"
    private static let place = "the container's endpoint"
    private static let tokenBytesMax = 32 << 10

    package init(
        environment: [String: String], surroundings: ClientSurroundings,
        patience: Patience = Patience()
    ) {
        self.environment = environment
        self.surroundings = surroundings
        self.patience = patience
    }

    package func credentials() async throws(ConnectClientError) -> FoundCredentials? {
        guard let address = try Self.address(environment) else { return nil }
        let caller = MetadataCaller(
            address: address, timeout: patience.timeout, surroundings: surroundings)
        var attempt = 1
        while true {
            do throws(ConnectClientError) {
                return FoundCredentials(try await ask(caller), from: Self.place)
            } catch {
                guard error.isTransient, error.code != .cancelled, attempt < patience.attemptsMax
                else { throw error }
            }
            do { try await Task.sleep(for: patience.pause) } catch { throw .cancelled }
            attempt += 1
        }
    }

    /// Where the variables lead to; nil where none is set. An empty one is set.
    package static func address(
        _ environment: [String: String]
    ) throws(ConnectClientError) -> MetadataAddress? {
        if let path = environment[relative] {
            guard path.hasPrefix("/") else {
                throw ConnectClientError(
                    .endpointInvalid,
                    "\(relative) is refused: it must start with a slash. Mend or unset it.")
            }
            return try MetadataAddress(
                "http://169.254.170.2" + path, hosts: MetadataAddress.containerHosts,
                variable: relative)
        }
        guard let text = environment[full] else { return nil }
        guard !text.isEmpty else {
            throw ConnectClientError(
                .endpointInvalid, "\(full) is set, and empty. Give it an address, or unset it.")
        }
        return try MetadataAddress(text, hosts: MetadataAddress.containerHosts, variable: full)
    }

    private func ask(_ caller: MetadataCaller) async throws(ConnectClientError) -> Credentials {
        // Read again each time: the file changes every few minutes or hours.
        let token = try authorization()
        let response: HTTPResponse
        do throws(TransportFailure) {
            let accept = ("Accept", "application/json")
            if let token {
                response = try await caller.send("GET", nil, accept, ("Authorization", token))
            } else {
                response = try await caller.send("GET", nil, accept)
            }
        } catch {
            throw .unanswered(error, by: Self.place, caller.address)
        }
        let members =
            response.bodyProblem == nil
            ? try? JSONDecoder().decode(Members.self, from: Data(response.body)) : nil
        guard response.status == 200 else { throw refusal(response, members, hiding: token) }
        guard let members else {
            throw ConnectClientError(
                .credentialsUnavailable,
                "What \(caller.address.host) answered is no JSON object. Check \(Self.relative) "
                    + "and \(Self.full).", isTransient: true)
        }
        return try Credentials(
            members, token: "Token", isTemporary: true, place: Self.place)
    }

    /// The endpoint's own words say most: `{"code": …, "message": …}`.
    private func refusal(
        _ response: HTTPResponse, _ members: Members?, hiding token: String?
    ) -> ConnectClientError {
        let words = ["code", "message"].compactMap { members?.text($0) }.joined(separator: ": ")
        let said = QuotedText(startOf: words, hiding: token).text
        return ConnectClientError(
            .credentialsUnavailable,
            "\(Self.place.capitalizedFirst) gave no credentials: HTTP \(response.status)"
                + (said.isEmpty ? "" : ", \(said)") + ". Check the role of the task or pod, "
                + "\(Self.token) and \(Self.tokenFile).",
            isTransient: response.status == 429 || response.status >= 500)
    }

    private func authorization() throws(ConnectClientError) -> String? {
        let token: String
        let source: String
        if let path = environment[Self.tokenFile] {
            source = Self.tokenFile
            let bytes: [UInt8]
            do throws(SmallFile.Problem) {
                bytes = try SmallFile.bytes(at: path, max: Self.tokenBytesMax)
            } catch {
                throw ConnectClientError(
                    .credentialsUnavailable,
                    "The token's file \(path) cannot be read: \(error.words). Check "
                        + "\(Self.tokenFile).", isTransient: true)
            }
            token = String(decoding: bytes, as: UTF8.self)
        } else {
            guard let value = environment.value(Self.token) else { return nil }
            (token, source) = (value, Self.token)
        }
        guard !token.isEmpty, token.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw ConnectClientError(
                .credentialsInvalid,
                "The token of \(source) is empty, or holds a line's end or another sign that no "
                    + "header can carry. Write it again.")
        }
        return token
    }
}

extension String {
    /// The text as it begins a sentence.
    var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
