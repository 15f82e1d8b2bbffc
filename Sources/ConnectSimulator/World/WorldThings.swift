/// A queue of the world, of the service's type STANDARD.
package struct WorldQueue: Hashable, Sendable {
    package let id: SimulatedID
    package let name: String
    /// The service's `Status` is DISABLED.
    package var isDisabled = false
}

/// A user (an agent) of the world; he has a queue of type AGENT besides.
package struct WorldUser: Hashable, Sendable {
    package let id: SimulatedID
    package let username: String
}

/// An instance of the account.
package struct WorldInstance: Hashable, Sendable {
    package let id: SimulatedID
    /// A part of its address: letters, digits and dashes, 45 at most.
    package let alias: String
}

/// A contact flow of the world.
package struct WorldFlow: Hashable, Sendable {
    /// The service's `ContactFlowType`.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case inbound = "CONTACT_FLOW"
        case agentTransfer = "AGENT_TRANSFER"
        case queueTransfer = "QUEUE_TRANSFER"
        case customerQueue = "CUSTOMER_QUEUE"
        case customerHold = "CUSTOMER_HOLD"
        case customerWhisper = "CUSTOMER_WHISPER"
        case agentHold = "AGENT_HOLD"
        case agentWhisper = "AGENT_WHISPER"
        case outboundWhisper = "OUTBOUND_WHISPER"
        case campaign = "CAMPAIGN"

        /// "Inbound flow, Transfer to agent flow, Transfer to queue flow" (TransferContact,
        /// `ContactFlowId`).
        var carriesTransfers: Bool {
            self == .inbound || self == .agentTransfer || self == .queueTransfer
        }
    }

    package let id: SimulatedID
    package let name: String
    package let kind: Kind
    package let isArchived: Bool
    /// Saved, but never published: the service's `ContactFlowStatus` is SAVED.
    package var isDraft = false
    /// Where the flow puts a contact whose transfer names neither queue nor user.
    package let ownQueue: SimulatedID
    /// Where it puts one whose transfer names either.
    package var landing = Landing.asAsked

    /// What a flow makes of a transfer that was accepted.
    package enum Landing: Hashable, Sendable {
        case asAsked
        /// It has a queue of its own for all.
        case ownQueue
        /// It goes on, and has put the contact nowhere yet.
        case nowhere
        /// It ends the contact.
        case ended
    }
}

/// Where a contact is, or is to go.
package enum Place: Hashable, Sendable {
    case queue(SimulatedID)
    case user(SimulatedID)
    /// In no queue and with no user.
    case flow
}

/// The service's `Channel`.
package enum ContactChannel: String, Hashable, Sendable {
    case task = "TASK"
    case email = "EMAIL"
    case voice = "VOICE"
    case chat = "CHAT"

    /// "Only TASK and EMAIL contacts" (TransferContact).
    var canBeTransferred: Bool { self == .task || self == .email }
}

/// A contact as the simulator finds it when it starts.
package struct WorldContact: Hashable, Sendable {
    package let id: SimulatedID
    /// The contacts that it was before, oldest first: one for each transfer behind it.
    package let earlier: [SimulatedID]
    package let channel: ContactChannel
    package let place: Place
    /// How long before the simulator's start it began.
    package let ageSeconds: Int
    package let hasEnded: Bool
}

/// One record of the input CSV, and what must become of it.
package struct WorldRow: Hashable, Sendable {
    /// What TransferContact must answer.
    package enum Expectation: Hashable, Sendable {
        case transferred
        case refused(Exception)
    }

    package let contact: SimulatedID
    package let destination: Place
    package let flow: SimulatedID
    package let note: String
    package let expected: Expectation
}
