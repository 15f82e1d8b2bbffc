/// A path with labels, as the service model writes it: `/contacts/{InstanceId}/{ContactId}`.
package struct PathTemplate: Sendable, ExpressibleByStringLiteral {
    private enum Segment: Hashable {
        case text(String)
        case label(String)
    }

    private let segments: [Segment]

    package init(stringLiteral template: String) {
        segments = template.split(separator: "/").map { segment in
            segment.first == "{"
                ? .label(String(segment.dropFirst().dropLast())) : .text(String(segment))
        }
    }

    /// The text before the second slash; no template of the service's begins with a label.
    var firstPart: Substring {
        if case .text(let text) = segments.first { text[...] } else { "" }
    }

    /// Matches a path as it was sent, encoded; gives the decoded labels, nil for another path.
    package func labels(in path: Substring) -> [String: String]? {
        guard path.first == "/" else { return nil }
        // An encoded slash is part of a label, so that the path is split before it is decoded.
        let parts = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == segments.count else { return nil }
        var labels: [String: String] = [:]
        for (segment, part) in zip(segments, parts) {
            switch segment {
            case .text(let text): guard part == text else { return nil }
            case .label(let name):
                guard let value = percentDecoded(part), !value.isEmpty else { return nil }
                labels[name] = value
            }
        }
        return labels
    }
}
