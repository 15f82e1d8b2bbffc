import AWSSigning
import ArgumentParser
import ConnectSimulator

/// The world of a simulator.
struct WorldArguments: ParsableArguments {
    @Option(help: "The seed of the world, its ids, faults and latencies.")
    var seed: UInt64 = 1
    @Option(help: "How many contacts the world has, one for each row of its input CSV.")
    var contacts = 2000
    @Option(help: "How many queues it has.")
    var queues = 12
    @Option(help: "How many users it has.")
    var users = 40
    @Option(help: "The share of contacts whose transfer must fail, 0 to 1.")
    var failingShare = 0.03
    @Option(help: "The Region that signatures must be scoped to.")
    var region = "us-east-1"

    func validate() throws {
        guard (0...5_000_000).contains(contacts), (1...100_000).contains(queues),
            (1...100_000).contains(users)
        else {
            throw ValidationError(
                "A world has 0 to 5,000,000 contacts, 1 to 100,000 queues and 1 to 100,000 users.")
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
        return options
    }
}

/// The quotas of a simulator, by operation.
struct QuotaArguments: ParsableArguments {
    @Option(help: "TransferContact calls a second; 0 is unlimited.")
    var rate = Quota.documented.ratePerSecond
    @Option(help: "TransferContact calls at once after a rest.")
    var burst = Quota.documented.burst
    @Option(help: "DescribeContact calls a second; 0 is unlimited.")
    var describeRate = Quota.documentedDescribeContact.ratePerSecond
    @Option(help: "DescribeContact calls at once after a rest.")
    var describeBurst = Quota.documentedDescribeContact.burst
    @Option(help: "ListAssociatedContacts calls a second; 0 is unlimited.")
    var listRate = Quota.documented.ratePerSecond
    @Option(help: "ListAssociatedContacts calls at once after a rest.")
    var listBurst = Quota.documented.burst

    func validate() throws {
        for quota in quotas.values
        where !(0...1_000_000).contains(quota.ratePerSecond)
            || (quota.ratePerSecond > 0 && !(1...1_000_000).contains(quota.burst))
        {
            throw ValidationError("A rate is 0 to 1,000,000, and a burst 1 to 1,000,000.")
        }
    }

    var quotas: [OperationName: Quota] {
        [
            .transferContact: Quota(ratePerSecond: rate, burst: burst),
            .describeContact: Quota(ratePerSecond: describeRate, burst: describeBurst),
            .listAssociatedContacts: Quota(ratePerSecond: listRate, burst: listBurst),
        ]
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
    @Option(name: .customLong("fault-503"), help: "The share of calls that get a 503.")
    var fault503 = 0.0
    @Option(help: "The share of calls whose connection is reset before the effect.")
    var resetBefore = 0.0
    @Option(help: "The share of calls whose connection is reset after the effect.")
    var resetAfter = 0.0
    @Option(help: "The share of calls whose answer hangs after the effect.")
    var hang = 0.0
    @Option(help: "How long a hanging answer takes, in seconds.")
    var hangSeconds = 60.0

    func validate() throws {
        let day = 86_400.0
        guard (0...day * 1000).contains(latency), (0...day * 1000).contains(jitter),
            (0...day).contains(hangSeconds)
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
                .internalError: fault500, .unavailable: fault503, .resetBeforeEffect: resetBefore,
                .resetAfterEffect: resetAfter, .hang: hang,
            ],
            hang: .seconds(hangSeconds), latency: .milliseconds(latency),
            jitter: .milliseconds(jitter))
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
