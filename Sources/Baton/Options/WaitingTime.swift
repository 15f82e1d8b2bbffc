import ArgumentParser

/// How long to wait, as it is typed: `90s`, `30m`, `2h`.
struct WaitingTime: ExpressibleByArgument, Equatable {
    /// As it was typed.
    let text: String
    let duration: Duration

    /// A service is seldom down for longer, and a run that nobody watches loses nothing by waiting.
    static let usual = WaitingTime(text: "30m", duration: .seconds(1800))

    private static let secondsMax = 7 * 86_400

    private init(text: String, duration: Duration) {
        self.text = text
        self.duration = duration
    }

    init?(argument: String) {
        let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600]
        guard let unit = argument.last.flatMap({ units[$0] }), let count = Int(argument.dropLast()),
            (0...Self.secondsMax / unit).contains(count)
        else { return nil }
        self.init(text: argument, duration: .seconds(count * unit))
    }

    var defaultValueDescription: String { text }
}
