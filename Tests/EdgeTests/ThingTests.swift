import ConnectClient
import ConnectSimulator
import TestSupport
import Testing
import TransferCore

/// What is described one by one, and what the service refuses.
struct ThingTests {
    @Test func `describes every queue, and says which are disabled`() async throws {
        try await Edge.run { edge in
            for queue in edge.world.queues {
                let id = QueueID(valid: queue.id.text)
                let described = try await edge.client.queue(id, in: edge.instance).value
                #expect(
                    described
                        == Queue(
                            id: id, name: queue.name,
                            status: queue.isDisabled ? .disabled : .enabled,
                            contactsMax: queue.contactsMax))
            }
            #expect(edge.world.queues.contains { $0.isDisabled })
        }
    }

    @Test func `describes every user`() async throws {
        try await Edge.run { edge in
            for user in edge.world.users {
                let id = UserID(valid: user.id.text)
                let described = try await edge.client.user(id, in: edge.instance).value
                #expect(described == User(id: id, username: user.username))
            }
        }
    }

    @Test func `describes every flow, and says which was never published`() async throws {
        try await Edge.run { edge in
            for flow in edge.world.flows {
                let id = ContactFlowID(valid: flow.id.text)
                var described: ContactFlow?
                let failure = await caught {
                    described = try await edge.client.contactFlow(id, in: edge.instance).value
                }
                if flow.isDraft {
                    #expect(failure?.code == "ContactFlowNotPublishedException")
                    #expect(failure?.httpStatus == 404)
                    #expect(failure?.advice == .permanent)
                } else {
                    #expect(
                        described
                            == ContactFlow(
                                id: id, name: flow.name,
                                type: ContactFlowType(rawValue: flow.kind.rawValue),
                                state: flow.isArchived ? .archived : .active,
                                status: .published))
                }
            }
            #expect(edge.world.flows.contains { $0.isDraft })
        }
    }

    private typealias Read =
        @Sendable (ConnectClient, InstanceID) async throws(TransferFailure) -> Void

    private static let nowhere = "00000000-0000-4000-8000-000000000000"

    /// All that reads but ListInstances, about things that are not there.
    private static let reads: [(operation: TransferCore.Operation, call: Read)] = [
        (
            .describeContact,
            { client, instance throws(TransferFailure) in
                _ = try await client.describe(ContactID(valid: nowhere), in: instance)
            }
        ),
        (
            .listAssociatedContacts,
            { client, instance throws(TransferFailure) in
                _ = try await client.associatedContacts(
                    of: ContactID(valid: nowhere), in: instance)
            }
        ),
        (
            .describeQueue,
            { client, instance throws(TransferFailure) in
                _ = try await client.queue(QueueID(valid: nowhere), in: instance)
            }
        ),
        (
            .describeUser,
            { client, instance throws(TransferFailure) in
                _ = try await client.user(UserID(valid: nowhere), in: instance)
            }
        ),
        (
            .describeContactFlow,
            { client, instance throws(TransferFailure) in
                _ = try await client.contactFlow(ContactFlowID(valid: nowhere), in: instance)
            }
        ),
        (
            .listQueues,
            { client, instance throws(TransferFailure) in
                _ = try await client.queues(in: InstanceID(valid: nowhere))
            }
        ),
        (
            .listUsers,
            { client, instance throws(TransferFailure) in
                _ = try await client.users(in: InstanceID(valid: nowhere))
            }
        ),
        (
            .listContactFlows,
            { client, instance throws(TransferFailure) in
                _ = try await client.contactFlows(in: InstanceID(valid: nowhere))
            }
        ),
        (
            .describeInstance,
            { client, instance throws(TransferFailure) in
                _ = try await client.instance(InstanceID(valid: nowhere))
            }
        ),
        (
            .searchContacts,
            { client, instance throws(TransferFailure) in
                _ = try await client.contacts(
                    matching: ContactSearch(
                        in: InstanceID(valid: nowhere), from: Timestamp(milliseconds: 0),
                        to: Timestamp(milliseconds: 1000)))
            }
        ),
    ]

    @Test func `says of each thing that it is not there`() async throws {
        try await Edge.run { edge in
            for (operation, read) in Self.reads {
                let failure = await caught { try await read(edge.client, edge.instance) }
                #expect(failure?.code == "ResourceNotFoundException", "\(operation)")
                #expect(failure?.httpStatus == 404)
                #expect(failure?.advice == .permanent)
                #expect(failure?.requestID != nil)
                #expect(failure?.message.isEmpty == false)
            }
        }
    }

    @Test func `says of each call that the role may not make it`() async throws {
        try await Edge.run(as: SimulatorCredentials.denied) { edge in
            for (operation, read) in Self.reads {
                let failure = await caught { try await read(edge.client, edge.instance) }
                #expect(failure?.code == "AccessDeniedException", "\(operation)")
                #expect(failure?.advice == .accessDenied)
            }
            let failure = await caught { try await edge.client.instances() }
            #expect(failure?.advice == .accessDenied)
        }
    }

    @Test func `says of each call that the quota is spent`() async throws {
        try await Edge.run { options in
            for name in OperationName.allCases {
                options.quotas[name] = ConnectSimulator.Quota(ratePerSecond: 0.001, burst: 1)
            }
        } _: { edge in
            for (operation, read) in Self.reads {
                let first = await caught { try await read(edge.client, edge.instance) }
                #expect(first?.code == "ResourceNotFoundException", "\(operation)")
                let second = await caught { try await read(edge.client, edge.instance) }
                #expect(second?.httpStatus == 429, "\(operation)")
                guard case .throttled = second?.advice else {
                    Issue.record("\(operation): \(String(describing: second))")
                    continue
                }
            }
        }
    }
}
