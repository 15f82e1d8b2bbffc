import ConnectSimulator
import Testing

/// What TransferContact takes for a body.
struct BodyTests {
    private let members = "\"InstanceId\":\"i\",\"ContactId\":\"c\",\"ContactFlowId\":\"f\""

    private func read(_ json: String) throws(Refusal) -> TransferParameters {
        try TransferParameters(json: Array(json.utf8))
    }

    @Test func `reads all members, and passes over null and unknown ones`() throws {
        let parameters = try read(
            "{\(members),\"QueueId\":\"q\",\"UserId\":null,\"ClientToken\":\"t\",\"New\":{\"a\":[1]}}"
        )
        #expect(
            parameters
                == TransferParameters(
                    instance: "i", contact: "c", flow: "f", destination: .queue("q"), token: "t"))
        #expect(try read("{\(members)}").destination == .flowDecides)
        #expect(try read("{\(members),\"UserId\":\"u\"}").destination == .user("u"))
    }

    @Test(arguments: [
        "", "nothing", "[]", "\"text\"", "{",
        "{\"ContactId\":\"c\",\"ContactFlowId\":\"f\"}",
        "{\"InstanceId\":\"i\",\"ContactFlowId\":\"f\"}",
        "{\"InstanceId\":\"i\",\"ContactId\":\"c\"}",
        "{\"InstanceId\":\"\",\"ContactId\":\"c\",\"ContactFlowId\":\"f\"}",
        "{\"InstanceId\":\"i\",\"ContactId\":\"\",\"ContactFlowId\":\"f\"}",
        "{\"InstanceId\":1,\"ContactId\":\"c\",\"ContactFlowId\":\"f\"}",
        "{\"InstanceId\":\"i\",\"ContactId\":[\"c\"],\"ContactFlowId\":\"f\"}",
        "{\"InstanceId\":\"i\",\"ContactId\":\"c\",\"ContactFlowId\":\"f\",\"QueueId\":true}",
        "{\"InstanceId\":\"i\",\"ContactId\":\"c\",\"ContactFlowId\":\"f\",\"UserId\":\"\"}",
        "{\"InstanceId\":\"i\",\"ContactId\":\"c\",\"ContactFlowId\":\"f\",\"ClientToken\":{}}",
    ])
    func `refuses a body that breaks the model`(body: String) {
        #expect(exception { () throws(Refusal) in _ = try read(body) } == .invalidRequest)
    }

    @Test func `never takes both queue and user`() {
        let body = "{\(members),\"QueueId\":\"q\",\"UserId\":\"u\"}"
        #expect(exception { () throws(Refusal) in _ = try read(body) } == .invalidRequest)
    }

    @Test(arguments: [
        ("InstanceId", 100), ("ContactId", 256), ("ContactFlowId", 500), ("UserId", 256),
        ("ClientToken", 500),
    ])
    func `holds each member to its length`(name: String, longest: Int) {
        func refused(_ length: Int) -> Exception? {
            var values = ["InstanceId": "i", "ContactId": "c", "ContactFlowId": "f"]
            // Two bytes each: it is characters that the model counts.
            values[name] = String(repeating: "é", count: length)
            let body = values.map { "\"\($0)\":\"\($1)\"" }.joined(separator: ",")
            return exception { () throws(Refusal) in _ = try read("{\(body)}") }
        }
        #expect(refused(longest) == nil)
        #expect(refused(longest + 1) == .invalidRequest)
    }
}
