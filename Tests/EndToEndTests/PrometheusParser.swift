/// Reads Prometheus's text format and takes nothing that the format does not say: each name has its
/// HELP and TYPE before its samples, which stand together; labels, values and histograms are right.
struct PrometheusParser {
    struct Sample: Hashable {
        var name: String
        var labels: [String: String]
        var value: Double
    }

    private(set) var samples: [Sample] = []
    private(set) var problems: [String] = []
    private var types: [String: String] = [:]
    private var helped: Set<String> = []
    private var family = ""

    private static let suffixes = ["_bucket", "_sum", "_count"]

    init(_ text: String) {
        if !text.hasSuffix("\n") { problems.append("the last line has no end") }
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            line.hasPrefix("#") ? readComment(line) : readSample(line)
        }
        if Set(samples.map { Series($0) }).count != samples.count {
            problems.append("a series stands there twice")
        }
        for (name, type) in types where type == "histogram" { checkHistogram(name) }
    }

    private struct Series: Hashable {
        var name: String
        var labels: [String: String]

        init(_ sample: Sample) { (name, labels) = (sample.name, sample.labels) }
    }

    func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        let found = samples.filter { sample in
            sample.name == name && labels.allSatisfy { sample.labels[$0.key] == $0.value }
        }
        return found.count == 1 ? found[0].value : nil
    }

    private mutating func readComment(_ line: Substring) {
        let words = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
        guard words.count == 4, words[0] == "#", Self.isName(words[2]) else {
            return problems.append("no comment of the format: \(line)")
        }
        let name = String(words[2])
        switch words[1] {
        case "HELP":
            if !helped.insert(name).inserted { problems.append("two HELP of \(name)") }
        case "TYPE":
            if !helped.contains(name) { problems.append("no HELP of \(name)") }
            if types[name] != nil { problems.append("two TYPE of \(name)") }
            if !["counter", "gauge", "histogram"].contains(words[3]) {
                problems.append("no type: \(words[3])")
            }
            if (words[3] == "counter") != name.hasSuffix("_total") {
                problems.append("a counter's name ends with _total, and only a counter's: \(name)")
            }
            types[name] = String(words[3])
            family = name
        default: problems.append("no comment of the format: \(line)")
        }
    }

    private mutating func readSample(_ line: Substring) {
        guard let open = line.firstIndex(of: "{"), let close = line.lastIndex(of: "}"),
            line[close...].hasPrefix("} "), let value = Double(line[close...].dropFirst(2))
        else { return problems.append("no sample: \(line)") }
        let name = String(line[..<open])
        let isPart =
            types[family] == "histogram"
            && Self.suffixes.contains { name == family + $0 }
        if name != family && !isPart { problems.append("\(name) stands under \(family)") }
        var labels: [String: String] = [:]
        for pair in line[line.index(after: open)..<close].split(separator: ",") {
            let parts = pair.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, Self.isName(parts[0]), parts[1].count >= 2,
                parts[1].first == "\"", parts[1].last == "\"",
                !parts[1].dropFirst().dropLast().contains(where: { "\"\\\n".contains($0) })
            else { return problems.append("no label: \(pair)") }
            if labels.updateValue(
                String(parts[1].dropFirst().dropLast()), forKey: String(parts[0])) != nil
            {
                problems.append("a label twice: \(line)")
            }
        }
        if !value.isFinite { problems.append("no figure: \(line)") }
        samples.append(Sample(name: name, labels: labels, value: value))
    }

    private mutating func checkHistogram(_ name: String) {
        var buckets: [[String: String]: [(le: Double, count: Double)]] = [:]
        for sample in samples where sample.name == name + "_bucket" {
            var labels = sample.labels
            let le = labels.removeValue(forKey: "le")
            let bound = le == "+Inf" ? .infinity : le.flatMap(Double.init)
            guard let bound else { return problems.append("a bucket without le") }
            buckets[labels, default: []].append((bound, sample.value))
        }
        for (labels, counts) in buckets {
            let isRising = zip(counts, counts.dropFirst()).allSatisfy {
                $0.le < $1.le && $0.count <= $1.count
            }
            if !isRising { problems.append("buckets of \(name) do not rise") }
            if counts.last?.le != .infinity || counts.last?.count != value(name + "_count", labels)
            {
                problems.append("the last bucket of \(name) is not its count")
            }
            if value(name + "_sum", labels) == nil { problems.append("\(name) has no sum") }
        }
    }

    private static func isName(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"): true
            default: false
            }
        }
    }
}
