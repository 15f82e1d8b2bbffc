import AWSSigning
import ConnectSimulator

/// 2026-11-22T12:00:00Z.
let noon = Moment(seconds: 1_795_348_800)

/// A small world: every kind of contact that must fail is among a few hundred.
func smallWorld(contacts: Int = 300, failingShare: Double = 0.5) -> World {
    var options = WorldOptions()
    options.seed = 7
    options.contacts = contacts
    options.failingShare = failingShare
    return World(options)
}

extension World {
    /// The first row that must succeed.
    var goodRow: WorldRow { get throws { try row { $0.expected == .transferred } } }

    /// The first row that fits.
    func row(where fits: (WorldRow) -> Bool) throws -> WorldRow {
        guard let row = rows.first(where: fits) else { throw Missing(what: "row") }
        return row
    }

    func flowID(_ kind: WorldFlow.Kind) throws -> String {
        guard let flow = flow(kind) else { throw Missing(what: "flow") }
        return flow.id.text
    }

    /// What a client calls for a row.
    func parameters(_ row: WorldRow, token: String? = nil) -> TransferParameters {
        let destination: TransferParameters.Destination =
            switch row.destination {
            case .queue(let id): .queue(id.text)
            case .user(let id): .user(id.text)
            case .flow: .flowDecides
            }
        return TransferParameters(
            instance: instance.text, contact: row.contact.text, flow: row.flow.text,
            destination: destination, token: token)
    }
}

/// A thing that the test's world should have had.
struct Missing: Error {
    let what: String
}

/// The exception of a call that is refused; nil where it is not.
func exception(of call: () throws(Refusal) -> Void) -> Exception? {
    do {
        try call()
        return nil
    } catch {
        return error.exception
    }
}

extension TransferParameters {
    /// The body of TransferContact, written by hand: the simulator's own coder must not check itself.
    var json: String {
        var members = [
            "\"InstanceId\":\"\(instance)\"", "\"ContactId\":\"\(contact)\"",
            "\"ContactFlowId\":\"\(flow)\"",
        ]
        switch destination {
        case .queue(let id): members.append("\"QueueId\":\"\(id)\"")
        case .user(let id): members.append("\"UserId\":\"\(id)\"")
        case .flowDecides: break
        }
        if let token { members.append("\"ClientToken\":\"\(token)\"") }
        return "{\(members.joined(separator: ","))}"
    }
}
