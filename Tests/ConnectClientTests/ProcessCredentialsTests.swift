import AWSSigning
import ConnectClient
import FoundationEssentials
import Testing
import TransferCore

/// `credential_process`, with programs that the tests write.
struct ProcessCredentialsTests {
    private let home: TemporaryHome

    init() throws { home = try TemporaryHome() }

    /// Writes a shell script and gives its path.
    private func script(_ text: String, mode: Int = 0o755) throws -> String {
        let path = home.path + "/give"
        try Data("#!/bin/sh\n\(text)\n".utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        return path
    }

    private func find(
        _ command: String, _ variables: [String: String] = [:], timeout: Duration? = nil
    ) async throws -> FoundCredentials? {
        try home.write(config: "[default]\ncredential_process = \(command)\n")
        let settings = try ClientSettings(
            profile: nil,
            environment: home.environment(
                variables.merging(["PATH": "/usr/bin:/bin"]) { a, _ in a }))
        return try await ProcessCredentials(
            settings: settings, surroundings: fixedSurroundings(), timeout: timeout
        ).credentials()
    }

    private func error(_ command: String, timeout: Duration? = nil) async -> ConnectClientError? {
        await #expect(throws: ConnectClientError.self) {
            try await find(command, timeout: timeout)
        }
    }

    @Test func `takes what a program prints, which gets our environment and nothing on stdin`()
        async throws
    {
        let path = try script(
            """
            cat >/dev/null
            echo '{"Version": 1, "AccessKeyId": "'$1'", "SecretAccessKey": "'$SECRET'", '
            echo '"SessionToken": "t/+=", "Expiration": "2026-11-22T10:08:07+01:00"}'
            """)
        let found = try await find("\"\(path)\" A\"KI\"D 'x y'", ["SECRET": "s3cr3t"])
        #expect(
            found?.credentials
                == Credentials(
                    accessKeyID: "AKID", secretAccessKey: "s3cr3t", sessionToken: "t/+=",
                    expirationMilliseconds: fixedNow.milliseconds))
        #expect(found?.source == "the profile default (credential_process)")
    }

    @Test func `is not set up without the setting`() async throws {
        let settings = try ClientSettings(profile: nil, environment: home.environment())
        let provider = ProcessCredentials(settings: settings, surroundings: fixedSurroundings())
        #expect(try await provider.credentials() == nil)
    }

    @Test func `finds a program on PATH, and null is as good as nothing`() async throws {
        let found = try await find(
            #"printf '{"Version":1,"AccessKeyId":"A","SecretAccessKey":"s","Expiration":null}'"#)
        #expect(found?.credentials == Credentials(accessKeyID: "A", secretAccessKey: "s"))
    }

    @Test(arguments: [
        (#"{"Version": 2, "AccessKeyId": "A", "SecretAccessKey": "hush"}"#, "Version"),
        (#"{"Version": "1", "AccessKeyId": "A", "SecretAccessKey": "hush"}"#, "Version"),
        (#"{"AccessKeyId": "A", "SecretAccessKey": "hush"}"#, "Version"),
        (#"{"Version": 1, "SecretAccessKey": "hush"}"#, "AccessKeyId is missing"),
        (
            #"{"Version": 1, "AccessKeyId": "A", "SecretAccessKey": 5}"#,
            "SecretAccessKey is no text"
        ),
        (
            #"{"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "hush", "Expiration": 5}"#,
            "Expi"
        ),
        (
            #"{"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "hush", "Expiration": "soon"}"#,
            "when they end"
        ),
        (#"{"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "hu sh"}"#, "a blank"),
        ("[\"hush\"]", "no JSON object"), ("hush", "no JSON object"), ("", "no JSON object"),
    ])
    func `refuses what is no answer, and repeats none of it`(
        _ printed: String, _ why: String
    ) async throws {
        let path = try script("cat <<'END'\n\(printed)\nEND")
        let error = try #require(await error(path))
        #expect(error.message.contains(why), "\(error.message)")
        #expect(error.message.contains("profile default"))
        #expect(!error.message.contains("hush") && !error.message.contains("hu sh"))
        #expect(error.concernsCredentials && !error.isTransient)
    }

    @Test func `quotes the end of what a failed program said, fit for a terminal`() async throws {
        let path = try script(
            #"""
            i=0; while [ $i -lt 100 ]; do echo "a line of no use" >&2; i=$((i+1)); done
            printf 'Error: \033[31mthe session has ended\033[0m.\r\n\007' >&2; exit 3
            """#)
        let error = try #require(await error(path))
        #expect(error.message.contains("ended with status 3, and said: …"))
        #expect(error.message.contains("Error: [31mthe session has ended [0m. Run the command"))
        #expect(error.message.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F })
        #expect(error.message.count < 600)
    }

    @Test func `says what is wrong with a program that cannot be run`() async throws {
        let missing = try #require(await error("/no/such/program --x"))
        #expect(missing.message.contains("(/no/such/program) is not there"))
        #expect(try #require(await error("no-such-program-7")).message.contains("is not there"))
        let path = try script("exit 0", mode: 0o644)
        #expect(try #require(await error(path)).code == .credentialsUnavailable)
        #expect(try #require(await error("give 'x")).message.contains("has no end"))
        let killed = try script("kill -9 $$")
        #expect(try #require(await error(killed)).message.contains("signal 9, and said nothing."))
    }

    @Test func `ends a program that prints without end`() async throws {
        #expect(try #require(await error("cat /dev/zero")).message.contains("far more"))
    }

    @Test func `ends a program that hangs, and those that it started do not hold us`() async throws
    {
        let path = try script("sleep 600 & echo $! > \(home.path)/child; wait")
        let clock = ContinuousClock()
        let start = clock.now
        let error = try #require(await error(path, timeout: .milliseconds(300)))
        #expect(error.message.contains("did not end within"))
        #expect(error.isTransient)
        #expect(clock.now - start < .seconds(300))
        let child = try String(contentsOf: URL(filePath: home.path + "/child"), encoding: .utf8)
        _ = try? await find("/bin/kill \(child.split(separator: "\n")[0])")
    }
}

/// The words of a command line, as `python3 -c 'import shlex; …'` gives them.
struct ShellWordsTests {
    @Test(arguments: [
        ("a b\tc\n", ["a", "b", "c"]), ("", []), ("  ", []), ("''", [""]), ("a ''", ["a", ""]),
        (#"'a b' "c d""#, ["a b", "c d"]), (#"a'b'"c"d"#, ["abcd"]), (#"a\ b"#, ["a b"]),
        (#"'a\ b'"#, [#"a\ b"#]), (#""a\ b""#, [#"a\ b"#]), (#""a\"b\\c""#, [#"a"b\c"#]),
        (#"C:\\x"#, [#"C:\x"#]), ("$HOME `x` $(y) ~ *", ["$HOME", "`x`", "$(y)", "~", "*"]),
        ("a;b|c&d>e", ["a;b|c&d>e"]), ("a #b", ["a", "#b"]), ("é 'ü'", ["é", "ü"]),
    ])
    func `are split without a shell`(_ line: String, _ words: [String]) {
        #expect(ShellWords.split(line) == words)
    }

    @Test(arguments: ["'a", "\"a", "a\\", "\"a\\\""])
    func `without an end are none`(_ line: String) {
        #expect(ShellWords.split(line) == nil)
    }
}
