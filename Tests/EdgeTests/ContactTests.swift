import ConnectClient
import ConnectSimulator
import FoundationEssentials
import Testing
import TransferCore

/// Contacts: found, described, transferred, and found again where they went.
struct ContactTests {
    private func search(_ edge: Edge) -> TransferCore.ContactSearch {
        let now = Date().timeIntervalSince1970
        return TransferCore.ContactSearch(
            in: edge.instance, from: Timestamp(seconds: now - 7 * 86_400),
            to: Timestamp(seconds: now + 60))
    }

    private func found(
        _ search: TransferCore.ContactSearch, _ edge: Edge
    ) async throws -> (items: [FoundContact], pages: Int) {
        try await Edge.all { token throws(TransferFailure) in
            try await edge.client.contacts(matching: search, after: token)
        }
    }

    @Test(arguments: [false, true])
    func `finds every contact, a hundred at a time`(_ hasSparsePages: Bool) async throws {
        try await Edge.run {
            $0.world.contacts = 450
            $0.world.failingShare = 0
            $0.world.hasSparsePages = hasSparsePages
        } _: { edge in
            var search = search(edge)
            search.order = .ascending
            let (contacts, pages) = try await found(search, edge)
            #expect(Set(contacts.map(\.id.text)) == Set(edge.world.contacts.map(\.id.text)))
            #expect(contacts.count == edge.world.contacts.count)
            #expect(hasSparsePages ? pages > 5 : pages == 5)
            let moments = contacts.compactMap(\.state.initiatedAt)
            #expect(moments.count == contacts.count && moments == moments.sorted())
            let first = try await edge.client.contacts(matching: search).value
            #expect(first.total == contacts.count)
        }
    }

    @Test func `finds what is active, of a channel, in a queue or with a user`() async throws {
        try await Edge.run {
            $0.world.contacts = 300
            $0.world.failingShare = 0.5
        } _: { edge in
            let contacts = edge.world.contacts
            let queues = edge.world.queues.prefix(2).map(\.id)
            var active = search(edge)
            active.isActiveOnly = true
            active.channels = ["TASK"]
            active.queues = queues.map { QueueID(valid: $0.text) }
            let expected = contacts.filter { contact in
                !contact.hasEnded && contact.channel == .task
                    && queues.contains { contact.place == .queue($0) }
            }
            let (items, _) = try await found(active, edge)
            #expect(Set(items.map(\.id.text)) == Set(expected.map(\.id.text)))
            #expect(!expected.isEmpty && items.allSatisfy { $0.state.disconnectedAt == nil })

            let user = try #require(edge.world.users.first)
            var own = search(edge)
            own.users = [UserID(valid: user.id.text)]
            own.isActiveOnly = true
            let (theirs, _) = try await found(own, edge)
            #expect(
                Set(theirs.map(\.id.text))
                    == Set(
                        contacts.filter { $0.place == .user(user.id) && !$0.hasEnded }
                            .map(\.id.text)))
            #expect(theirs.allSatisfy { $0.state.user?.text == user.id.text })
        }
    }

    @Test func `follows a contact through its transfer`() async throws {
        try await Edge.run {
            $0.world.contacts = 1
            $0.world.failingShare = 0
        } _: { edge in
            let (client, instance) = (edge.client, edge.instance)
            let row = try #require(edge.world.rows.first)
            let request = edge.request(row)
            let new = try await client.transfer(request).value.newContact
            let again = try await client.transfer(request).value.newContact
            #expect(again == new)

            let before = try await client.describe(request.contact, in: instance).value
            #expect(before.disconnectedAt != nil)
            let after = try await client.describe(new, in: instance).value
            #expect(after.disconnectedAt == nil)
            #expect(after.previous == request.contact)
            #expect(after.initial == request.contact)
            #expect(after.channel == before.channel)
            switch request.destination {
            case .queue(let queue): #expect(after.queue == queue)
            case .user(let user): #expect(after.user == user)
            case .flowDecides: break
            }
            let tree = try await client.associatedContacts(of: request.contact, in: instance)
            #expect(tree.value.map(\.id).contains(new))
            let child = tree.value.first { $0.id == new }
            #expect(child?.previous == request.contact)
            #expect(child?.initiationMethod == after.initiationMethod)
            #expect(child?.disconnectedAt == nil)
            #expect(edge.simulator.statistics.transfers == 1)
        }
    }
}
