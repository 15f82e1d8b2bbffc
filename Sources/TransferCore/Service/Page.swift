/// One page of a list, and the token of the next.
package struct Page<Item: Sendable>: Sendable {
    package var items: [Item]
    /// Nil on the last page. A page without items may have a next one (aws-cli#8742).
    package var next: String?
    /// How many items all pages have together, where the service says so.
    package var total: Int?

    package init(_ items: [Item], next: String?, total: Int? = nil) {
        self.items = items
        self.next = next
        self.total = total
    }
}

/// Leads from one page to the next, and ends where the service would lead in a circle.
package struct PageWalk: Sendable {
    /// A million items where pages hold 1,000.
    package static let pagesMax = 1000

    /// Of the page to ask for; nil for the first.
    package private(set) var token: String?
    private let subject: String
    private let pagesMax: Int
    private var pages = 0
    /// A token of the way so far, to be met again where it is a circle (Brent, "An improved Monte
    /// Carlo factorization algorithm", 1980): it is left behind at every power of two.
    private var landmark: String?
    private var landmarkPage = 1

    /// - Parameter subject: what is listed, for a sentence: `the queues of instance i`.
    package init(of subject: String, pagesMax: Int = pagesMax) {
        self.subject = subject
        self.pagesMax = pagesMax
    }

    /// Hears of a page; true where there is another, of which ``token`` is the token.
    ///
    /// - Throws: a failure where a token came back, at the latest when a circle was gone round
    ///   three times, or where the pages are too many to be true.
    package mutating func hasNext(
        after page: Page<some Sendable>
    ) throws(TransferFailure) -> Bool {
        pages += 1
        guard let next = page.next else { return false }
        guard next != token, next != landmark else {
            throw TransferFailure(
                code: "PageTokenRepeated",
                message: "The service gave the same token for two pages of \(subject), so that "
                    + "they would never end. Try again; if it stays so, ask AWS's support.",
                advice: .permanent)
        }
        guard pages < pagesMax else {
            throw TransferFailure(
                code: "TooManyPages",
                message: "The pages of \(subject) do not end after \(pagesMax). Try again; if it "
                    + "stays so, ask AWS's support.", advice: .permanent)
        }
        token = next
        if pages == landmarkPage {
            landmark = next
            landmarkPage *= 2
        }
        return true
    }
}

extension Answer {
    /// Gathers the items of all pages; the request's id is that of the last.
    ///
    /// - Parameters:
    ///   - subject: what is listed, for a sentence: `the queues of instance i`.
    ///   - page: asks for the page of a token, paced and made again as its caller sees fit.
    package static func all<Item>(
        of subject: String, pagesMax: Int = PageWalk.pagesMax,
        page: (_ token: String?) async throws(TransferFailure) -> Answer<Page<Item>>
    ) async throws(TransferFailure) -> Answer<[Item]> where Value == [Item] {
        var walk = PageWalk(of: subject, pagesMax: pagesMax)
        var items: [Item] = []
        while true {
            let answer = try await page(walk.token)
            items += answer.value.items
            guard try walk.hasNext(after: answer.value) else {
                return Answer(items, requestID: answer.requestID)
            }
        }
    }
}
