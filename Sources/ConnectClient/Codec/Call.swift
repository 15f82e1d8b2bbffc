import AWSSigning
import FoundationEssentials
import TransferCore

/// A call of a service, as it goes onto the wire.
struct Call: Sendable {
    let method: String
    /// Encoded, with its leading slash.
    let path: String
    /// Encoded; empty where there is none.
    var query = ""
    /// Beside `Host`, `User-Agent` and those of the signature.
    var headers: [SignableRequest.Header] = []
    var body: [UInt8]?
    /// A conflict (409) leaves open whether the call took effect: only a look can tell.
    var looksUpConflicts = false
    /// What of headers and body no message may repeat, beside what the signature is made with.
    var secrets: [String] = []

    /// `POST /contact/transfer`, all members in the body.
    static func transfer(_ request: TransferRequest) throws(TransferFailure) -> Call {
        let encoder = JSONEncoder()
        // One spelling for one request, so that two attempts can be compared byte by byte.
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            let body = try encoder.encode(TransferBody(request))
            return Call(
                method: "POST", path: "/contact/transfer",
                headers: [("Content-Type", "application/json")], body: Array(body),
                looksUpConflicts: true)
        } catch {
            throw TransferFailure(
                code: "RequestNotEncodable",
                message: "The request for contact \(request.contact) cannot be written as JSON: "
                    + "\(error)", advice: .permanent)
        }
    }

    /// `GET /contacts/{InstanceId}/{ContactId}`.
    static func describe(_ contact: ContactID, in instance: InstanceID) -> Call {
        Call(
            method: "GET",
            path: "/contacts/\(segment(instance.text))/\(segment(contact.text))")
    }

    /// `GET /contact/associated/{InstanceId}`, one page.
    static func associated(
        with contact: ContactID, in instance: InstanceID, after token: String?
    ) -> Call {
        var query = "contactId=\(PercentEncoding.encoded(contact.text))&maxResults=\(resultsMax)"
        if let token { query += "&nextToken=\(PercentEncoding.encoded(token))" }
        return Call(
            method: "GET", path: "/contact/associated/\(segment(instance.text))", query: query)
    }

    /// The most that the service's model allows for one page.
    private static let resultsMax = 100

    /// An id as one path segment; an id of dots alone must not become a step up the path.
    private static func segment(_ id: String) -> String {
        let encoded = PercentEncoding.encoded(id)
        return id == "." || id == ".." ? encoded.replacing(".", with: "%2E") : encoded
    }
}

/// The members of TransferContact's body, by the service's names.
private struct TransferBody: Encodable {
    let instanceID: String
    let contactID: String
    let contactFlowID: String
    let clientToken: String
    var queueID: String?
    var userID: String?

    init(_ request: TransferRequest) {
        instanceID = request.instance.text
        contactID = request.contact.text
        contactFlowID = request.flow.text
        clientToken = request.token.text
        switch request.destination {
        case .queue(let id): queueID = id.text
        case .user(let id): userID = id.text
        case .flowDecides: break
        }
    }

    private enum CodingKeys: String, CodingKey {
        case instanceID = "InstanceId"
        case contactID = "ContactId"
        case contactFlowID = "ContactFlowId"
        case clientToken = "ClientToken"
        case queueID = "QueueId"
        case userID = "UserId"
    }
}
