import ConnectSimulator
import Testing

/// What SearchContacts refuses rather than find too much or too little.
struct SearchRefusalTests {
    private static let now = Int(noon.seconds)
    private static let range = """
        {"Type":"INITIATION_TIMESTAMP","StartTime":\(now - 86_400),"EndTime":\(now)}
        """

    /// The refusal of a body, whose `I` and `R` stand for the instance and a good time range.
    private func refused(_ body: String) -> Exception? {
        var service = Service()
        let body = body.replacing("\"I\"", with: "\"\(service.instance)\"")
            .replacing(":R", with: ":\(Self.range)")
        return service.search(body).exception
    }

    @Test func `takes the least that the model wants`() {
        #expect(refused("{\"InstanceId\":\"I\",\"TimeRange\":R}") == nil)
        #expect(
            refused("{\"InstanceId\":\"I\",\"TimeRange\":R,\"SearchCriteria\":null,\"New\":1}")
                == nil)
    }

    @Test(arguments: [
        "", "[]", "{}", "{\"InstanceId\":\"I\"}", "{\"TimeRange\":R}",
        "{\"InstanceId\":\"I\",\"TimeRange\":null}", "{\"InstanceId\":1,\"TimeRange\":R}",
        "{\"InstanceId\":\"I\",\"TimeRange\":{\"Type\":\"INITIATION_TIMESTAMP\",\"StartTime\":1}}",
        "{\"InstanceId\":\"I\",\"TimeRange\":R,\"MaxResults\":\"5\"}",
        "{\"InstanceId\":\"I\",\"TimeRange\":R,\"MaxResults\":1.5}",
        "{\"InstanceId\":\"I\",\"TimeRange\":R,\"NextToken\":\"mine\"}",
    ])
    func `refuses a body that is not the model's`(body: String) {
        #expect(refused(body) == .invalidRequest)
    }

    @Test(arguments: [
        "\"MaxResults\":0", "\"MaxResults\":101", "\"NextToken\":\"\"",
        "\"Sort\":{\"FieldName\":\"NAME\",\"Order\":\"ASCENDING\"}",
        "\"Sort\":{\"FieldName\":\"CHANNEL\",\"Order\":\"UP\"}",
        "\"SearchCriteria\":{\"Channels\":[\"FAX\"]}",
        "\"SearchCriteria\":{\"InitiationMethods\":[\"MOVE\"]}",
        "\"SearchCriteria\":{\"AgentIds\":[\"\"]}",
        "\"SearchCriteria\":{\"Name\":{\"SearchText\":[\"a\"],\"MatchType\":\"SOME\"}}",
        "\"SearchCriteria\":{\"QueueIds\":[\(String(repeating: "\"q\",", count: 100))\"q\"]}",
        "\"SearchCriteria\":{\"AdditionalTimeRange\":{\"MatchType\":\"MATCH_ALL\",\"Criteria\":"
            + "[{\"TimestampCondition\":{\"Type\":\"DISCONNECT_TIMESTAMP\","
            + "\"ConditionType\":\"EXISTS\"}}]}}",
    ])
    func `refuses what breaks a bound or an enumeration`(member: String) {
        #expect(
            refused("{\"InstanceId\":\"I\",\"TimeRange\":R,\(member)}") == .invalidParameter)
    }

    @Test(arguments: [
        "AgentHierarchyGroups", "ContactAnalysis", "RoutingCriteria",
        "SearchableSegmentAttributes", "ActiveRegions", "ContactStates", "queueIds",
    ])
    func `refuses a filter that it does not answer to`(filter: String) {
        let body = "{\"InstanceId\":\"I\",\"TimeRange\":R,\"SearchCriteria\":{\"\(filter)\":{}}}"
        #expect(refused(body) == .invalidRequest)
        #expect(refused(body.replacing("{}", with: "null")) == nil)
    }

    @Test(arguments: [
        (-8 * 7 * 86_400 - 1, 0, true), (-8 * 7 * 86_400, 0, false), (1, 0, true), (0, 0, false),
    ])
    func `refuses a time range of more than eight weeks or backwards`(
        start: Int, end: Int, isRefused: Bool
    ) {
        let range = """
            {"Type":"ENQUEUE_TIMESTAMP","StartTime":\(Self.now + start),"EndTime":\(Self.now + end)}
            """
        let body = "{\"InstanceId\":\"I\",\"TimeRange\":\(range)}"
        #expect(refused(body) == (isRefused ? .invalidRequest : nil))
    }

    @Test(arguments: [
        "{}",
        "{\"TimeRange\":R,\"TimestampCondition\":{\"Type\":\"DISCONNECT_TIMESTAMP\","
            + "\"ConditionType\":\"NOT_EXISTS\"}}",
    ])
    func `wants one thing of each further time criterion`(criterion: String) {
        let body =
            "{\"InstanceId\":\"I\",\"TimeRange\":R,\"SearchCriteria\":{\"AdditionalTimeRange\":"
            + "{\"MatchType\":\"MATCH_ANY\",\"Criteria\":[\(criterion)]}}}"
        #expect(refused(body) == .invalidRequest)
    }

    @Test func `wants the same search with the token of a page`() throws {
        var service = Service()
        let own = "{\"InstanceId\":\"\(service.instance)\",\"TimeRange\":\(Self.range),"
        let token = try service.search("\(own)\"MaxResults\":1}").read(ListAnswer.self).NextToken
        let next = "\"NextToken\":\"\(try #require(token))\"}"
        #expect(service.search("\(own)\"MaxResults\":50,\(next)").status == 200)
        let other = "\(own)\"SearchCriteria\":{\"Channels\":[\"TASK\"]},\(next)"
        #expect(service.search(other).exception == .invalidRequest)
    }

    @Test func `searches no instance that there is not`() {
        #expect(
            refused("{\"InstanceId\":\"nobody\",\"TimeRange\":R}") == .resourceNotFound)
        let long = String(repeating: "i", count: 101)
        #expect(refused("{\"InstanceId\":\"\(long)\",\"TimeRange\":R}") == .invalidParameter)
    }
}
