import Intake
import TransferCore
import TransferLedger

/// What a person is asked before contacts are moved.
struct Confirmation {
    var job: Job
    var totals: ControlTotals
    var destinations: [DestinationTotals]
    /// The accounts and Regions that they are in; one where all are in the job's own.
    var homes: [HomeRows]
    /// Transfers a second to reckon with.
    var rate: Double
    var isRateKnown: Bool
    /// Other jobs that are to move some of the same contacts.
    var overlaps: [Overlap] = []

    /// Destinations that are named one by one.
    private static let destinationsShown = 10

    /// How many contacts go where, and how long it will take.
    var text: String {
        var lines = ["Transfer \(totals[.pending].of("contact")):"]
        for entry in destinations.prefix(Self.destinationsShown) {
            lines.append("  \(entry.rows.grouped.padded(to: 9))  \(entry.destination.words)")
        }
        if destinations.count > Self.destinationsShown {
            let rest = destinations.dropFirst(Self.destinationsShown)
            let rows = rest.reduce(0) { $0 + $1.rows }
            lines.append("  \(rows.grouped.padded(to: 9))  \(rest.count.grouped) more destinations")
        }
        if totals[.rejected] > 0 {
            lines.append(
                "\(totals[.rejected].of("row")) \(totals[.rejected] == 1 ? "is" : "are") invalid "
                    + "and will not be sent.")
        }
        for overlap in overlaps {
            lines.append(
                "\(overlap.contacts.of("contact")) \(overlap.contacts == 1 ? "waits" : "wait") in job \(overlap.other.id) of "
                    + "\(overlap.other.createdAt.toTheSecond) (\(overlap.other.input.name)) too, the "
                    + "first \(overlap.firstContact) on line \(overlap.firstLine) here. "
                    + "Whichever comes second is refused.")
        }
        let longest = homes.map(\.pending).max() ?? totals[.pending]
        let time = Duration.seconds(Double(longest) / rate).words
        lines.append(
            isRateKnown
                ? "At \(rate.short) a second this takes about \(time)."
                : "At AWS's default of \(rate.short) a second this takes about \(time); "
                    + "less where the account has more.")
        lines += services
        return lines.joined(separator: "\n")
    }

    private var services: [String] {
        guard homes.count > 1 || homes.first?.home != nil else {
            return ["Endpoint: \(job.options.endpoint)"]
        }
        return homes.map { rows in
            "\(rows.pending.of("contact")) of \(rows.home?.words ?? job.options.region), "
                + "at \(rows.endpoint)"
        }
    }

    /// Asks; true where the answer is yes.
    func ask() -> Bool {
        let answer = Console.ask(text + "\nGo on? [y/N]").lowercased()
        return answer == "y" || answer == "yes"
    }

    /// - Throws: ``UsageError`` where nobody can be asked.
    static func checkCanAsk(about job: Job) throws(UsageError) {
        guard Console.canAsk else {
            throw UsageError(
                "Nobody can be asked here: give --yes to transfer without a question. "
                    + "Nothing was transferred; job \(job.id) is stored.")
        }
    }
}

extension String {
    /// With spaces before it, to this width at least.
    func padded(to width: Int) -> String {
        String(repeating: " ", count: max(0, width - count)) + self
    }
}
