import ArgumentParser
import ConnectClient
import Intake
import TransferCore
import TransferLedger
import TransferRun

/// What every command takes.
struct OutputOptions: ParsableArguments {
    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

    @Option(help: "How results are written to stdout.")
    var output = Format.text

    @Flag(help: "Say nothing but errors.")
    var quiet = false

    @Flag(help: "Say more: settings, rates found, throttling.")
    var verbose = false

    @Option(
        name: .customLong("log-format"),
        help: "How stderr is written: text, or json: an object a line.")
    var logFormat = Console.Format.text

    /// From here on all that is said is in this format, also what goes wrong outside of a command.
    func validate() { Console.use(logFormat) }

    var console: Console {
        Console(level: quiet ? .quiet : verbose ? .verbose : .normal)
    }
}

/// What every command that touches jobs takes.
struct LedgerOptions: ParsableArguments {
    @Option(name: .customLong("ledger"), help: "The SQLite file that holds the jobs.")
    var path = Self.usualPath

    static let usualPath = "baton.sqlite"

    func validate() throws {
        guard !path.isEmpty else { throw ValidationError("--ledger takes the path of a file.") }
    }
}

/// What every command that talks to the service takes.
struct NetworkOptions: ParsableArguments {
    @Option(help: "The instance, by id or ARN, for rows without one of their own.")
    var instance: String?

    @Option(help: "The AWS Region. Default: that of the instance's ARN, AWS_REGION, the profile.")
    var region: String?

    @Option(help: "The profile of the shared AWS files to take credentials and settings from.")
    var profile: String?

    @Option(
        name: .customLong("account-profile"),
        help: ArgumentHelp(
            "The profile for the instances of another account, as 111122223333=name; repeatable.",
            valueName: "account=profile"))
    var accountProfiles: [AccountProfile] = []

    @Option(
        name: .customLong("endpoint-url"),
        help: "The service's address: https, or http on this machine.")
    var endpointURL: String?

    func validate() throws {
        for (index, entry) in accountProfiles.enumerated()
        where accountProfiles[..<index].contains(where: { $0.account == entry.account }) {
            throw ValidationError("--account-profile names account \(entry.account) twice.")
        }
    }

    /// The settings that flags, environment and shared files come to.
    func configuration(environment: [String: String]) throws -> ClientConfiguration {
        let named = try NamedInstance(instance)
        if let region, let own = named.region, region != own {
            throw UsageError("--region is \(region), but the instance is in \(own).")
        }
        return try ClientConfiguration.resolve(
            region: region ?? named.region, endpointURL: endpointURL, profile: profile,
            environment: environment)
    }
}

/// The instance of `--instance`, and the Region where its ARN tells it.
struct NamedInstance {
    var id: InstanceID?
    var region: String?
    var account: String?

    init(_ text: String?) throws {
        guard let text else { return }
        let arn = ConnectARN(text)
        do throws(IdentifierProblem) {
            id = try InstanceID(arn?.instance ?? text)
        } catch {
            throw UsageError("--instance '\(text)' is neither an instance's id nor its ARN.")
        }
        guard arn?.kind == nil, arn != nil || !text.hasPrefix("arn:") else {
            throw UsageError("--instance '\(text)' is the ARN of something else.")
        }
        region = arn?.region
        account = arn?.account
    }
}

/// How an input is read: what decides, with the content, which job it is.
struct InputOptions: ParsableArguments {
    @Argument(help: "The CSV of transfers; - is standard input.")
    var file: String

    @Option(
        name: .customLong("contact-flow"),
        help: "The contact flow, by id, ARN or exact name, for rows without one of their own.")
    var contactFlow: String?

    @Flag(
        name: .customLong("flow-decides"),
        help: "Let the flow decide where rows go that name neither queue nor user.")
    var flowDecides = false

    @Flag(help: "Refuse the whole input at its first invalid row.")
    var strict = false

    @Option(name: .customLong("max-rows"), help: "Rows that an input may have.")
    var maxRows = CSVLimits().rowsMax

    @Option(name: .customLong("max-columns"), help: "Fields that a record may have.")
    var maxColumns = CSVLimits().columnsMax

    @Option(name: .customLong("max-record-bytes"), help: "Bytes that a record may have.")
    var maxRecordBytes = CSVLimits().recordBytesMax

    @Option(name: .customLong("max-field-bytes"), help: "Bytes that a field may have.")
    var maxFieldBytes = CSVLimits().fieldBytesMax

    /// What the ledger can hold of a job, and SQLite of a text.
    private static let rowsMost = Int(UInt32.max)
    private static let bytesMost = 500_000_000

    func validate() throws {
        guard (1...Self.rowsMost).contains(maxRows) else {
            throw ValidationError("--max-rows takes a number from 1 to \(Self.rowsMost).")
        }
        let others = [
            ("columns", maxColumns), ("record-bytes", maxRecordBytes),
            ("field-bytes", maxFieldBytes),
        ]
        for (name, value) in others where !(1...Self.bytesMost).contains(value) {
            throw ValidationError("--max-\(name) takes a number from 1 to \(Self.bytesMost).")
        }
    }

    /// How the input is taken in for this instance and Region.
    func intakeOptions(_ instance: NamedInstance, region: String?) throws -> IntakeOptions {
        var options = IntakeOptions(
            defaults: RowDefaults(
                instance: instance.id, flow: try namedFlow(in: instance, region: region),
                flowDecides: flowDecides, region: region, account: instance.account))
        options.isStrict = strict
        options.limits.rowsMax = maxRows
        options.limits.columnsMax = maxColumns
        options.limits.recordBytesMax = maxRecordBytes
        options.limits.fieldBytesMax = maxFieldBytes
        return options
    }

    /// The flow that was named; an ARN must be one of the named instance and the job's Region.
    private func namedFlow(
        in instance: NamedInstance, region: String?
    ) throws -> Reference<ContactFlowID>? {
        guard let contactFlow else { return nil }
        guard contactFlow.hasPrefix("arn:") else {
            guard !contactFlow.isEmpty else {
                throw UsageError("--contact-flow takes an id, an ARN or a name.")
            }
            return contactFlow.hasShapeOfUUID
                ? .id(ContactFlowID(valid: contactFlow)) : .name(contactFlow)
        }
        guard let arn = ConnectARN(contactFlow), arn.kind == ContactFlowID.arnKind,
            instance.id.map({ $0.text == arn.instance }) ?? true,
            region.map({ $0 == arn.region }) ?? true, let id = arn.id
        else {
            throw UsageError("--contact-flow '\(contactFlow)' is no contact flow of the instance.")
        }
        return .id(ContactFlowID(valid: id))
    }
}

/// How a run works.
struct RunFlags: ParsableArguments {
    @Option(help: "Calls a second, or 'auto' to find the quota.")
    var rate = Rate.auto

    @Option(help: "Calls that may be made at once after a rest; goes with --rate N.")
    var burst: Double?

    @Option(help: "The share of the quota that is left to others, 0 to 99 percent.")
    var headroom = Headroom.none

    @Option(
        help: """
            Calls under way at once, at the most; fewer where answers are fast. Each has a \
            connection, which is a file that the process has open.
            """)
    var concurrency = Self.concurrencyUsual

    @Option(name: .customLong("max-attempts"), help: "Attempts a row, throttled calls apart.")
    var maxAttempts = Self.maxAttemptsUsual

    @Option(
        name: .customLong("max-failures"),
        help: "Rows that may fail or stay uncertain before the run stops: 50, or 5% of 100 or more."
    )
    var maxFailures: FailureLimit?

    @Option(
        name: .customLong("wait-for-service"),
        help: ArgumentHelp(
            "How long to wait for a service that is down, such as 90s, 30m or 2h.",
            valueName: "duration"))
    var waitForService = WaitingTime.usual

    @OptionGroup var reporting: ReportingOptions

    @Flag(
        help: """
            Look at each contact before it is transferred: one that has ended, cannot be \
            transferred or is there already spends none of the quota for transfers.
            """)
    var verify = false

    @Flag(help: "Do not ask before transferring.")
    var yes = false

    @Flag(
        name: .customLong("dry-run"),
        help: "Say what would be sent, names looked up, and send nothing.")
    var dryRun = false

    @OptionGroup var schedule: ScheduleOptions
    @OptionGroup var watching: WatchingOptions

    static let concurrencyUsual = RunOptions().concurrency
    static let maxAttemptsUsual = 8
    /// 2,000 a second with answers after 2 s.
    private static let concurrencyMax = TransportLimits().connectionsMax

    enum Rate: ExpressibleByArgument, Equatable {
        case auto
        case fixed(Double)

        init?(argument: String) {
            if argument == "auto" {
                self = .auto
            } else if let rate = Double(argument), (0.001...100_000).contains(rate) {
                self = .fixed(rate)
            } else {
                return nil
            }
        }

        var defaultValueDescription: String { "auto" }

        func check(burst: Double?) throws {
            if burst != nil, self == .auto {
                throw ValidationError("--burst goes with --rate N.")
            }
            guard burst.map({ $0 >= 1 && $0 <= 1_000_000 }) ?? true else {
                throw ValidationError("--burst takes a number from 1 to 1000000.")
            }
        }

        /// How transfers are paced. Without `--burst`, a given rate has a burst of one call.
        func mode(burst: Double?) -> PaceController.Mode? {
            if case .fixed(let rate) = self { return .fixed(rate: rate, burst: burst ?? 1) }
            return RunOptions.documentedQuotas[.transferContact]
        }
    }

    /// A share of the quota: `20%`, or `20` for the same.
    struct Headroom: ExpressibleByArgument, Equatable {
        static let none = Headroom(percent: 0)

        let percent: Double
        var share: Double { percent / 100 }

        private init(percent: Double) { self.percent = percent }

        init?(argument: String) {
            let number = argument.hasSuffix("%") ? argument.dropLast() : argument[...]
            guard let percent = Double(number), (0...99).contains(percent) else { return nil }
            self.percent = percent
        }

        var defaultValueDescription: String { "0" }
    }

    func validate() throws {
        try rate.check(burst: burst)
        guard (1...Self.concurrencyMax).contains(concurrency) else {
            throw ValidationError("--concurrency takes a number from 1 to \(Self.concurrencyMax).")
        }
        guard (1...1000).contains(maxAttempts) else {
            throw ValidationError("--max-attempts takes a number from 1 to 1000.")
        }
    }

    /// The options of the run.
    var runOptions: RunOptions {
        var options = RunOptions()
        options.concurrency = concurrency
        options.retry.attemptsMax = maxAttempts
        options.verifies = verify
        options.failuresMax = maxFailures
        schedule.apply(to: &options)
        options.pace[.transferContact] = rate.mode(burst: burst)
        options.unreachableMax = waitForService.duration
        options.headroom = headroom.share
        return options
    }

    /// The rate that an estimate goes by: the given one, or the documented default of 2 a second.
    var expectedRate: Double {
        if case .fixed(let rate) = rate { rate } else { 2 }
    }
}

extension FailureLimit: ExpressibleByArgument {
    public init?(argument: String) {
        if argument.hasSuffix("%"), let percent = Double(argument.dropLast()),
            (0...100).contains(percent)
        {
            self = .percent(percent)
        } else if let rows = Int(argument), rows >= 0 {
            self = .rows(rows)
        } else {
            return nil
        }
    }

    /// As the flag takes it.
    var argument: String {
        switch self {
        case .rows(let rows): "\(rows)"
        case .percent(let percent): "\(percent)%"
        }
    }
}
