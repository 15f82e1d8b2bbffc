import AWSSigning
import ConnectClient
import ConnectSimulator
import FoundationEssentials
import Testing
import TransferCore

/// Our client and our simulator, which share nothing but the signature, on two ends of a socket.
struct Edge {
    let simulator: Simulator
    let client: ConnectClient
    let quotas: ServiceQuotas
    let owner: QuotaOwner
    let port: Int
    let credentials: any CredentialProvider
    var world: World { simulator.world }
    var instance: InstanceID { InstanceID(valid: world.instance.text) }

    /// Runs a test between both.
    ///
    /// - Parameter adjust: what the world and the service are to be like; without quotas else.
    static func run(
        as credentials: Credentials = SimulatorCredentials.allowed,
        _ adjust: (inout SimulatorOptions) -> Void = { _ in },
        _ body: (Edge) async throws -> Void
    ) async throws {
        var options = SimulatorOptions()
        options.world.contacts = 0
        for name in OperationName.allCases { options.quotas[name] = .unlimited }
        adjust(&options)
        let simulator = try Simulator(options)
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { port.finish() }
                try await simulator.run { port.yield($0) }
            }
            var iterator = ports.makeAsyncIterator()
            if let port = await iterator.next() {
                try await body(Edge(simulator, port: port, credentials))
            }
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    private init(_ simulator: Simulator, port: Int, _ credentials: Credentials) throws {
        self.simulator = simulator
        self.port = port
        self.credentials = FixedCredentials(fixed: credentials)
        let region = simulator.options.region
        owner = QuotaOwner(account: simulator.world.options.account, region: region)
        let (configuration, surroundings) = try Self.settings(of: simulator, port: port)
        client = ConnectClient(
            configuration: configuration, credentials: self.credentials,
            surroundings: surroundings)
        quotas = ServiceQuotas(
            configuration: configuration, credentials: self.credentials,
            surroundings: surroundings)
    }

    /// Another client, which finds the simulator behind another port.
    func client(atPort port: Int) throws -> ConnectClient {
        let (configuration, surroundings) = try Self.settings(of: simulator, port: port)
        return ConnectClient(
            configuration: configuration, credentials: credentials, surroundings: surroundings)
    }

    private static func settings(
        of simulator: Simulator, port: Int
    ) throws -> (ClientConfiguration, ClientSurroundings) {
        let tls = simulator.options.tls
        var configuration = ClientConfiguration(
            region: simulator.options.region,
            endpoint: try Endpoint("\(tls == nil ? "http" : "https")://127.0.0.1:\(port)"))
        configuration.limits.caBundle = tls?.authorityFile
        let surroundings = ClientSurroundings(
            limits: configuration.limits, version: "1.2.3",
            now: { Timestamp(seconds: Date().timeIntervalSince1970) })
        return (configuration, surroundings)
    }

    /// What is asked for a row of the world.
    func request(_ row: WorldRow) -> TransferRequest {
        let destination: Destination =
            switch row.destination {
            case .queue(let id): .queue(QueueID(valid: id.text))
            case .user(let id): .user(UserID(valid: id.text))
            case .flow: .flowDecides
            }
        return TransferRequest(
            instance: instance, contact: ContactID(valid: row.contact.text),
            flow: ContactFlowID(valid: row.flow.text), destination: destination,
            token: ClientToken(valid: "t1"))
    }

    /// Gathers the pages of a list, and counts them.
    static func all<Item: Sendable>(
        _ page: (String?) async throws(TransferFailure) -> Answer<ConnectClientPage<Item>>
    ) async throws -> (items: [Item], pages: Int) {
        var pages = 0
        let answer: Answer<[Item]> = try await .all(of: "things") {
            token throws(TransferFailure) in
            pages += 1
            return try await page(token)
        }
        return (answer.value, pages)
    }
}

/// Of the client, not of the simulator.
typealias ConnectClientPage = TransferCore.Page

private struct FixedCredentials: CredentialProvider {
    let fixed: Credentials

    func credentials() -> FoundCredentials? {
        FoundCredentials(fixed, from: "the simulator")
    }
}

extension Timestamp {
    init(seconds: Double) { self.init(milliseconds: Int64(seconds * 1000)) }
}
