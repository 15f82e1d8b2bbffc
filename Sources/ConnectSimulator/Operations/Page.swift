/// The page of a list that a call asks for, by a size and the token of the page before.
struct Page {
    /// The most items that it may have.
    let size: Int
    /// Where it begins.
    let start: PageToken.Start
    /// It has to be empty, whatever is in the list.
    let isBlank: Bool
    private let list: String
    private let world: World

    /// Reads `maxResults` and `nextToken` of the query.
    ///
    /// - Parameters:
    ///   - list: tells the list from all others: the operation and all that its items depend on.
    ///   - exception: what a size out of bounds gets.
    init(
        of list: String, _ call: CallParameters, itemsMax: Int, itemsByDefault: Int? = nil,
        in world: World, orRefuse exception: Exception = UndocumentedAnswer.boundBroken
    ) throws(Refusal) {
        try self.init(
            of: list, size: call.query("maxResults").map { Int($0) ?? 0 }, itemsMax: itemsMax,
            itemsByDefault: itemsByDefault, token: call.query("nextToken"),
            tokenName: "nextToken", in: world, orRefuse: exception)
    }

    /// Reads the size and the token that a body carries.
    init(
        of list: String, size: Int?, itemsMax: Int, itemsByDefault: Int? = nil, token: String?,
        tokenName: String = "NextToken", in world: World,
        orRefuse exception: Exception = UndocumentedAnswer.boundBroken
    ) throws(Refusal) {
        self.size = size ?? itemsByDefault ?? itemsMax
        guard (1...itemsMax).contains(self.size) else {
            throw Refusal(exception, "MaxResults must be a number from 1 to \(itemsMax).")
        }
        self.list = list
        self.world = world
        guard let token else {
            start = .first
            isBlank = world.options.hasSparsePages
            return
        }
        guard let read = PageToken(token, of: list, in: world) else {
            throw Refusal(
                .invalidRequest, "\(tokenName) was not given out by the service for this list.")
        }
        start = read.start
        isBlank = read.isBlank
    }

    /// The token of the page that follows; nil after the last.
    ///
    /// - Parameter next: where the following items begin; nil where there are none.
    func token(before next: String?) -> String? {
        // Blank pages, where the world has them, stand before each other one and after the last.
        if isBlank { return start == .end ? nil : token(start, isBlank: false) }
        guard world.options.hasSparsePages else {
            return next.flatMap { token(.after($0), isBlank: false) }
        }
        return token(next.map { .after($0) } ?? .end, isBlank: true)
    }

    private func token(_ start: PageToken.Start, isBlank: Bool) -> String {
        PageToken(start: start, isBlank: isBlank).text(of: list, in: world)
    }
}

// Lists whose items are counted.
extension Page {
    /// The items of the page, out of a list of `count`.
    func range(of count: Int) throws(Refusal) -> Range<Int> {
        // Lists only grow here, so that a token that was given out is never beyond the end.
        let start =
            switch start {
            case .first: 0
            case .after(let text): min(Int(text) ?? 0, count)
            case .end: count
            }
        return isBlank ? start..<start : start..<min(start + size, count)
    }

    /// The token of the page that follows; nil after the last.
    func nextToken(after range: Range<Int>, of count: Int) -> String? {
        token(before: range.upperBound < count ? "\(range.upperBound)" : nil)
    }
}
