import FoundationEssentials
import Subprocess
import Synchronization
import TestSupport

/// A Connect on a socket that takes every transfer, once for each token, and whose answers a test
/// spoils on their way back.
final class ScriptedConnect: Sendable {
    /// How often a contact was asked for before, and what a whole answer would be.
    typealias Spoiling = @Sendable (_ before: Int, _ body: String) -> ScriptedServer.Step

    fileprivate struct State {
        /// By contact: the token of each call that came.
        var calls: [String: [String]] = [:]
        /// By contact and token: the new contact.
        var effects: [String: [String: String]] = [:]
        /// No two of one contact.
        var contacts = 0
    }

    /// Shared with the server's closure.
    fileprivate final class Book: Sendable {
        let state = Mutex(State())
    }

    let server: ScriptedServer
    private let book: Book

    /// - Parameter takesEffect: false where no transfer ever arrives at what would do it.
    init(takesEffect: Bool = true, _ spoil: @escaping Spoiling) throws {
        let book = Book()
        self.book = book
        server = try ScriptedServer(
            .route { request in
                let words = request.requestLine.split(separator: " ")
                if words.first == "GET" {
                    let path = String(words[1])
                    return .send(whole(thing(path) ?? book.associated(path)))
                }
                guard let (before, id) = book.transfer(request.body, takesEffect) else {
                    return .send(whole("{}"))
                }
                return spoil(before, #"{"ContactId":"\#(id)","ContactArn":"arn:aws:connect:x"}"#)
            })
    }

    /// How often each contact was transferred.
    var effects: [String: Int] { book.state.withLock { $0.effects.mapValues(\.count) } }
    /// How often each contact was asked for.
    var calls: [String: Int] { book.state.withLock { $0.calls.mapValues(\.count) } }

    /// Writes an input of so many rows, and gives the arguments of `baton run` for it.
    func run(_ rows: Int, in program: Program, _ more: String...) -> [String] {
        let flow = "c0a4a9d2-7a0b-4a8f-bb8d-3f8f5f0c8e7d"
        let lines = (0..<rows).map {
            "\(1000 + $0)0000-7e1b-4a52-8ed3-2f8e7c5a9b10,\(queue),\(flow)"
        }
        program.directory.write(
            (["ContactId,QueueId,ContactFlowId"] + lines).joined(separator: "\n"),
            to: "contacts.csv")
        return [
            "run", "contacts.csv", "--instance", "5a0cd6ac-6bcd-4d1c-9d0b-59a1d1f6f2f1",
            "--region", "us-east-1", "--endpoint-url", server.url, "--rate", "100", "--yes",
        ] + more
    }
}

private let queue = "9d1e6d53-2e0a-4b3d-9a53-0f4f6c1d2b3a"

/// A queue, flow or contact that is there and in use, whatever its id; nil for other paths.
///
/// What a transfer made begins with a 2, and is where that was to bring it.
private func thing(_ path: String) -> String? {
    let parts = path.split(separator: "/")
    switch parts.first {
    case "queues": return #"{"Queue":{"QueueId":"\#(parts[2])","Status":"ENABLED"}}"#
    case "contact-flows":
        return #"{"ContactFlow":{"Id":"\#(parts[2])","Type":"CONTACT_FLOW","State":"ACTIVE"}}"#
    case "contacts":
        let place = parts[2].hasPrefix("2") ? #","QueueInfo":{"Id":"\#(queue)"}"# : ""
        return #"{"Contact":{"Id":"\#(parts[2])","Channel":"TASK"\#(place)}}"#
    default: return nil
    }
}

extension ScriptedConnect.Book {
    /// How often this contact was asked for before, and the new contact.
    func transfer(_ body: String, _ takesEffect: Bool) -> (before: Int, id: String)? {
        let call = try? JSONDecoder().decode([String: String].self, from: Data(body.utf8))
        guard let contact = call?["ContactId"], let token = call?["ClientToken"] else { return nil }
        return state.withLock { state in
            let before = state.calls[contact, default: []].count
            state.calls[contact, default: []].append(token)
            guard takesEffect else { return (before, "none") }
            if let known = state.effects[contact]?[token] {
                return (before, known)
            }
            state.contacts += 1
            let id = "\(2000 + state.contacts)0000-7e1b-4a52-8ed3-2f8e7c5a9b10"
            state.effects[contact, default: [:]][token] = id
            return (before, id)
        }
    }

    /// The contacts that came from the one that a path's query names.
    func associated(_ path: String) -> String {
        let contact = state.withLock { state in
            state.effects.first { path.contains("contactId=\($0.key)") }
        }
        let now = Date().timeIntervalSince1970
        let list = (contact?.value.values).map { ids in
            ids.map {
                #"{"ContactId":"\#($0)","PreviousContactId":"\#(contact?.key ?? "")","#
                    + #""InitiationTimestamp":\#(now)}"#
            }
        }
        return #"{"ContactSummaryList":[\#((list ?? []).joined(separator: ","))]}"#
    }
}

/// An answer that comes whole.
func whole(_ body: String) -> String {
    "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
}

extension Program {
    /// In a folder of its own, with keys that are nobody's.
    static func withKeys() -> Program {
        var program = Program(in: TemporaryDirectory())
        program.environment["AWS_ACCESS_KEY_ID"] = "AKIDEXAMPLE"
        program.environment["AWS_SECRET_ACCESS_KEY"] = "no-secret-of-anybody"
        return program
    }
}
