import Subprocess
import ArgumentParser
@main struct BatonCommand: AsyncParsableCommand { func run() async throws {} }
