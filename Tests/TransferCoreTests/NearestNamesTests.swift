import TestSupport
import Testing
import TransferCore

struct NearestNamesTests {
    @Test(arguments: [
        ("bilng", ["Billing"]), ("BILLING", ["Billing"]), ("Clams", ["Claims"]),
        ("Nothing like it", []), ("Closd", ["Closed"]),
    ])
    func `offers what is a few slips away`(name: String, expected: [String]) {
        var nearest = NearestNames(["Claims", "Billing", "Closed", "Very long name of a queue"])
        #expect(Array(nearest.of(name).prefix(1)) == expected)
    }

    @Test func `the distance within a limit is that of the whole table`() {
        var rng = SplitMix64(seed: 4)
        let letters = Array("abé".unicodeScalars)
        for _ in 0..<4000 {
            let texts = (0..<2).map { _ in
                (0..<Int.random(in: 0...9, using: &rng)).map { _ in
                    letters[Int.random(in: 0..<letters.count, using: &rng)]
                }
            }
            let whole = wholeDistance(texts[0], texts[1])
            for limit in 0...9 {
                #expect(
                    editDistance(texts[0], texts[1], atMost: limit)
                        == (whole <= limit ? whole : nil), "\(texts), at most \(limit)")
            }
        }
    }

    private func wholeDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
        var rows = [Array(0...b.count)]
        for (index, scalar) in a.enumerated() {
            var row = [index + 1]
            for (column, other) in b.enumerated() {
                row.append(
                    min(
                        rows[index][column] + (scalar == other ? 0 : 1),
                        rows[index][column + 1] + 1, row[column] + 1))
            }
            rows.append(row)
        }
        return rows[a.count][b.count]
    }
}
