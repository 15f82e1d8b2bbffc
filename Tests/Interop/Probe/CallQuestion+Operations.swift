import ConnectClient
import TransferCore

extension CallQuestion {
    /// Calls Amazon Connect once, one page of what has pages.
    func call(_ client: ConnectClient) async throws {
        let token = parameters["NextToken"]
        switch operation {
        case "TransferContact": _ = try await client.transfer(try transfer)
        case "DescribeContact":
            _ = try await client.describe(try id("ContactId"), in: try id("InstanceId"))
        case "ListAssociatedContacts":
            _ = try await client.associatedContacts(
                of: try id("ContactId"), in: try id("InstanceId"))
        case "SearchContacts": _ = try await client.contacts(matching: try search, after: token)
        case "ListQueues":
            _ = try await client.queues(
                in: try id("InstanceId"), types: list("QueueTypes").map { QueueType(rawValue: $0) },
                after: token)
        case "ListUsers": _ = try await client.users(in: try id("InstanceId"), after: token)
        case "ListContactFlows":
            _ = try await client.contactFlows(
                in: try id("InstanceId"),
                types: list("ContactFlowTypes").map { ContactFlowType(rawValue: $0) },
                after: token)
        case "DescribeQueue":
            _ = try await client.queue(try id("QueueId"), in: try id("InstanceId"))
        case "DescribeUser":
            _ = try await client.user(try id("UserId"), in: try id("InstanceId"))
        case "DescribeContactFlow":
            _ = try await client.contactFlow(try id("ContactFlowId"), in: try id("InstanceId"))
        case "ListInstances": _ = try await client.instances(after: token)
        case "DescribeInstance": _ = try await client.instance(try id("InstanceId"))
        default: throw UnknownOperation(name: operation)
        }
    }

    private var transfer: TransferRequest {
        get throws {
            let destination: Destination
            if parameters["QueueId"] != nil {
                destination = .queue(try id("QueueId"))
            } else if parameters["UserId"] != nil {
                destination = .user(try id("UserId"))
            } else {
                destination = .flowDecides
            }
            return TransferRequest(
                instance: try id("InstanceId"), contact: try id("ContactId"),
                flow: try id("ContactFlowId"), destination: destination,
                token: try id("ClientToken"))
        }
    }

    private var search: ContactSearch {
        get throws {
            var search = ContactSearch(
                in: try id("InstanceId"), from: moment("StartTime"), to: moment("EndTime"))
            search.channels = list("Channels")
            search.queues = try list("QueueIds").map { try QueueID($0) }
            search.users = try list("AgentIds").map { try UserID($0) }
            search.isActiveOnly = parameters["NotEnded"] != nil
            search.order = parameters["Order"].flatMap(ContactSearch.Order.init(rawValue:))
            return search
        }
    }

    private func id<ID: ServiceIdentifier>(_ name: String) throws -> ID {
        try ID(parameters[name] ?? "")
    }

    private func list(_ name: String) -> [String] {
        (parameters[name] ?? "").split(separator: ",").map(String.init)
    }

    private func moment(_ name: String) -> Timestamp {
        Timestamp(milliseconds: parameters[name].flatMap { Int64($0) } ?? 0)
    }
}

private struct UnknownOperation: Error {
    let name: String
}
