import Subprocess
import TestSupport
import Testing

/// What the program makes of the streams and signals that it is started with.
struct StreamTests {
    /// Else what is said could go out on a connection, or into a file, that got the number of a stream.
    @Test func `gives nothing the number of a stream that it was started without`() async throws {
        let program = Program(in: TemporaryDirectory())
        let simulator = ["--contacts", "5", "--failing-share", "0", "--rate", "0"]
        try await LocalConnect.serve(simulator, with: program) { connect in
            let look = "readlink /proc/$PPID/fd/0 /proc/$PPID/fd/2 > streams"
            let ended = try await connect.program.run(
                connect.run("contacts.csv", "--on-finish", look),
                bySh: #"exec "$0" "$@" <&- 2>&-"#)
            #expect(ended.status == 0)
            let streams = TemporaryDirectory.read(program.directory.file("streams")) ?? []
            #expect(String(decoding: streams, as: UTF8.self) == "/dev/null\n/dev/null\n")
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a signal before anything is sent ends it at once, with a sentence`() async throws {
        let silent = try ScriptedServer(.silence)
        defer { silent.stop() }
        let connect = try ScriptedConnect { _, body in .send(whole(body)) }
        defer { connect.server.stop() }
        let program = Program.withKeys()
        let run = connect.run(20, in: program, "--endpoint-url", silent.url)
        let ended = try await program.start(run) { execution in
            // It looks up what the rows name.
            while silent.connectionCount == 0 { try await Task.sleep(for: .milliseconds(10)) }
            try execution.send(signal: .terminate)
        }
        #expect(ended.status == 75, "\(ended.errors)")
        #expect(
            ended.errors.hasSuffix(
                "baton: Stopped before this run sent anything. The same command again goes on.\n"),
            "\(ended.errors)")
    }
}
