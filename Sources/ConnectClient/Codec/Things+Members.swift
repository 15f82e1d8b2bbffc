import TransferCore

// How each thing of the service stands in its answers (the service model of botocore 1.43.11).

extension ContactState {
    init(_ contact: Members) {
        self.init(
            channel: contact.text("Channel"),
            queue: contact.members("QueueInfo")?.id(QueueID.self, "Id"),
            user: contact.members("AgentInfo")?.id(UserID.self, "Id"),
            initiatedAt: contact.timestamp("InitiationTimestamp"),
            disconnectedAt: contact.timestamp("DisconnectTimestamp"),
            initial: contact.id(ContactID.self, "InitialContactId"),
            previous: contact.id(ContactID.self, "PreviousContactId"),
            initiationMethod: contact.text("InitiationMethod"),
            disconnectReason: contact.text("DisconnectReason"))
    }
}

extension AssociatedContact {
    init?(_ contact: Members) {
        guard let id = contact.id(ContactID.self, "ContactId") else { return nil }
        self.init(
            id: id, previous: contact.id(ContactID.self, "PreviousContactId"),
            initiatedAt: contact.timestamp("InitiationTimestamp"),
            disconnectedAt: contact.timestamp("DisconnectTimestamp"),
            initiationMethod: contact.text("InitiationMethod"))
    }
}

extension FoundContact {
    init?(_ contact: Members) {
        guard let id = contact.id(ContactID.self, "Id") else { return nil }
        self.init(id: id, state: ContactState(contact))
    }
}

extension Queue {
    /// `Id` and `QueueType` stand in lists, `QueueId`, `Status` and `MaxContacts` where one queue
    /// is described.
    init?(_ queue: Members, or asked: QueueID?) {
        let id = queue.id(QueueID.self, "QueueId") ?? queue.id(QueueID.self, "Id") ?? asked
        guard let id else { return nil }
        self.init(
            id: id, name: queue.text("Name"), type: queue.word(QueueType.self, "QueueType"),
            status: queue.word(QueueStatus.self, "Status"),
            contactsMax: queue.number("MaxContacts").flatMap { Int(exactly: $0) })
    }
}

extension User {
    init?(_ user: Members, or asked: UserID?) {
        guard let id = user.id(UserID.self, "Id") ?? asked else { return nil }
        self.init(id: id, username: user.text("Username"))
    }
}

extension ContactFlow {
    /// `ContactFlowType` and its like stand in lists, `Type` and its like where one flow is
    /// described.
    init?(_ flow: Members, or asked: ContactFlowID?) {
        guard let id = flow.id(ContactFlowID.self, "Id") ?? asked else { return nil }
        func word<Word: ServiceWord>(_ type: Word.Type, _ name: String) -> Word? {
            flow.word(type, name) ?? flow.word(type, "ContactFlow\(name)")
        }
        self.init(
            id: id, name: flow.text("Name"), type: word(ContactFlowType.self, "Type"),
            state: word(ContactFlowState.self, "State"),
            status: word(ContactFlowStatus.self, "Status"))
    }
}

extension Instance {
    init?(_ instance: Members, or asked: InstanceID?) {
        guard let id = instance.id(InstanceID.self, "Id") ?? asked else { return nil }
        self.init(
            id: id, arn: instance.text("Arn"), alias: instance.text("InstanceAlias"),
            status: instance.word(InstanceStatus.self, "InstanceStatus"))
    }
}
