import ConnectClient
import Intake
import TransferCore
import TransferLedger
import TransferRun

/// The services that a job's rows go to: one for each profile and Region, since credentials and
/// quotas are those of an account in a Region.
struct JobServices: Sendable {
    private(set) var all: [Service] = []

    /// One of them.
    struct Service: Sendable {
        var client: ConnectClient
        var configuration: ClientConfiguration
        /// Of the rows that go there; nil stands for the job's own.
        var homes: [Home?]
        /// Where its quotas are counted.
        var place: QuotaPlace

        /// Finds out under which name its calls are made.
        var caller: @Sendable () async -> String? {
            { [client, configuration] in
                // For the report alone: no run fails for want of it, nor is anything said of it.
                try? await client.callerIdentity(configuration).arn
            }
        }
    }

    private struct Key: Hashable {
        var profile: String?
        var place: QuotaPlace
    }

    /// - Parameters:
    ///   - homes: of the job's rows; one at the least.
    ///   - own: how the job's own account and Region are called.
    init(
        homes: [HomeRows], own: ClientConfiguration, _ network: NetworkOptions,
        environment: [String: String]
    ) throws {
        var indices: [Key: Int] = [:]
        for rows in homes {
            let account = network.profile(of: rows.home)
            let profile = account?.profile ?? network.profile
            let place = QuotaPlace(
                endpoint: rows.endpoint, region: rows.home?.region ?? own.region,
                account: account?.account ?? "")
            let key = Key(profile: profile, place: place)
            if let index = indices[key] {
                all[index].homes.append(rows.home)
                continue
            }
            indices[key] = all.count
            let configuration =
                rows.home == nil
                ? own
                : try ClientConfiguration.resolve(
                    storedRegion: place.region, storedEndpoint: rows.endpoint, profile: profile,
                    environment: environment)
            all.append(
                Service(
                    client: ConnectClient(
                        configuration, profile: profile, environment: environment),
                    configuration: configuration, homes: [rows.home], place: place))
        }
    }

    /// Fetches the credentials of all, while a person can be asked for a code.
    func prepareCredentials() async {
        for service in all { await service.client.prepareCredentials() }
    }

    /// Their directories, whose calls are made again as `policy` says.
    func directories(_ policy: RetryPolicy) -> Directories {
        let reads = PacedReads(policy: policy)
        var own: (any InstanceDirectory)?
        var others: [Home: any InstanceDirectory] = [:]
        for service in all {
            // Without a call to STS the account is not known: its endpoint stands for it.
            let place = service.place
            let owner = QuotaOwner(
                account: place.account.isEmpty ? place.endpoint : place.account,
                region: place.region)
            let directory = ConnectDirectory(service.client, reads: reads, owner: owner)
            own = own ?? directory
            for case let home? in service.homes { others[home] = directory }
            if service.homes.contains(nil) { own = directory }
        }
        guard let own else { preconditionFailure("A job with pending rows has a service.") }
        return Directories(own, others: others)
    }

    /// How a run works on them, in the same order.
    ///
    /// - Parameter homes: with the rows that are pending now.
    func lanes(of homes: [HomeRows]) -> [RunLane] {
        all.map { service in
            RunLane(
                service.client, homes: all.count > 1 ? service.homes : nil,
                pending: homes.filter { service.homes.contains($0.home) }
                    .reduce(0) { $0 + $1.pending },
                place: service.place)
        }
    }
}

extension NetworkOptions {
    /// A job goes on where it began: its Region and endpoint are a part of what it is.
    func configuration(
        of job: Job, environment: [String: String]
    ) throws -> ClientConfiguration {
        let named = try NamedInstance(instance)
        let endpoint = try endpointURL.map { try "\(Endpoint($0))" }
        guard region ?? named.region ?? job.options.region == job.options.region,
            endpoint ?? job.options.endpoint == job.options.endpoint,
            named.id == nil || named.id == job.options.instance
        else {
            throw UsageError(
                "Job \(job.id) is for \(job.options.endpoint) in \(job.options.region), "
                    + "instance \(job.options.instance?.text ?? "as in its rows"). "
                    + "For another, run its file again: that is a job of its own.")
        }
        return try ClientConfiguration.resolve(
            storedRegion: job.options.region, storedEndpoint: job.options.endpoint,
            profile: profile, environment: environment)
    }

    /// The profile that is named for the account of a home; nil where none is.
    func profile(of home: Home?) -> AccountProfile? {
        home.flatMap { home in accountProfiles.first { $0.account == home.account } }
    }

    /// Where a home is called that is not the job's own: by the flag, or as the settings of its
    /// profile have it.
    func endpoint(of home: Home, environment: [String: String]) throws -> String {
        let configuration = try ClientConfiguration.resolve(
            region: home.region, endpointURL: endpointURL,
            profile: profile(of: home)?.profile ?? profile, environment: environment)
        return "\(configuration.endpoint)"
    }
}
