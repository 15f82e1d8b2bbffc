import ConnectClient
import ConnectSimulator
import Testing
import TransferCore

/// Every list from its first page to its last, and nothing lost between two pages.
struct ListTests {
    private static func big(_ options: inout SimulatorOptions) {
        options.world.queues = 2500
        options.world.users = 2500
        options.world.instances = 25
    }

    @Test(arguments: [false, true])
    func `gets 2,500 queues, and those of users where they are asked for`(
        _ hasSparsePages: Bool
    ) async throws {
        try await Edge.run {
            Self.big(&$0)
            $0.world.hasSparsePages = hasSparsePages
        } _: { edge in
            let (client, instance, world) = (edge.client, edge.instance, edge.world)
            let (queues, pages) = try await Edge.all { token throws(TransferFailure) in
                try await client.queues(in: instance, after: token)
            }
            #expect(
                queues
                    == world.queues.map {
                        Queue(id: QueueID(valid: $0.id.text), name: $0.name, type: .standard)
                    })
            #expect(hasSparsePages ? pages > 3 : pages == 3)
            let (both, _) = try await Edge.all { token throws(TransferFailure) in
                try await client.queues(in: instance, types: [.standard, .agent], after: token)
            }
            #expect(both.count == world.queues.count + world.users.count)
            #expect(Set(both.map(\.id)).count == both.count)
            #expect(both.filter { $0.type == .agent }.allSatisfy { $0.name == nil })
        }
    }

    @Test(arguments: [false, true])
    func `gets 2,500 users`(_ hasSparsePages: Bool) async throws {
        try await Edge.run {
            Self.big(&$0)
            $0.world.hasSparsePages = hasSparsePages
        } _: { edge in
            let (users, pages) = try await Edge.all { token throws(TransferFailure) in
                try await edge.client.users(in: edge.instance, after: token)
            }
            #expect(
                users
                    == edge.world.users.map {
                        User(id: UserID(valid: $0.id.text), username: $0.username)
                    })
            #expect(hasSparsePages ? pages > 3 : pages == 3)
        }
    }

    @Test func `gets contact flows, of all types and of some`() async throws {
        try await Edge.run { edge in
            let (client, instance) = (edge.client, edge.instance)
            let flows = edge.world.flows.map { flow in
                ContactFlow(
                    id: ContactFlowID(valid: flow.id.text), name: flow.name,
                    type: ContactFlowType(rawValue: flow.kind.rawValue),
                    state: flow.isArchived ? .archived : .active,
                    status: flow.isDraft ? .saved : .published)
            }
            let (all, _) = try await Edge.all { token throws(TransferFailure) in
                try await client.contactFlows(in: instance, after: token)
            }
            #expect(Set(all) == Set(flows))
            let types = ContactFlowType.ofTransfers
            let (some, _) = try await Edge.all { token throws(TransferFailure) in
                try await client.contactFlows(in: instance, types: types, after: token)
            }
            #expect(
                Set(some) == Set(flows.filter { $0.type.map(types.contains) == true }))
            #expect(some.count < all.count)
        }
    }

    @Test func `gets all instances, ten at a time`() async throws {
        try await Edge.run { options in
            Self.big(&options)
        } _: { edge in
            let (instances, pages) = try await Edge.all { token throws(TransferFailure) in
                try await edge.client.instances(after: token)
            }
            #expect(
                Set(instances.map(\.id.text)) == Set(edge.world.instances.map(\.id.text)))
            #expect(
                Set(instances.map(\.alias)) == Set(edge.world.instances.map { $0.alias }))
            #expect(instances.allSatisfy { $0.status == .active })
            #expect(instances.count == 25 && pages == 3)
            let own = try await edge.client.instance(edge.instance).value
            #expect(instances.contains(own))
            #expect(own.arn == edge.world.instanceARN)
        }
    }

    @Test func `lists 5,000 users within the documented quota, without one refusal`() async throws {
        try await Edge.run { options in
            options.world.users = 5000
            options.quotas = [:]
        } _: { edge in
            let reads = PacedReads()
            let (users, pages) = try await Edge.all { token throws(TransferFailure) in
                try await reads.read(.listUsers, of: edge.owner) { () throws(TransferFailure) in
                    try await edge.client.users(in: edge.instance, after: token)
                }
            }
            #expect(users.count == edge.world.users.count && users.count >= 5000)
            let calls = edge.simulator.statistics[.listUsers]
            #expect(calls.received == pages)
            #expect(calls.throttled == 0)
        }
    }
}
