// What the service tells of queues, users and flows and no transfer depends on: drawn from their
// ids, so that it takes no memory.

extension WorldQueue {
    /// The most contacts it takes at once; most queues have no such bound.
    package var contactsMax: Int? {
        var generator = id.generator
        return generator.index(below: 4) == 0 ? 50 + generator.index(below: 200) : nil
    }
}

extension WorldUser {
    package var firstName: String {
        var generator = id.generator
        return generator.one(of: ["Ada", "Zoë", "José María", "Siobhán", "Li", "Anne-Marie"])
    }

    package var lastName: String {
        var generator = id.generator
        _ = generator.next()
        return generator.one(of: ["Lovelace", "O'Neil", "Müller", "de la Cruz, Jr.", "Wang"])
    }

    /// Nil for users whom nobody gave one.
    package var email: String? { username.contains("@") ? username : nil }
}

extension WorldFlow {
    /// The flow language's JSON (Amazon Connect flow language, version 2019-10-30).
    package var content: String {
        var generator = id.generator
        let first = SimulatedID(using: &generator)
        let last = SimulatedID(using: &generator)
        return """
            {"Version":"2019-10-30","StartAction":"\(first)","Metadata":{"entryPointPosition":\
            {"x":40,"y":40}},"Actions":[{"Identifier":"\(first)","Type":\
            "TransferContactToQueue","Parameters":{},"Transitions":{"NextAction":"\(last)",\
            "Errors":[{"NextAction":"\(last)","ErrorType":"QueueAtCapacity"},\
            {"NextAction":"\(last)","ErrorType":"NoMatchingError"}],"Conditions":[]}},\
            {"Identifier":"\(last)","Type":"DisconnectParticipant","Parameters":{},\
            "Transitions":{}}]}
            """
    }
}

extension World {
    /// Ids that things of the instance share, such as its hours of operation, by what they are of.
    func sharedID(_ what: String) -> SimulatedID {
        let number = what.utf8.reduce(UInt64(0)) { $0 &* 31 &+ UInt64($1) }
        var generator = SeededGenerator(seed: options.seed, call: .max - 32 &- number)
        return SimulatedID(using: &generator)
    }

    /// When something was made or last changed: some weeks before the simulator's first start.
    func changedAt(_ id: SimulatedID, before start: Moment) -> Moment {
        var generator = id.generator
        return start - .seconds(86_400 * 7 + generator.index(below: 86_400 * 300))
    }
}
