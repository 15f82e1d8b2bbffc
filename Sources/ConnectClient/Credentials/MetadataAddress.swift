import AWSSigning

/// Where a machine or a container gives credentials to the programs on it.
///
/// Not an ``Endpoint`` for services: hosts of the link-local network that are AWS's by agreement may
/// be asked without TLS. It is made from AWS's own variables and settings alone, never from an input
/// or an answer; no proxy stands between, and no redirect is followed.
package struct MetadataAddress: Hashable, Sendable, CustomStringConvertible {
    private let endpoint: Endpoint
    /// With its `?`; mostly empty.
    private let query: String

    /// The agents of ECS and of EKS Pod Identity (botocore, utils.py, ContainerMetadataFetcher).
    package static let containerHosts: Set = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23"]
    /// EC2's instance metadata service.
    package static let instanceHosts: Set = ["169.254.169.254", "fd00:ec2::254"]

    /// Parses an address; http is for this machine and the hosts alone.
    ///
    /// - Parameter variable: where it stands, for messages.
    package init(
        _ text: String, hosts: Set<String>, variable: String
    ) throws(ConnectClientError) {
        let base = text.prefix { $0 != "?" }
        let query = text[base.endIndex...]
        guard query.isVisibleASCII, !query.contains("#") else {
            throw ConnectClientError(
                .endpointInvalid, "\(variable) holds a blank or another sign that no address has.")
        }
        do throws(ConnectClientError) {
            endpoint = try Endpoint(String(base), plainHosts: hosts)
        } catch {
            throw ConnectClientError(error.code, "\(variable) is refused. \(error.message)")
        }
        // The endpoint drops the slash at its end, which is part of an address.
        let slash = base.hasSuffix("/") && !endpoint.path.isEmpty ? "/" : ""
        self.query = slash + query
    }

    package var description: String { "\(endpoint)\(query)" }
    package var host: String { endpoint.host }
    /// What the `Host` header says.
    var authority: String { endpoint.authority }
}

/// Asks a ``MetadataAddress``, one attempt a call.
struct MetadataCaller: Sendable {
    let address: MetadataAddress
    /// For the whole call.
    let timeout: Duration
    let surroundings: ClientSurroundings

    /// - Parameter path: is put behind the address; without a slash at its start.
    func send(
        _ method: String = "GET", _ path: String? = nil, _ headers: SignableRequest.Header...
    ) async throws(TransportFailure) -> HTTPResponse {
        let url = path.map { "\(address)/\($0)" } ?? "\(address)"
        let all =
            [("Host", address.authority)] + headers + [("User-Agent", surroundings.userAgent.text)]
        return try await surroundings.transport.send(
            HTTPRequest(
                method: method, url: url, headers: all,
                body: nil, isDirect: true, timeout: timeout))
    }
}
