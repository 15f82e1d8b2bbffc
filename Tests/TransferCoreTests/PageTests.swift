import TestSupport
import Testing
import TransferCore

/// Walks over pages, and the attempts that each may take.
struct PageTests {
    private func failure(_ advice: TransferFailure.Advice) -> TransferFailure {
        TransferFailure(code: "X", message: "", advice: advice)
    }

    @Test func `gathers pages until there is no token, empty ones on the way`() async throws {
        let pages: [String?: Page<Int>] = [
            nil: Page([1], next: "a"), "a": Page([], next: "b"), "b": Page([2, 3], next: nil),
        ]
        let answer = try await Answer.all(of: "numbers") { token throws(TransferFailure) in
            Answer(pages[token] ?? Page([], next: nil), requestID: token)
        }
        #expect(answer.value == [1, 2, 3])
        #expect(answer.requestID == "b")
    }

    @Test(arguments: [0, 1, 2, 5, 30], [1, 2, 3, 7, 40])
    func `ends a walk in a circle before it went round often`(_ lead: Int, _ circle: Int) throws {
        var walk = PageWalk(of: "numbers")
        var page = 0
        let failure = #expect(throws: TransferFailure.self) {
            while true {
                let token = page < lead ? page : lead + (page - lead) % circle
                page += 1
                _ = try walk.hasNext(after: Page([page], next: "\(token)"))
            }
        }
        #expect(failure?.code == "PageTokenRepeated")
        #expect(failure?.message.contains("numbers") == true)
        #expect(page <= 3 * (lead + circle) + 1)
    }

    @Test func `ends a walk of too many pages`() throws {
        var walk = PageWalk(of: "numbers", pagesMax: 3)
        for token in ["a", "b"] { _ = try walk.hasNext(after: Page([1], next: token)) }
        #expect(walk.token == "b")
        var last = walk
        let hasNext = try last.hasNext(after: Page([1], next: nil))
        #expect(!hasNext)
        let failure = #expect(throws: TransferFailure.self) {
            try walk.hasNext(after: Page([1], next: "c"))
        }
        #expect(failure?.code == "TooManyPages")
    }

    @Test func `makes a call again after passing faults, so often and no more`() {
        var rng = SplitMix64(seed: 1)
        for arrived in [true, false] {
            var attempts = CallAttempts()
            var waits: [Duration] = []
            while case .again(let wait) = attempts.failed(
                failure(.retry(mayHaveTakenEffect: arrived)), using: &rng)
            {
                waits.append(wait)
            }
            #expect(waits.count == RetryPolicy().attemptsMax - 1)
            #expect(waits.allSatisfy { $0 <= RetryPolicy().waitMax })
        }
    }

    @Test func `waits at least as long as the service asks for`() {
        var rng = SplitMix64(seed: 1)
        var attempts = CallAttempts()
        let fault = failure(.retry(mayHaveTakenEffect: true, retryAfter: .seconds(50)))
        #expect(attempts.failed(fault, using: &rng) == .again(after: .seconds(50)))
    }

    @Test func `leaves a refusal for want of quota to the pace, so often and no more`() {
        var rng = SplitMix64(seed: 1)
        var attempts = CallAttempts()
        let refusal = failure(.throttled(retryAfter: .seconds(3)))
        for _ in 1..<CallAttempts.refusalsMax {
            #expect(attempts.failed(refusal, using: &rng) == .again(after: .zero))
        }
        #expect(attempts.failed(refusal, using: &rng) == .giveUp)
    }

    @Test(arguments: [
        TransferFailure.Advice.permanent, .accessDenied, .credentials, .lookUp,
    ])
    func `makes no call again that was refused for good`(_ advice: TransferFailure.Advice) {
        var rng = SplitMix64(seed: 1)
        var attempts = CallAttempts()
        #expect(attempts.failed(failure(advice), using: &rng) == .giveUp)
    }

    @Test func `knows the documented quota of every operation`() {
        #expect(
            Operation.searchContacts.documentedQuota == Quota(ratePerSecond: 0.5, burst: 1))
        #expect(
            Operation.describeContact.documentedQuota == Quota(ratePerSecond: 10, burst: 15))
        #expect(Operation.transferContact.quotaCode == "L-43B4F8CE")
        let others = Operation.allCases.filter {
            ![.searchContacts, .describeContact].contains($0)
        }
        #expect(
            others.allSatisfy { $0.documentedQuota == Quota(ratePerSecond: 2, burst: 5) })
        let codes = Operation.allCases.compactMap(\.quotaCode)
        #expect(Set(codes).count == codes.count)
    }

    @Test func `names a row's calls as the service does`() {
        #expect(
            RowOperation.allCases.allSatisfy { $0.rawValue == $0.asOperation.rawValue })
    }
}
