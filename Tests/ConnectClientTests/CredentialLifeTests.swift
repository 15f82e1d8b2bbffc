import AWSSigning
import ConnectClient
import Testing
import TransferCore

/// When credentials are fetched anew, decided without a clock.
struct CredentialLifeTests {
    private let start = fixedNow
    private let broken = ConnectClientError(.credentialsUnavailable, "no", isTransient: true)

    private func found(_ id: String, endsAfter seconds: Int64?) -> FoundCredentials {
        FoundCredentials(
            Credentials(
                accessKeyID: id, secretAccessKey: "hush",
                expirationMilliseconds: seconds.map { start.milliseconds + $0 * 1000 }),
            from: "the test")
    }

    private func at(_ seconds: Double) -> Timestamp {
        Timestamp(milliseconds: start.milliseconds + Int64(seconds * 1000))
    }

    /// A life whose first credentials were fetched at 0.
    private func life(_ first: FoundCredentials) -> CredentialLife {
        var life = CredentialLife()
        #expect(step(&life, 0) == .fetch)
        life.fetched(.success(first), at: start)
        return life
    }

    private func step(
        _ life: inout CredentialLife, _ seconds: Double, insteadOf refused: Credentials? = nil
    ) -> CredentialLife.Step {
        life.step(insteadOf: refused, at: at(seconds))
    }

    @Test func `credentials without an end are fetched once`() {
        let first = found("A", endsAfter: nil)
        var life = life(first)
        #expect(step(&life, 10 * 365 * 86400) == .use(first))
    }

    @Test func `of an hour, one caller fetches in the last quarter while the others go on`() {
        let first = found("A", endsAfter: 3600)
        let second = found("B", endsAfter: 7000)
        var life = life(first)
        #expect(step(&life, 3600 - 901) == .use(first))
        #expect(step(&life, 3600 - 899) == .fetch)
        #expect(step(&life, 3600 - 899) == .use(first))
        life.fetched(.success(second), at: at(3600 - 890))
        #expect(step(&life, 3600 - 889) == .use(second))
    }

    @Test func `a fetch that takes long holds up nobody until the old ones end`() {
        let first = found("A", endsAfter: 3600)
        var life = life(first)
        #expect(step(&life, 3600 - 599) == .fetch)
        #expect(step(&life, 3600 - 599) == .use(first))
        #expect(step(&life, 3600 - 1) == .use(first))
        life.fetched(.failure(broken), at: at(3600 - 590))
        #expect(life.answer(insteadOf: nil, at: at(3600 - 590)) == .success(first))
        #expect(step(&life, 3600 - 589.5) == .use(first))
        #expect(step(&life, 3600 - 588) == .fetch)
    }

    @Test func `a provider that fails is left alone for ever longer, a minute at the most`() {
        let first = found("A", endsAfter: 3600)
        var life = life(first)
        var second = 3600.0 - 900
        var fetches: [Double] = []
        while second < 3600 {
            switch step(&life, second) {
            case .fetch:
                fetches.append(second)
                life.fetched(.failure(broken), at: at(second))
            case .use(let used): #expect(used == first)
            case let other: Issue.record("at \(second): \(other)")
            }
            second += 0.5
        }
        let pauses = zip(fetches.dropFirst(), fetches).map(-)
        #expect(pauses.prefix(8) == [1, 2, 4, 8, 16, 32, 60, 60])
        #expect((20...25).contains(fetches.count))
        // They have ended: once more at once, whenever the last failure was.
        #expect(step(&life, 3600) == .fetch)
        #expect(step(&life, 3600) == .wait)
        life.fetched(.failure(broken), at: at(3601))
        #expect(step(&life, 3602) == .fail(broken))
        #expect(step(&life, 3662) == .fetch)
    }

    @Test func `a life of thirty seconds is fetched every twenty-two`() {
        var life = CredentialLife()
        var fetches: [Double] = []
        var second = 0.0
        while second < 300 {
            if step(&life, second) == .fetch {
                fetches.append(second)
                life.fetched(
                    .success(found("\(second)", endsAfter: Int64(second) + 30)), at: at(second))
            }
            second += 0.5
        }
        #expect(fetches.count == 14)
        #expect(zip(fetches.dropFirst(), fetches).map(-).allSatisfy { $0 >= 22 })
    }

    @Test func `the same credentials again, near their end, are not asked for at each call`() {
        let only = found("A", endsAfter: 3600)
        var life = life(only)
        var fetches = 0
        for second in stride(from: 0.0, to: 3599, by: 1) where step(&life, second) == .fetch {
            fetches += 1
            life.fetched(.success(only), at: at(second))
        }
        #expect((3...8).contains(fetches))
    }

    @Test
    func `refused credentials are fetched anew, and given once more where there are no others`() {
        let first = found("A", endsAfter: nil)
        var life = life(first)
        #expect(step(&life, 1, insteadOf: first.credentials) == .fetch)
        #expect(step(&life, 1, insteadOf: first.credentials) == .wait)
        #expect(step(&life, 1) == .use(first))
        life.fetched(.success(first), at: at(2))
        #expect(life.answer(insteadOf: first.credentials, at: at(2)) == .success(first))
        #expect(step(&life, 3, insteadOf: first.credentials) == .fetch)
        life.fetched(.failure(broken), at: at(3))
        #expect(life.answer(insteadOf: first.credentials, at: at(3)) == .failure(broken))
        #expect(step(&life, 3.5, insteadOf: first.credentials) == .fail(broken))
        #expect(step(&life, 3.5) == .use(first))
    }

    @Test func `what was fetched and has ended is an error that names place and time`() {
        var life = CredentialLife()
        #expect(step(&life, 0) == .fetch)
        life.fetched(.success(found("A", endsAfter: -1)), at: start)
        guard case .failure(let error) = life.answer(insteadOf: nil, at: start) else {
            Issue.record("credentials that have ended were given")
            return
        }
        #expect(error.code == .credentialsExpired)
        #expect(!error.isTransient)
        #expect(
            error.message.hasPrefix("The credentials of the test ended at 2026-11-22T09:08:06Z."))
    }

    @Test func `after a night's sleep the first call fetches and the others wait`() {
        var life = life(found("A", endsAfter: 3600))
        #expect(step(&life, 8 * 3600) == .fetch)
        #expect(step(&life, 8 * 3600) == .wait)
        let second = found("B", endsAfter: 9 * 3600)
        life.fetched(.success(second), at: at(8 * 3600))
        #expect(step(&life, 8 * 3600) == .use(second))
    }

    @Test func `a clock that is set back stops no fetch`() {
        let first = found("A", endsAfter: 3600)
        var life = life(first)
        #expect(step(&life, 3000) == .fetch)
        life.fetched(.failure(broken), at: at(3000))
        // An hour back: they live longer than was thought, and the failure is no longer recent.
        #expect(step(&life, -600) == .use(first))
        #expect(step(&life, 2990) == .fetch)
    }

    @Test func `a fetch that was given up leaves the next caller to ask`() {
        var life = CredentialLife()
        #expect(step(&life, 0) == .fetch)
        #expect(step(&life, 0) == .wait)
        life.abandoned()
        #expect(step(&life, 0) == .fetch)
    }
}
