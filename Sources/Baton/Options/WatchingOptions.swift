import ArgumentParser

/// What others are told of a run.
struct WatchingOptions: ParsableArguments {
    @Option(
        name: .customLong("metrics-file"),
        help: ArgumentHelp(
            "Write the run's figures for Prometheus there, every few seconds and at the end.",
            valueName: "file"))
    var metricsFile: String?

    @Option(
        name: .customLong("on-finish"),
        help: ArgumentHelp(
            "A shell command to run at the end, with summary.json on its standard input.",
            valueName: "command"))
    var onFinish: String?

    func validate() throws {
        guard metricsFile != "" else {
            throw ValidationError("--metrics-file takes the path of a file.")
        }
        guard onFinish != "" else { throw ValidationError("--on-finish takes a command.") }
    }

    /// What to add to a command that goes on.
    var words: [String] {
        (metricsFile.map { ["--metrics-file", $0] } ?? [])
            + (onFinish.map { ["--on-finish", $0] } ?? [])
    }
}
