import TransferCore

extension Finding {
    /// In words: what a page calls it.
    var words: String {
        switch self {
        case .landed: "landed"
        case .movedOn: "moved on"
        case .ended: "ended"
        case .notTransferred: "not transferred"
        case .notLanded: "not landed"
        case .transferredAfterAll: "transferred after all"
        case .movedByOthers: "moved by others"
        case .notFound: "not found"
        case .unknown: "unknown"
        case .notAsked: "not asked for"
        }
    }

    /// A sentence on what it means.
    var meaning: String {
        switch self {
        case .landed: "The contact is at its destination."
        case .movedOn: "It was at its destination, and was transferred on since."
        case .ended: "It was at its destination, and has ended since."
        case .notTransferred: "It was not transferred: it is where it was, or has ended there."
        case .notLanded:
            "The transfer was accepted, and the contact did not come to its destination."
        case .transferredAfterAll: "This row's transfer took effect, which the ledger did not know."
        case .movedByOthers: "The row did not move the contact, and somebody else did."
        case .notFound: "Amazon Connect knows no such contact."
        case .unknown: "It could not be asked for, or what Amazon Connect says does not tell."
        case .notAsked: "There is nothing to ask for: no contact, or another row's."
        }
    }

    /// What a person can do about rows of an outcome of which this was found.
    func advice(on outcome: Outcome) -> String {
        guard !agrees(with: outcome) else { return "Nothing to do." }
        switch self {
        case .notLanded:
            return "See where the flow led them: its branch for a full queue or an error, or a "
                + "queue of its own. Where they wait elsewhere, transfer them from there."
        case .transferredAfterAll:
            return outcome == .transferred
                ? "Nothing to do: the ledger says so by now, with the evidence."
                : "Do not send them again. `baton resume` settles pending rows by itself."
        case .movedByOthers:
            return "Ask who moved them. Where they are is in reconciliation.csv; they are not "
                + "where these rows were to bring them."
        case .notFound:
            return "Check the instance and the contact's id: Amazon Connect keeps contacts for "
                + "24 months."
        case .unknown:
            return "Read the message. Where the role may not ask, allow connect:DescribeContact "
                + "and connect:ListAssociatedContacts, then reconcile again."
        case .notTransferred where outcome == .uncertain:
            return "They can be sent again: `baton retry`, then `baton resume`."
        case .notTransferred:
            return "The ledger says that they were transferred, and names no new contact. See them "
                + "in Amazon Connect."
        case .landed, .movedOn, .ended, .notAsked: return "Nothing to do."
        }
    }
}
