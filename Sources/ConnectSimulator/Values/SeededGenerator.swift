/// SplitMix64: chance from a seed, the same on every platform and in every run.
///
/// Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014; the
/// constants are those of the paper's reference code. Swift's `Hasher` is seeded per process, its
/// system generator not at all: neither can repeat a night.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    private static let gamma: UInt64 = 0x9E37_79B9_7F4A_7C15
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    /// Makes the generator of one numbered call: independent of how many calls went before.
    package init(seed: UInt64, call: UInt64) {
        var mixer = SeededGenerator(seed: seed ^ (call &* Self.gamma))
        state = mixer.next()
    }

    package mutating func next() -> UInt64 {
        state &+= Self.gamma
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Draws a number from 0 up to, but not including, 1.
    package mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Draws a number from 0 up to, but not including, `bound`, which must be positive.
    package mutating func index(below bound: Int) -> Int {
        // The standard library may change how it maps draws to ranges; a world must not change.
        Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// Draws one of some texts, of which there is at least one.
    mutating func one(of texts: [String]) -> String { texts[index(below: texts.count)] }
}
