import Testing
import TransferCore

struct ControlTotalsTests {
    @Test func `totals are equal however they came about`() {
        var counted = ControlTotals()
        counted[.pending] = 2
        for _ in 1...2 {
            counted[.transferred] += 1
            counted[.pending] -= 1
        }
        var read = ControlTotals()
        read[.transferred] = 2
        #expect(counted == read)
        #expect(counted.rows == 2)
        #expect(counted[.pending] == 0)
    }
}
