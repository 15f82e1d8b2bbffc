import ConnectSimulator
import FoundationEssentials
import Testing

/// The service without a wire round it: calls, one after the other, at noon.
struct Service {
    /// An answer, whose body the test reads by shapes of its own.
    struct Answer {
        let status: Int?
        let exception: Exception?
        let body: [UInt8]

        func read<Body: Decodable>(_ type: Body.Type = Body.self) throws -> Body {
            try JSONDecoder().decode(type, from: Data(body))
        }
    }

    let world: World
    private var desk: Desk

    /// A small world without quotas, which starts at noon.
    init(_ adjust: (inout WorldOptions) -> Void = { _ in }) {
        var options = SimulatorOptions(world: smallWorld().options)
        adjust(&options.world)
        for name in OperationName.allCases { options.quotas[name] = .unlimited }
        world = World(options.world)
        desk = Desk(options, world: world, at: noon)
    }

    var instance: String { world.instance.text }

    mutating func get(_ target: String) -> Answer { answer(to: .get(target)) }

    mutating func search(_ body: String) -> Answer {
        answer(to: Call(method: "POST", target: "/search-contacts", body: Array(body.utf8)))
    }

    /// Makes the transfer of a row.
    mutating func transfer(_ row: WorldRow) -> Answer {
        answer(to: .transfer(world.parameters(row)))
    }

    private mutating func answer(to call: Call) -> Answer {
        let reply = desk.decide(call, refusal: nil, at: noon).reply
        return Answer(
            status: reply?.status, exception: reply?.exception, body: reply?.body ?? [])
    }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
/// Any of the service's lists: the members that tests look at, by the model's names.
struct ListAnswer: Decodable {
    struct Item: Decodable {
        let Id: String
        let Arn: String
        let Name: String?
        let QueueType: String?
        let Username: String?
        let ContactFlowType: String?
        let ContactFlowState: String?
        let ContactFlowStatus: String?
        let InstanceAlias: String?
    }

    let QueueSummaryList: [Item]?
    let UserSummaryList: [Item]?
    let ContactFlowSummaryList: [Item]?
    let InstanceSummaryList: [Item]?
    let NextToken: String?

    var items: [Item] {
        QueueSummaryList ?? UserSummaryList ?? ContactFlowSummaryList ?? InstanceSummaryList ?? []
    }
}

extension Service {
    /// The items of all pages of a list, page by page.
    mutating func pages(_ target: String) throws -> [[ListAnswer.Item]] {
        var pages: [[ListAnswer.Item]] = []
        var token: String?
        repeat {
            let next = token.map { "&nextToken=\($0.percentEncoded)" } ?? ""
            let answer = get(target + next)
            try #require(answer.status == 200)
            let list = try answer.read(ListAnswer.self)
            pages.append(list.items)
            token = list.NextToken
            try #require(pages.count < 100)
        } while token != nil
        return pages
    }
}
