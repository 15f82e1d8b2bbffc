import ConnectClient
import Synchronization
import TestSupport
import Testing

/// Roles that want a second factor: who is asked, and what a refresh does.
struct MFATests {
    private static let config = """
        [profile a]
        role_arn = arn:aws:iam::123456789012:role/mover
        source_profile = base
        mfa_serial = arn:aws:iam::123456789012:mfa/me
        [profile base]
        aws_access_key_id = BASE
        aws_secret_access_key = s
        """

    /// A person who types the answers in turn, the last for ever.
    private final class Person: Sendable {
        private let answers: [String]
        private let asked = Mutex<[String]>([])

        init(_ answers: String...) { self.answers = answers }

        var questions: [String] { asked.withLock { $0 } }

        func answer(_ serial: String) -> String {
            let count = asked.withLock { asked in
                asked.append(serial)
                return asked.count
            }
            return answers[min(count, answers.count) - 1]
        }
    }

    private func surroundings(
        _ server: ScriptedServer, _ person: Person?
    ) throws -> Surroundings {
        var here = try Surroundings(config: Self.config, server)
        if let person { here.askForCode = { person.answer($0) } }
        return here
    }

    @Test func `asks for the code once, and refreshes without one`() async throws {
        let person = Person("12345", "123 456", " 123456\n")
        let here = try surroundings(
            try ScriptedServer(.send(issued("AssumeRole", "K"))), person)
        defer { here.server.stop() }
        let chain = here.chain("a")
        _ = try await chain.credentials()
        _ = try await chain.credentials()
        #expect(person.questions == Array(repeating: "arn:aws:iam::123456789012:mfa/me", count: 3))
        let code = "&SerialNumber=arn%3Aaws%3Aiam%3A%3A123456789012%3Amfa%2Fme&TokenCode=123456"
        #expect(here.bodies.map { $0.hasSuffix(code) } == [true, false])
        #expect(!here.bodies[1].contains("SerialNumber"))
    }

    @Test func `says at a refresh that nobody is asked, and when the credentials end`()
        async throws
    {
        let person = Person("123456")
        let here = try surroundings(
            try ScriptedServer(
                .send(issued("AssumeRole", "K")), .send(refused("AccessDenied", "No MFA."))),
            person)
        defer { here.server.stop() }
        let chain = here.chain("a")
        _ = try await chain.credentials()
        let error = await #expect(throws: ConnectClientError.self) { try await chain.credentials() }
        #expect(error?.message.contains("2026-11-22T10:08:07.000Z") == true)
        #expect(error?.message.contains("baton resume") == true)
        #expect(error?.isTransient == false)
        #expect(person.questions.count == 1)
    }

    @Test func `needs a terminal`() async throws {
        let here = try surroundings(try ScriptedServer(.close), nil)
        defer { here.server.stop() }
        let error = try #require(await here.error("a"))
        #expect(error.message.contains("no terminal"))
        #expect(error.message.contains("arn:aws:iam::123456789012:mfa/me"))
        #expect(error.concernsCredentials)
        #expect(here.server.received.isEmpty)
    }

    @Test func `gives up on a person who types no code`() async throws {
        let person = Person("", "12345a")
        let here = try surroundings(try ScriptedServer(.close), person)
        defer { here.server.stop() }
        #expect(await here.error("a")?.message.contains("six digits") == true)
        #expect(person.questions.count == 3)
        #expect(here.server.received.isEmpty)
    }

    @Test func `sends a code once, whatever the answer`() async throws {
        let here = try surroundings(
            try ScriptedServer(.send(answer("503 Service Unavailable"))), Person("123456"))
        defer { here.server.stop() }
        #expect(await here.error("a")?.isTransient == true)
        #expect(here.server.received.count == 1)
    }
}
