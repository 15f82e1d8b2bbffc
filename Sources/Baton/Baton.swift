import ArgumentParser
import Subprocess

@main struct BatonCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "baton", subcommands: [SimulateCommand.self])
}
