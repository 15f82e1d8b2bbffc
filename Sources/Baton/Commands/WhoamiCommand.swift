import AWSSigning
import ArgumentParser
import ConnectClient
import FoundationEssentials
import TransferCore

/// `baton whoami`: under which name the other commands call AWS, and where that comes from.
struct WhoamiCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "whoami",
        abstract: "Shows the account and the name that calls are made under, and where from.",
        discussion: """
            Asks STS (GetCallerIdentity, which everybody may call) with the credentials that the \
            other commands would use. No secret is shown. --endpoint-url is Connect's alone. With \
            --verbose it also asks Service Quotas how many transfers a second the account may make.
            """)

    @OptionGroup var network: NetworkOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let configuration = try network.configuration(environment: environment)
        let surroundings = ClientSurroundings(configuration)
        let identity = try await Identity.ask(
            region: configuration.region, profile: network.profile, environment: environment,
            credentials: CredentialChain.standard(
                profile: network.profile, region: configuration.region, environment: environment,
                surroundings: surroundings),
            surroundings: surroundings)
        var card = IdentityCard(identity, configuration)
        if output.verbose {
            card.transfersPerSecond = try await transfersPerSecond(
                identity, configuration.region, environment, surroundings)
        }
        switch output.output {
        case .json: try Console.json(card)
        case .text: try Console.data(card.text)
        }
    }

    /// The account's rate of TransferContact; nil, and said, where Service Quotas does not tell it.
    private func transfersPerSecond(
        _ identity: Identity, _ region: String, _ environment: [String: String],
        _ surroundings: ClientSurroundings
    ) async throws -> Double? {
        let quotas = try ServiceQuotas(
            identity, region: region, profile: network.profile, environment: environment,
            surroundings: surroundings)
        do throws(TransferFailure) {
            return try await quotas.ratePerSecond(of: .transferContact).value
        } catch {
            output.console.detail(error.withoutQuota)
            return nil
        }
    }
}

/// What is shown of an identity.
private struct IdentityCard: Encodable {
    let account: String
    let arn: String
    let userId: String
    let region: String
    let endpoint: String
    /// Which provider answered.
    let source: String
    let accessKeyId: String
    /// ISO 8601; missing where the credentials do not end, or nobody said when.
    let expires: String?
    /// The account's rate of TransferContact; missing where it was not asked for, or not told.
    var transfersPerSecond: Double?

    init(_ identity: Identity, _ configuration: ClientConfiguration) {
        account = identity.caller.account
        arn = identity.caller.arn
        userId = identity.caller.userID
        region = configuration.region
        endpoint = "\(configuration.endpoint)"
        source = identity.found.source
        accessKeyId = identity.found.credentials.accessKeyID
        expires = identity.end?.toTheSecond
    }

    /// A line for each, the values one below the other.
    var text: String {
        var lines = [
            ("account", account), ("arn", arn), ("user id", userId), ("region", region),
            ("endpoint", endpoint), ("credentials", source), ("access key", accessKeyId),
            ("expires", expires ?? "not that anybody said"),
        ]
        if let transfersPerSecond {
            lines.append(("transfers", "\(transfersPerSecond.plain) a second"))
        }
        let width = lines.map(\.0.count).max() ?? 0
        return lines.map { name, value in
            "\(name):" + String(repeating: " ", count: width - name.count + 2) + value
        }.joined(separator: "\n")
    }
}

extension Double {
    /// As it is, whole numbers without a point.
    fileprivate var plain: String {
        let text = "\(self)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
