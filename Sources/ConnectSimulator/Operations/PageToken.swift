/// A `NextToken`: where a page of one list begins, closed against every other use.
///
/// To a caller it is noise, in base64 with all of its characters, as the service's are. It carries
/// a digest of the list that it is for, so that one of another list or of nobody's making is known.
struct PageToken: Hashable {
    /// Where a page begins.
    enum Start: Hashable {
        case first
        /// After the items up to here, in words of the list's own.
        case after(String)
        case end
    }

    let start: Start
    /// The page has no items, and yet others follow.
    let isBlank: Bool

    /// Reads a token; nil where it was not given out for this list.
    init?(_ text: String, of list: String, in world: World) {
        guard let fields = Self.seal(of: world).opened(text, for: list), fields.count == 3 else {
            return nil
        }
        isBlank = fields[0] == "blank"
        switch fields[1] {
        case "after": start = .after(fields[2])
        case "end": start = .end
        default: start = .first
        }
    }

    init(start: Start, isBlank: Bool) {
        self.start = start
        self.isBlank = isBlank
    }

    func text(of list: String, in world: World) -> String {
        let place =
            switch start {
            case .first: ["first", ""]
            case .after(let words): ["after", words]
            case .end: ["end", ""]
            }
        return Self.seal(of: world).sealed([isBlank ? "blank" : ""] + place, for: list)
    }

    private static func seal(of world: World) -> OpaqueText { OpaqueText(seed: world.options.seed) }
}
