import ArgumentParser
import FoundationEssentials
import Synchronization
import TransferCore
import TransferLedger
import TransferRun

extension Console {
    /// How stderr is written.
    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

    static func use(_ format: Format) { LogLine.settings.withLock { $0.format = format } }

    /// From here on lines say that they are about this job.
    static func concern(_ job: JobID) { LogLine.settings.withLock { $0.job = job.text } }
}

/// What a line is about, for programs: a word, and what it has beside the sentence.
struct LogEvent {
    var word: String
    var fields: [String: LogValue] = [:]

    static let note = LogEvent(word: "note")
    static let question = LogEvent(word: "question")
    static let failure = LogEvent(word: "failure")

    /// How far a run is.
    static func progress(_ progress: RunProgress, word: String = "progress") -> LogEvent {
        var fields = Dictionary(
            uniqueKeysWithValues: Outcome.allCases.map {
                ($0.rawValue, LogValue.whole(progress.totals[$0]))
            })
        fields["calls"] = .whole(progress.calls)
        fields["throttled"] = .whole(progress.throttled)
        fields["rateAimedAt"] = .number(progress.rate)
        fields["rowsPerSecond"] = progress.rowsPerSecond.map(LogValue.number)
        fields["pausedBy"] = progress.pause.askedBy.map(LogValue.text)
        fields["endsAt"] = (progress.timeLeft?.endsAt).map { .text($0.iso8601) }
        return LogEvent(word: word, fields: fields)
    }
}

/// A value of a log line.
enum LogValue: Encodable {
    case text(String)
    case whole(Int)
    case number(Double)

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let text): try container.encode(text)
        case .whole(let number): try container.encode(number)
        case .number(let number): try container.encode(number)
        }
    }
}

/// A line of stderr where that is JSON.
///
/// Not by swift-log: there is one place that writes, and its metadata knows no numbers.
struct LogLine {
    enum Level: String { case debug, info, warning, error }

    struct Settings {
        var format = Console.Format.text
        var job: String?
    }

    static let settings = Mutex(Settings())

    static var format: Console.Format { settings.withLock { $0.format } }

    /// Nil where lines are text.
    let json: String?

    init(_ level: Level, _ event: LogEvent, _ text: String) {
        let settings = Self.settings.withLock { $0 }
        guard settings.format == .json else {
            json = nil
            return
        }
        var fields = event.fields
        fields["time"] = .text(Timestamp.now.iso8601)
        fields["level"] = .text(level.rawValue)
        fields["event"] = .text(event.word)
        fields["job"] = settings.job.map(LogValue.text)
        fields["message"] = .text(text)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        json = (try? encoder.encode(fields)).map { String(decoding: $0, as: UTF8.self) }
    }
}
