import AWSSigning
import ArgumentParser
import ConnectSimulator

/// The world of a simulator.
struct WorldArguments: ParsableArguments {
    @Option(help: "The seed of the world, its ids, faults and latencies.")
    var seed: UInt64 = 1
    @Option(help: "How many contacts the world has, one for each row of its input CSV.")
    var contacts = 2000
    @Option(help: "How many queues its contacts are in; a few others with odd names come on top.")
    var queues = 12
    @Option(help: "How many users its contacts are with; a few others come on top.")
    var users = 40
    @Option(help: "How many instances the account has; all but the first are empty.")
    var instances = 1
    @Flag(help: "Puts empty pages that carry a NextToken between the pages of every list.")
    var sparsePages = false
    @Option(help: "The share of contacts whose transfer must fail, 0 to 1.")
    var failingShare = 0.03
    @Option(help: "The Region that signatures must be scoped to.")
    var region = "us-east-1"

    func validate() throws {
        guard (0...5_000_000).contains(contacts), (1...100_000).contains(queues),
            (1...100_000).contains(users), (1...1000).contains(instances)
        else {
            throw ValidationError(
                "A world has 0 to 5,000,000 contacts, 1 to 100,000 queues, 1 to 100,000 users and "
                    + "1 to 1,000 instances.")
        }
        guard (0...1).contains(failingShare) else {
            throw ValidationError("--failing-share is a number from 0 to 1.")
        }
    }

    var options: WorldOptions {
        var options = WorldOptions()
        options.seed = seed
        options.contacts = contacts
        options.queues = queues
        options.users = users
        options.failingShare = failingShare
        options.region = region
        options.instances = instances
        options.hasSparsePages = sparsePages
        return options
    }
}

/// The quotas of a simulator, by operation.
struct QuotaArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The quota of an operation, or with '*' of all others; a rate of 0 is unlimited. "
                + "The default is the documented one.",
            valueName: "operation=rate/burst"))
    var quota: [QuotaSetting] = []
    @Option(help: "TransferContact calls a second; 0 is unlimited.")
    var rate: Double?
    @Option(help: "TransferContact calls at once after a rest.")
    var burst: Int?
    @Option(help: "DescribeContact calls a second; 0 is unlimited.")
    var describeRate: Double?
    @Option(help: "DescribeContact calls at once after a rest.")
    var describeBurst: Int?
    @Option(help: "ListAssociatedContacts calls a second; 0 is unlimited.")
    var listRate: Double?
    @Option(help: "ListAssociatedContacts calls at once after a rest.")
    var listBurst: Int?

    func validate() throws {
        for quota in quotas.values
        where !(0...1_000_000).contains(quota.ratePerSecond)
            || (quota.ratePerSecond > 0 && !(1...1_000_000).contains(quota.burst))
        {
            throw ValidationError("A rate is 0 to 1,000,000, and a burst 1 to 1,000,000.")
        }
    }

    /// The special over the general: an operation's own setting over `*`, the flags over both.
    var quotas: [OperationName: Quota] {
        var quotas: [OperationName: Quota] = [:]
        for operation in Operation.definitions { quotas[operation.name] = operation.quota }
        for setting in quota where setting.operation == nil {
            for name in OperationName.allCases { quotas[name] = setting.quota }
        }
        for setting in quota {
            if let name = setting.operation { quotas[name] = setting.quota }
        }
        func set(_ name: OperationName, _ rate: Double?, _ burst: Int?) {
            if let rate { quotas[name]?.ratePerSecond = rate }
            if let burst { quotas[name]?.burst = burst }
            // A rate of its own next to `*=0` has no burst yet.
            if burst == nil, quotas[name]?.burst == 0 {
                quotas[name]?.burst = Quota.documented.burst
            }
        }
        set(.transferContact, rate, burst)
        set(.describeContact, describeRate, describeBurst)
        set(.listAssociatedContacts, listRate, listBurst)
        return quotas
    }
}

/// One quota as it is given: `SearchContacts=0.5/1`, or `*=0` for all operations.
struct QuotaSetting: ExpressibleByArgument {
    /// Nil is all of them.
    let operation: OperationName?
    let quota: Quota

    init?(argument: String) {
        let halves = argument.split(separator: "=", omittingEmptySubsequences: false)
        guard halves.count == 2 else { return nil }
        if halves[0] == "*" {
            operation = nil
        } else {
            guard let name = OperationName(rawValue: String(halves[0])) else { return nil }
            operation = name
        }
        let numbers = halves[1].split(separator: "/", omittingEmptySubsequences: false)
        guard let rate = Double(numbers[0]), rate.isFinite else { return nil }
        switch numbers.count {
        case 1 where rate == 0: quota = .unlimited
        case 2:
            guard let burst = Int(numbers[1]) else { return nil }
            quota = Quota(ratePerSecond: rate, burst: burst)
        default: return nil
        }
    }
}

/// What goes wrong at a simulator, and how long it takes to answer.
struct FaultArguments: ParsableArguments {
    @Option(help: "How long an answer takes, in milliseconds.")
    var latency = 0.0
    @Option(help: "The most that is added to or taken from the latency, in milliseconds.")
    var jitter = 0.0
    @Option(name: .customLong("fault-500"), help: "The share of calls that get a 500, 0 to 1.")
    var fault500 = 0.0
    @Option(
        name: .customLong("fault-500-after"),
        help: "The share of calls that get a 500 after the effect.")
    var fault500After = 0.0
    @Option(name: .customLong("fault-503"), help: "The share of calls that get a 503.")
    var fault503 = 0.0
    @Option(
        name: .customLong("fault-429"),
        help: "The share of calls that get a 429 without a body or a code, quota or not.")
    var fault429 = 0.0
    @Option(help: "The share of calls whose connection is reset before the effect.")
    var resetBefore = 0.0
    @Option(help: "The share of calls whose connection is reset after the effect.")
    var resetAfter = 0.0
    @Option(help: "The share of calls whose answer hangs after the effect.")
    var hang = 0.0
    @Option(help: "How long a hanging answer takes, in seconds.")
    var hangSeconds = 60.0
    @Option(help: "The share of calls whose answer comes byte by byte.")
    var slowBody = 0.0
    @Option(help: "How long a slow answer takes, in seconds.")
    var slowBodySeconds = 5.0
    @Option(help: "The share of calls whose answer breaks off, after the effect.")
    var cutBody = 0.0
    @Option(help: "The share of calls whose answer is empty, after the effect.")
    var emptyBody = 0.0
    @Option(help: "The share of calls whose answer is half of its JSON, after the effect.")
    var brokenJSON = 0.0
    @Option(help: "The share of calls whose answer tells half of its length, after the effect.")
    var shortLength = 0.0

    func validate() throws {
        let day = 86_400.0
        guard (0...day * 1000).contains(latency), (0...day * 1000).contains(jitter),
            (0...day).contains(hangSeconds), (0...day).contains(slowBodySeconds)
        else {
            throw ValidationError("A time is 0 or more, and a day at most.")
        }
        let rates = plan.rates.values
        guard rates.allSatisfy({ $0 >= 0 }), rates.reduce(0, +) <= 1 else {
            throw ValidationError("The shares of the faults are 0 or more, and 1 at most in sum.")
        }
    }

    var plan: FaultPlan {
        FaultPlan(
            rates: [
                .internalError: fault500, .internalErrorAfterEffect: fault500After,
                .unavailable: fault503, .bareThrottling: fault429,
                .resetBeforeEffect: resetBefore, .resetAfterEffect: resetAfter, .hang: hang,
                .slowBody: slowBody, .cutBody: cutBody, .emptyBody: emptyBody,
                .brokenJSON: brokenJSON, .shortLength: shortLength,
            ],
            hang: .seconds(hangSeconds), slowBody: .seconds(slowBodySeconds),
            latency: .milliseconds(latency), jitter: .milliseconds(jitter))
    }
}

/// Who may call a simulator.
struct CredentialArguments: ParsableArguments {
    @Option(help: "The access key id that may do everything.")
    var accessKeyID = SimulatorCredentials.allowed.accessKeyID
    @Option(help: "Its secret; the default is a published constant and protects nothing.")
    var secretAccessKey = SimulatorCredentials.allowed.secretAccessKey
    @Option(help: "The session token that must come with it.")
    var sessionToken: String?
    @Flag(help: "Takes calls without looking at their signatures.")
    var noVerify = false

    var credentials: Credentials {
        Credentials(
            accessKeyID: accessKeyID, secretAccessKey: secretAccessKey, sessionToken: sessionToken)
    }
}
