import FoundationEssentials
package import TransferCore

/// Reads the answers of the operations, a 2xx each: any other is a ``TransferFailure`` already.
///
/// Members that are unknown, missing or of another type than expected are passed over: the service
/// adds members at any time, and DescribeContact's page calls its answer a preview. But a list or
/// its token of another type is no list at all: half of the queues must not be taken for all.
package enum AnswerDecoding {
    /// Reads the answer of TransferContact.
    ///
    /// A 200 that cannot be read took effect all the same, so that the failure says: look it up.
    package static func acceptedTransfer(
        _ response: HTTPResponse
    ) throws(TransferFailure) -> AcceptedTransfer {
        guard let id = plainContact(response) ?? members(response)?.id(ContactID.self, "ContactId")
        else { throw unreadable(response, "the new contact's id", advice: .lookUp) }
        return AcceptedTransfer(newContact: id)
    }

    /// Reads the answer of DescribeContact.
    package static func contactState(
        _ response: HTTPResponse
    ) throws(TransferFailure) -> ContactState {
        var state = try thing("Contact", response, "the contact") { ContactState($0) }
        state.saidAt = response.headers["date"].flatMap(Timestamp.init(httpDate:))
        return state
    }

    /// Reads one page of ListAssociatedContacts, of which nothing may be passed over: what is not
    /// found there is taken for not transferred.
    package static func associatedContacts(
        _ response: HTTPResponse
    ) throws(TransferFailure) -> Page<AssociatedContact> {
        let list = "ContactSummaryList"
        let page = try page(list, response, "the contacts") { AssociatedContact($0) }
        // A page without items may have a next one, and then needs no list either.
        let count = members(response)?.count(of: list) ?? (page.next == nil ? nil : 0)
        guard count == page.items.count else {
            throw unreadable(response, "the contacts", advice: .retry(mayHaveTakenEffect: true))
        }
        return page
    }

    /// Reads one page of SearchContacts.
    package static func foundContacts(
        _ response: HTTPResponse
    ) throws(TransferFailure) -> Page<FoundContact> {
        try page("Contacts", response, "the contacts") { FoundContact($0) }
    }

    /// Reads one page of ListQueues.
    package static func queues(
        _ response: HTTPResponse
    ) throws(TransferFailure) -> Page<Queue> {
        try page("QueueSummaryList", response, "the queues") { Queue($0, or: nil) }
    }

    /// Reads the answer of DescribeQueue, which may leave out the id that was asked for.
    package static func queue(
        _ response: HTTPResponse, asked: QueueID
    ) throws(TransferFailure) -> Queue {
        try thing("Queue", response, "the queue") { Queue($0, or: asked) }
    }

    /// Reads one page of ListUsers.
    package static func users(_ response: HTTPResponse) throws(TransferFailure) -> Page<User> {
        try page("UserSummaryList", response, "the users") { User($0, or: nil) }
    }

    /// Reads the answer of DescribeUser, which may leave out the id that was asked for.
    package static func user(
        _ response: HTTPResponse, asked: UserID
    ) throws(TransferFailure) -> User {
        try thing("User", response, "the user") { User($0, or: asked) }
    }

    /// Reads one page of ListContactFlows.
    package static func contactFlows(
        _ response: HTTPResponse
    ) throws(TransferFailure) -> Page<ContactFlow> {
        try page("ContactFlowSummaryList", response, "the contact flows") {
            ContactFlow($0, or: nil)
        }
    }

    /// Reads the answer of DescribeContactFlow, which may leave out the id that was asked for.
    package static func contactFlow(
        _ response: HTTPResponse, asked: ContactFlowID
    ) throws(TransferFailure) -> ContactFlow {
        try thing("ContactFlow", response, "the contact flow") { ContactFlow($0, or: asked) }
    }

    /// Reads one page of ListInstances.
    package static func instances(
        _ response: HTTPResponse
    ) throws(TransferFailure) -> Page<Instance> {
        try page("InstanceSummaryList", response, "the instances") { Instance($0, or: nil) }
    }

    /// Reads the answer of DescribeInstance, which may leave out the id that was asked for.
    package static func instance(
        _ response: HTTPResponse, asked: InstanceID
    ) throws(TransferFailure) -> Instance {
        try thing("Instance", response, "the instance") { Instance($0, or: asked) }
    }

    /// Reads the answer of Service Quotas' GetServiceQuota: calls a second, as many as `--rate` takes.
    package static func ratePerSecond(
        _ response: HTTPResponse
    ) throws(TransferFailure) -> Double {
        try thing("Quota", response, "the quota") { quota in
            guard let value = quota.number("Value") else { return nil }
            // Rates of Connect name no period: they are by the second.
            let period = quota.members("Period")
            let unit = period?.text("PeriodUnit").map { secondsOfUnit[$0] } ?? 1
            guard let unit else { return nil }
            let rate = value / (unit * (period?.number("PeriodValue") ?? 1))
            return (0.001...100_000).contains(rate) ? rate : nil
        }
    }

    private static let secondsOfUnit: [String: Double] = [
        "MICROSECOND": 1e-6, "MILLISECOND": 1e-3, "SECOND": 1, "MINUTE": 60, "HOUR": 3600,
        "DAY": 86_400, "WEEK": 604_800,
    ]

    /// Reads the one thing of an answer; `nil` of `read` is a thing that cannot be read.
    private static func thing<Thing>(
        _ name: String, _ response: HTTPResponse, _ subject: String, _ read: (Members) -> Thing?
    ) throws(TransferFailure) -> Thing {
        guard let thing = members(response)?.members(name).flatMap(read) else {
            throw unreadable(response, subject, advice: .retry(mayHaveTakenEffect: true))
        }
        return thing
    }

    /// Reads a page; `nil` of `read` is an item that nothing could be named by, and is left out.
    private static func page<Item>(
        _ name: String, _ response: HTTPResponse, _ subject: String, _ read: (Members) -> Item?
    ) throws(TransferFailure) -> Page<Item> {
        guard let page = members(response), !page.isMistyped(name, as: [Members.Element].self),
            !page.isMistyped("NextToken", as: String.self)
        else {
            throw unreadable(response, subject, advice: .retry(mayHaveTakenEffect: true))
        }
        let next = page.text("NextToken")
        return Page(
            page.list(name).compactMap(read), next: next == "" ? nil : next,
            total: page.number("TotalCount").flatMap { Int(exactly: $0) })
    }

    /// The contact's id where the answer is spelled as the service spells it.
    private static func plainContact(_ response: HTTPResponse) -> ContactID? {
        guard response.bodyProblem == nil else { return nil }
        return PlainTexts(response.body)?["ContactId"].flatMap { text in try? ContactID(text) }
    }

    private static func members(_ response: HTTPResponse) -> Members? {
        guard response.bodyProblem == nil else { return nil }
        return try? JSONDecoder().decode(Members.self, from: Data(response.body))
    }

    private static func unreadable(
        _ response: HTTPResponse, _ what: String, advice: TransferFailure.Advice
    ) -> TransferFailure {
        let why = response.bodyProblem.map { ": \($0)" } ?? ""
        return TransferFailure(
            code: "UnreadableAnswer",
            message:
                "\(response.server) answered HTTP \(response.status), but \(what) could not be read "
                + "from the answer\(why).",
            httpStatus: response.status, requestID: response.requestID, advice: advice)
    }
}
