import TransferCore
import TransferLedger
import TransferRun

extension Night {
    /// What must be true of every row after every run.
    mutating func checkRows() {
        check(ledger.recount() == ledger.totals, "the totals are not those of the rows")
        for (index, row) in ledger.rows.enumerated() {
            guard let contact = service.contacts[row.request.contact] else { continue }
            figures.checks += 8
            let found = problem(of: row, contact)
            if let found { problem("row \(index + 1): \(found)") }
        }
    }

    private func problem(
        of row: SimulatedLedger.Row, _ contact: SimulatedService.Contact
    ) -> String? {
        let effect = contact.effects.first
        if contact.effects.count > 1 { return "transferred twice by the service" }
        if contact.tokens.count > 1 { return "sent with \(contact.tokens)" }
        if row.attempts > contact.counted {
            return "\(row.attempts) of \(contact.counted) attempts"
        }
        if let effect, row.mustBeAt != nil, !effect.wasHome {
            return "transferred although its guard did not hold"
        }
        switch row.outcome {
        case .transferred:
            if effect == nil { return "transferred, and the service knows nothing of it" }
            if row.newContact != effect?.newContact { return "the new contact is another" }
        case .uncertain:
            if !contact.wasAmbiguous, !row.wasInDoubt { return "uncertain, and nothing was lost" }
        case .pending:
            if effect != nil, row.claimedAt == nil { return "took effect, and its claim is gone" }
        case .failed, .skipped, .rejected:
            if effect != nil { return "\(row.outcome), and it took effect" }
            if row.leavesEffectOpen, !options.verifies {
                return "failed as \(row.code ?? ""), which leaves it open"
            }
        }
        return nil
    }

    /// After an orderly end only rows are in doubt that may have taken effect, or were before.
    mutating func checkReleases(_ ending: RunEnding) {
        for (index, row) in ledger.rows.enumerated()
        where row.outcome == .pending && row.claimedAt != nil && !row.wasInDoubt {
            check(
                service.contacts[row.request.contact]?.wasAmbiguous != false,
                "\(ending.word), row \(index + 1): in doubt without need")
        }
    }
}

extension SimulatedLedger.Row {
    /// Whether its last word came from a transfer that may have taken effect; a guard's look at
    /// the contact may be lost without harm.
    fileprivate var leavesEffectOpen: Bool {
        switch code {
        case "IdempotencyException", "UnreadableAnswer": true
        case "Lost": mustBeAt == nil
        default: false
        }
    }
}
