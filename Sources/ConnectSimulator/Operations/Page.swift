/// The page of a list that a call asks for, by `maxResults` and `nextToken`.
struct Page {
    /// Tokens are no promise to callers; this form only has to come back as it was given.
    private static let tokenPrefix = "page-from-"

    private let size: Int
    private let start: Int

    /// Reads the query; without `maxResults` a page is as large as the operation allows.
    init(_ call: CallParameters, itemsMax: Int) throws(Refusal) {
        let size = call.query("maxResults").map { Int($0) ?? 0 } ?? itemsMax
        guard (1...itemsMax).contains(size) else {
            throw Refusal(.invalidRequest, "maxResults must be a number from 1 to \(itemsMax).")
        }
        self.size = size
        guard let token = call.query("nextToken") else {
            start = 0
            return
        }
        guard token.hasPrefix(Self.tokenPrefix),
            let start = Int(token.dropFirst(Self.tokenPrefix.count)), start > 0
        else { throw Self.unknownToken }
        self.start = start
    }

    /// The items of the page, out of a list of `count`.
    func range(of count: Int) throws(Refusal) -> Range<Int> {
        // Lists only grow here, so that a token that was given out is never beyond the end.
        guard start == 0 || start < count else { throw Self.unknownToken }
        return start..<min(start + size, count)
    }

    /// The token of the page that follows; nil after the last.
    func nextToken(after range: Range<Int>, of count: Int) -> String? {
        range.upperBound < count ? "\(Self.tokenPrefix)\(range.upperBound)" : nil
    }

    private static let unknownToken = Refusal(
        .invalidRequest, "nextToken was not given out by the service.")
}
