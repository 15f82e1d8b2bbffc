import FoundationEssentials
import Glibc
import TestSupport

/// Another client of a local Connect that looks at no signatures: what is done behind Baton's back.
struct SomebodyElse {
    let port: Int
    let instance: String

    init(_ connect: LocalConnect) {
        port = Int(connect.endpoint.split(separator: ":").last ?? "") ?? 0
        instance = connect.instanceId
    }

    private struct Refused: Error { var answer: String }

    /// Transfers a contact to a queue and returns the new one's id.
    @discardableResult
    func transfer(_ contact: String, to queue: String, by flow: String) throws -> String {
        let answer = try send(
            "POST", "/contact/transfer",
            "{\"InstanceId\":\"\(instance)\",\"ContactId\":\"\(contact)\",\"QueueId\":\"\(queue)\","
                + "\"ContactFlowId\":\"\(flow)\"}")
        return try JSONDecoder().decode(Transferred.self, from: Data(answer.utf8)).ContactId
    }

    func stop(_ contact: String) throws {
        _ = try send(
            "POST", "/contact/stop",
            "{\"InstanceId\":\"\(instance)\",\"ContactId\":\"\(contact)\"}")
    }

    func give(_ contact: String, to user: String) throws {
        _ = try send(
            "POST", "/contacts/\(instance)/\(contact)/associate-user", "{\"UserId\":\"\(user)\"}")
    }

    /// Gives the account another quota of transfers.
    func change(rate: Int, burst: Int) throws {
        _ = try send(
            "POST", "/simulator/quota",
            "{\"operation\":\"TransferContact\",\"rate\":\(rate),\"burst\":\(burst)}")
    }

    /// Lets the role call an operation that it was denied.
    func allow(_ operation: String) throws {
        _ = try send("POST", "/simulator/allow", "{\"operation\":\"\(operation)\"}")
    }

    func forget(_ contact: String) throws {
        _ = try send("POST", "/simulator/forget", "{\"contactId\":\"\(contact)\"}")
    }

    /// The id of the flow that has this name.
    func flow(_ name: String) throws -> String {
        let answer = try send("GET", "/contact-flows-summary/\(instance)?maxResults=1000", "")
        let flows = try JSONDecoder().decode(Flows.self, from: Data(answer.utf8))
        guard let flow = flows.ContactFlowSummaryList.first(where: { $0.Name == name }) else {
            throw Refused(answer: answer)
        }
        return flow.Id
    }

    /// How many calls of an operation were answered with a success.
    func succeeded(_ operation: String) throws -> Int {
        struct Statistics: Decodable {
            struct Operation: Decodable { var succeeded: Int }
            var operations: [String: Operation]
        }
        let answer = try send("GET", "/simulator/stats", "")
        let statistics = try JSONDecoder().decode(Statistics.self, from: Data(answer.utf8))
        return statistics.operations[operation]?.succeeded ?? 0
    }

    /// Waits until so many were: the service's own count is all that tells of it.
    func waitForSucceeded(_ operation: String, _ count: Int) async throws {
        while try succeeded(operation) < count { try await Task.sleep(for: .milliseconds(5)) }
    }

    /// Makes a call and returns the body of its answer, a 200.
    private func send(_ method: String, _ target: String, _ body: String) throws -> String {
        let socket = try connectedSocket(toPort: port)
        defer { close(socket) }
        let request =
            "\(method) \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
            + "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        let bytes = Array(request.utf8)
        guard write(socket, bytes, bytes.count) == bytes.count else {
            throw SocketError(number: errno)
        }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = read(socket, &buffer, buffer.count), count > 0 {
            answer += buffer[..<count]
        }
        let text = String(decoding: answer, as: UTF8.self)
        guard text.hasPrefix("HTTP/1.1 200"), let end = text.firstRange(of: "\r\n\r\n") else {
            throw Refused(answer: text)
        }
        return String(text[end.upperBound...])
    }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
private struct Transferred: Decodable { var ContactId: String }

// swift-format-ignore: AlwaysUseLowerCamelCase
private struct Flows: Decodable {
    struct Flow: Decodable {
        var Id: String
        var Name: String
    }

    var ContactFlowSummaryList: [Flow]
}
