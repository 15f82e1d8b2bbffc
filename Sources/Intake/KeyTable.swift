import TransferCore

/// Values by key, in the order in which they came: `MemoryLayout<Value>.stride` + 16 bytes for each
/// and 16 more at the most, also while it grows.
///
/// A `Dictionary` doubles keys and values with its slots; here they stand in blocks that are never
/// moved, and a slot is four bytes.
struct KeyTable<Value> {
    private struct Entry {
        var key: IdentifierKey
        var value: Value
    }

    private var blocks: [[Entry]] = []
    private(set) var count = 0
    /// At the place of its key, or the next free one, the number of an entry, from 1 on, in as many
    /// bits as it takes, and above them some of the key's hash, so that hardly any other entry is
    /// looked at; 0 is free.
    private var slots = [UInt32](repeating: 0, count: 1024)
    /// Keys can be chosen so that many have one place; not without this.
    private let seed = UInt64.random(in: .min ... .max)

    private static var blockBits: Int { 12 }
    private static var blockMask: Int { 1 << blockBits - 1 }

    /// Adds a value; returns the number of the one that the key has already, which stays.
    mutating func insert(_ value: Value, for key: IdentifierKey) -> Int? {
        let slot = slot(of: key)
        if slots[slot] != 0 { return Int(slots[slot] & numberMask) }
        append(Entry(key: key, value: value))
        slots[slot] = UInt32(count) | mark(of: hash(of: key))
        if count * 4 > slots.count * 3 { grow() }
        return nil
    }

    /// The number of the key's value; nil where it has none.
    func number(of key: IdentifierKey) -> Int? {
        let number = slots[slot(of: key)] & numberMask
        return number == 0 ? nil : Int(number)
    }

    /// The value with this number: 1 is the first that was added.
    subscript(number: Int) -> Value {
        get { entry(number).value }
        set {
            let index = number - 1
            blocks[index >> Self.blockBits][index & Self.blockMask].value = newValue
        }
    }

    private func entry(_ number: Int) -> Entry {
        let index = number - 1
        return blocks[index >> Self.blockBits][index & Self.blockMask]
    }

    private mutating func append(_ entry: Entry) {
        if count & Self.blockMask == 0 {
            var block: [Entry] = []
            block.reserveCapacity(Self.blockMask + 1)
            blocks.append(block)
        }
        blocks[count >> Self.blockBits].append(entry)
        count += 1
    }

    private mutating func grow() {
        slots = [UInt32](repeating: 0, count: slots.count * 2)
        for number in 1...count {
            let hash = hash(of: entry(number).key)
            var slot = place(of: hash)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = UInt32(number) | mark(of: hash)
        }
    }

    /// Where the key's number stands, or would.
    private func slot(of key: IdentifierKey) -> Int {
        let hash = hash(of: key)
        let mark = mark(of: hash)
        var slot = place(of: hash)
        while slots[slot] != 0 {
            let isLike = slots[slot] & ~numberMask == mark
            if isLike, entry(Int(slots[slot] & numberMask)).key == key { break }
            slot = (slot + 1) & (slots.count - 1)
        }
        return slot
    }

    /// Three quarters of the slots are taken at the most, so numbers have no more bits than places.
    private var numberMask: UInt32 { UInt32(slots.count - 1) }

    private func place(of hash: UInt64) -> Int {
        Int(truncatingIfNeeded: hash) & (slots.count - 1)
    }

    private func mark(of hash: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: hash >> 32) & ~numberMask
    }

    private func hash(of key: IdentifierKey) -> UInt64 {
        let product = (key.high ^ seed).multipliedFullWidth(by: key.low | 1)
        let mixed = (product.high ^ product.low) &* 0x9E37_79B9_7F4A_7C15
        return mixed ^ mixed >> 32
    }
}
