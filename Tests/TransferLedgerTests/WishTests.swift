import Testing
import TransferCore
import TransferLedger

struct WishTests {
    private let pace = Wish.Kind.pace(.fixed(rate: 20, burst: 7))

    private func later(_ duration: Duration) -> Timestamp {
        LedgerFixture.noon - (.zero - duration)
    }

    @Test func `wishes are heard once, in their order, by the run of their job`() async throws {
        let fixture = try await LedgerFixture()
        let other = try await LedgerFixture.store(rows: 1, id: "ffffffffffff", in: fixture.ledger)
        let wishes = [Wish.Kind.pause, pace, .pace(.auto(rate: 2, burst: 5)), .goOn].map {
            Wish($0, by: "anna on ops-1")
        }
        for wish in wishes {
            _ = try await fixture.ledger.leave(wish, for: fixture.job, at: LedgerFixture.noon)
        }
        #expect(try await fixture.ledger.hearWishes(of: other, at: LedgerFixture.noon) == [])
        let heard = try await fixture.ledger.hearWishes(of: fixture.job, at: LedgerFixture.noon)
        #expect(heard == wishes)
        #expect(try await fixture.ledger.hearWishes(of: fixture.job, at: LedgerFixture.noon) == [])
    }

    @Test func `a wish that was heard cannot be taken back, and one taken back is not heard`()
        async throws
    {
        let fixture = try await LedgerFixture()
        let (ledger, job) = (fixture.ledger, fixture.job)
        // The ledger's folder lasts as long as the fixture.
        defer { withExtendedLifetime(fixture) {} }
        let first = try await ledger.leave(Wish(.pause, by: "a"), for: job, at: LedgerFixture.noon)
        #expect(try await ledger.isUnheard(first))
        #expect(try await ledger.withdraw(first))
        #expect(try await ledger.hearWishes(of: job, at: LedgerFixture.noon) == [])
        let second = try await ledger.leave(Wish(.goOn, by: "a"), for: job, at: LedgerFixture.noon)
        _ = try await ledger.hearWishes(of: job, at: LedgerFixture.noon)
        #expect(try await !ledger.isUnheard(second))
        #expect(try await !ledger.withdraw(second))
    }

    @Test func `a wish whose maker has given up is not obeyed`() async throws {
        let fixture = try await LedgerFixture()
        let (ledger, job) = (fixture.ledger, fixture.job)
        // The ledger's folder lasts as long as the fixture.
        defer { withExtendedLifetime(fixture) {} }
        _ = try await ledger.leave(Wish(.pause, by: "a"), for: job, at: LedgerFixture.noon)
        let tooLate = later(Wish.patience + .seconds(1))
        #expect(try await ledger.hearWishes(of: job, at: tooLate) == [])
    }

    @Test func `a job's lock can be looked at and is not taken by that`() async throws {
        let fixture = try await LedgerFixture()
        #expect(try !JobLock.isHeld(fixture.job, of: fixture.ledger))
        let lock = try JobLock(fixture.job, of: fixture.ledger)
        #expect(try JobLock.isHeld(fixture.job, of: fixture.ledger))
        _ = consume lock
        #expect(try !JobLock.isHeld(fixture.job, of: fixture.ledger))
        _ = try JobLock(fixture.job, of: fixture.ledger)
    }

    @Test func `the newest state of a run is what is read`() async throws {
        let fixture = try await LedgerFixture()
        let run = try await fixture.beginRun()
        let runs = try await fixture.ledger.read { [job = fixture.job] in try $0.runs(job) }
        let record = try #require(runs.first)
        let none = try await fixture.ledger.read { try $0.state(of: record) }
        #expect(none == nil)
        var state = RunState(at: LedgerFixture.noon)
        for calls in 1...2 {
            state.calls = calls
            state.pause.askedBy = calls == 2 ? "anna on ops-1" : nil
            state.pause.opensAt = calls == 1 ? LedgerFixture.noon : nil
            var batch = RunBatch()
            batch.state = state
            try await fixture.ledger.commit(batch, of: fixture.job, run: run)
            let stored = try await fixture.ledger.read { try $0.state(of: record) }
            #expect(stored == state)
        }
    }
}
