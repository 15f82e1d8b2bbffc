import ArgumentParser
import FoundationEssentials
import TransferCore
import TransferRun

/// When a run may send, and when it is to stop.
struct ScheduleOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The time of day in which calls are made, such as 22:00-06:00; outside the run waits.",
            valueName: "HH:MM-HH:MM"))
    var window: String?

    @Option(
        name: .customLong("time-zone"),
        help: ArgumentHelp(
            "The time zone of --window and --stop-at, such as Europe/Zurich. Default: the machine's.",
            valueName: "name"))
    var timeZone: String?

    @Option(
        name: .customLong("stop-at"),
        help: ArgumentHelp(
            "When to stop, by HH:MM, the next one, or by date: 2026-11-26T06:00.",
            valueName: "time"))
    var stopAt: String?

    /// By which the next HH:MM is told: by the time that the look-up and the question are through,
    /// another may be the next.
    private static let askedAt = Timestamp.now

    func validate() throws {
        // ICU takes 7 ms to come to itself: only for those who ask.
        if window == nil, stopAt == nil, timeZone == nil { return }
        guard TimeZone(identifier: "UTC") != nil else {
            throw ValidationError("This build of Baton has no time zones. Use another.")
        }
        guard let zone else {
            throw ValidationError(
                "--time-zone '\(timeZone ?? "")' is none that is known. Give it as the time zone "
                    + "database does, such as Europe/Zurich.")
        }
        guard timeZone == nil || window != nil || stopAt != nil else {
            throw ValidationError("--time-zone goes with --window or --stop-at.")
        }
        if let window, DailyWindow(window, in: zone) == nil {
            throw ValidationError(
                "--window takes two different times of day, such as 22:00-06:00, not '\(window)'.")
        }
        guard let stopAt else { return }
        guard let moment = Timestamp(stopTime: stopAt, after: Self.askedAt, in: zone) else {
            throw ValidationError(
                "--stop-at takes a time such as 06:00 or 2026-11-26T06:00, not '\(stopAt)'.")
        }
        guard moment > .now else {
            throw ValidationError("--stop-at \(stopAt) in \(zone.name) has passed.")
        }
    }

    func apply(to options: inout RunOptions) {
        guard window != nil || stopAt != nil, let zone else { return }
        options.window = window.flatMap { DailyWindow($0, in: zone) }
        options.stopsAt = stopAt.flatMap {
            Timestamp(stopTime: $0, after: Self.askedAt, in: zone)
        }
    }

    /// What to add to a command that goes on; a stop at a date that is past then is left out.
    var words: [String] {
        var words: [String] = []
        if let window { words += ["--window", window] }
        if let stopAt, TimeOfDay(stopAt) != nil { words += ["--stop-at", stopAt] }
        if let timeZone, !words.isEmpty { words += ["--time-zone", timeZone] }
        return words
    }

    /// Nil where there is no such time zone.
    ///
    /// Foundation's, whose rules are ICU's. GRDB links that in any case, 47 MB of it, so it costs no
    /// byte; it knows wrong names, and needs neither files of the system nor the process's one TZ.
    /// A static build that has no ICU has no zones at all: ``validate()`` refuses that.
    private var zone: ZoneOffsets? {
        let zone = timeZone.map { TimeZone(identifier: $0) } ?? .current
        return zone.map { zone in
            ZoneOffsets(name: timeZone ?? zone.identifier) { moment in
                zone.secondsFromGMT(
                    for: Date(timeIntervalSince1970: Double(moment.milliseconds) / 1000))
            }
        }
    }
}
