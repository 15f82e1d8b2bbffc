import AWSSigning
import FoundationEssentials

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
        guard let bytes = Data(base64Encoded: text), bytes.count > Self.sealLength + 1 else {
            return nil
        }
        let plain = Array(bytes.dropFirst(Self.sealLength))
        guard Array(bytes.prefix(Self.sealLength)) == Self.seal(plain, of: list, in: world),
            let words = String(validating: plain, as: UTF8.self)
        else { return nil }
        isBlank = words.hasPrefix("b")
        switch words.dropFirst().first {
        case "a": start = .after(String(words.dropFirst(2)))
        case "e": start = .end
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
            case .first: "f"
            case .after(let words): "a\(words)"
            case .end: "e"
            }
        let plain = Array("\(isBlank ? "b" : "-")\(place)".utf8)
        return Data(Self.seal(plain, of: list, in: world) + plain).base64EncodedString()
    }

    private static let sealLength = 16

    private static func seal(_ plain: [UInt8], of list: String, in world: World) -> [UInt8] {
        // The world's own salt: a token of another simulator is none of this one's.
        let sealed = Array("\(world.sharedID("page tokens"))\n\(list)\n".utf8) + plain
        return Array(SHA256Digest(of: sealed).bytes.prefix(sealLength))
    }
}
