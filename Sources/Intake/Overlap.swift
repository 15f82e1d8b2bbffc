import TransferCore
package import TransferLedger

/// Contacts of a job that wait in another job of the ledger too.
package struct Overlap: Sendable, Hashable {
    package var other: Job
    /// How many contacts both have still to transfer.
    package var contacts: Int
    /// The first of them, and its line in the job at hand.
    package var firstContact: String
    package var firstLine: Int

    package init(other: Job, contacts: Int, firstContact: String, firstLine: Int) {
        self.other = other
        self.contacts = contacts
        self.firstContact = firstContact
        self.firstLine = firstLine
    }

    /// The overlaps of a job with all others, the newest first; 56 bytes of memory a row where
    /// another job is open.
    package static func find(_ job: Job, in ledger: Ledger) async throws -> [Overlap] {
        try await ledger.read { reader in
            let others = try reader.jobs().filter { other in
                try other.number != job.number
                    && other.options.endpoint == job.options.endpoint
                    && other.options.region == job.options.region
                    && reader.totals(other)[.pending] > 0
            }
            guard !others.isEmpty else { return [] }
            var contacts = KeyTable<UInt32>()
            try reader.forEachPendingContact(of: job) { contact, line in
                _ = contacts.insert(UInt32(clamping: line), for: IdentifierKey(contact))
            }
            return try others.compactMap { other in
                try overlap(with: other, contacts, in: reader)
            }
        }
    }

    private static func overlap(
        with other: Job, _ contacts: KeyTable<UInt32>, in reader: LedgerReader
    ) throws -> Overlap? {
        var found: Overlap?
        try reader.forEachPendingContact(of: other) { contact, _ in
            guard let number = contacts.number(of: IdentifierKey(contact)) else { return }
            let line = Int(contacts[number])
            var overlap =
                found
                ?? Overlap(
                    other: other, contacts: 0, firstContact: contact, firstLine: line)
            overlap.contacts += 1
            if line < overlap.firstLine {
                overlap.firstContact = contact
                overlap.firstLine = line
            }
            found = overlap
        }
        return found
    }
}
