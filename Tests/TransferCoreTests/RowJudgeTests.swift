import Testing
import TransferCore

struct RowJudgeTests {
    private let contact = "11111111-2222-3333-4444-555555555555"
    private let queue = "aaaaaaaa-2222-3333-4444-555555555555"
    private let instance = "99999999-2222-3333-4444-555555555555"

    private func arn(_ rest: String, region: String = "us-east-1", of instance: String? = nil)
        -> String
    {
        "arn:aws:connect:\(region):123456789012:instance/\(instance ?? self.instance)\(rest)"
    }

    private func judge(
        _ header: String, _ row: String, flowDecides: Bool = false, flow: String? = "flow-1"
    ) throws -> TransferDraft {
        let defaults = RowDefaults(
            instance: InstanceID(valid: instance), flow: flow.map(ContactFlowID.init(valid:)),
            flowDecides: flowDecides, region: "us-east-1")
        let names = try fields(of: header)
        let judge = RowJudge(
            schema: try RowSchema(header: names, defaults: defaults), defaults: defaults)
        var result: Result<TransferDraft, any Error>?
        var parser = CSVParser(delimiter: UInt8(ascii: ","))
        let take = { (record: borrowing CSVRecord) in
            do { result = .success(try judge.judge(record)) } catch { result = .failure(error) }
        }
        try parser.parse(Array(row.utf8).span, take)
        try parser.finish(take)
        return try #require(result).get()
    }

    private func codes(
        _ header: String, _ row: String, flowDecides: Bool = false, flow: String? = "flow-1"
    ) -> [RowCode] {
        do {
            _ = try judge(header, row, flowDecides: flowDecides, flow: flow)
            return []
        } catch {
            return (error as? RowProblems)?.all.map(\.code) ?? []
        }
    }

    @Test func `reads a row by ids`() throws {
        let draft = try judge("ContactId,QueueId,Note", "c-1,q-1,hello")
        #expect(draft.contact.text == "c-1")
        #expect(draft.destination == .queue(QueueID(valid: "q-1")))
        #expect(draft.flow.text == "flow-1")
        #expect(draft.instance.text == instance)
        #expect(draft.mustBeAt == nil)
        #expect(draft.tokenOverride == nil)
    }

    @Test func `matches column names without regard to case, spaces, underscores and hyphens`()
        throws
    {
        let draft = try judge(
            "contact id,USER_ID,Contact-Flow-Id,expected queue id,client_token",
            "c-1,u-1,f-9,q-7,mine")
        #expect(draft.destination == .user(UserID(valid: "u-1")))
        #expect(draft.flow.text == "f-9")
        #expect(draft.mustBeAt == .queue(QueueID(valid: "q-7")))
        #expect(draft.tokenOverride?.text == "mine")
    }

    @Test func `takes ids out of ARNs of the row's own instance`() throws {
        let row = "\(arn("/contact/c-1")),\(arn("/agent/u-1")),\(arn("/contact-flow/f-1"))"
        let draft = try judge("ContactId,UserId,ContactFlowId", row)
        #expect(draft.contact.text == "c-1")
        #expect(draft.destination == .user(UserID(valid: "u-1")))
        #expect(draft.flow.text == "f-1")
    }

    @Test func `refuses ARNs of another instance, Region, kind or service`() {
        let header = "ContactId,QueueId"
        #expect(codes(header, "c-1,\(arn("/queue/q", of: "other"))") == [.foreignARN])
        #expect(codes(header, "c-1,\(arn("/queue/q", region: "eu-west-2"))") == [.foreignARN])
        #expect(codes(header, "c-1,\(arn("/agent/u"))") == [.foreignARN])
        #expect(codes(header, "c-1,arn:aws:sqs:us-east-1:1:q") == [.foreignARN])
        #expect(codes("ContactId,InstanceId", "c-1,\(arn("/queue/q"))") == [.foreignARN])
    }

    @Test func `takes an id in a name column, and says that names are not looked up yet`() throws {
        let draft = try judge("ContactId,Queue", "c-1,\(queue)")
        #expect(draft.destination == .queue(QueueID(valid: queue)))
        #expect(codes("ContactId,Queue", "c-1,Billing") == [.nameNotResolved])
    }

    @Test func `refuses two destinations, and none where the input has such a column`() throws {
        #expect(codes("ContactId,QueueId,UserId", "c-1,q-1,u-1") == [.bothDestinations])
        #expect(codes("ContactId,QueueId,UserId", "c-1,,") == [.noDestination])
        #expect(codes("ContactId,QueueId,UserId", "c-1,,", flowDecides: true) == [])
        #expect(try judge("ContactId", "c-1").destination == .flowDecides)
    }

    @Test func `refuses two guards`() {
        #expect(
            codes("ContactId,ExpectedQueueId,ExpectedUserId", "c-1,q-1,u-1") == [.bothGuards])
    }

    @Test func `names every problem of a row`() {
        #expect(
            codes("ContactId,ContactFlowId,QueueId", ",,bad id", flow: nil) == [
                .missingValue, .missingValue, .invalidID,
            ])
    }

    @Test func `holds ids to the service's lengths and to visible ASCII`() {
        let long = { String(repeating: "x", count: $0) }
        #expect(codes("ContactId", long(256)) == [])
        #expect(codes("ContactId", long(257)) == [.invalidID])
        #expect(codes("ContactId,ContactFlowId", "c,\(long(500))") == [])
        #expect(codes("ContactId,ContactFlowId", "c,\(long(501))") == [.invalidID])
        #expect(codes("ContactId,ClientToken", "c,\(long(501))") == [.invalidID])
        #expect(codes("ContactId", "a b") == [.invalidID])
        #expect(codes("ContactId", "\u{201C}c\u{201D}") == [.invalidID])
        #expect(codes("ContactId", " c-1\t") == [])
    }

    @Test func `refuses rows with more or fewer fields than the header`() {
        #expect(codes("ContactId,QueueId", "c-1") == [.fieldCount])
        #expect(codes("ContactId,QueueId", "c-1,q-1,more") == [.fieldCount])
    }

    @Test func `refuses headers that no row can be judged by, and offers the nearest name`() {
        let sentence = { (names: [String], defaults: RowDefaults) -> String? in
            do throws(HeaderError) {
                _ = try RowSchema(header: names, defaults: defaults)
                return nil
            } catch {
                return error.sentence
            }
        }
        let full = RowDefaults(
            instance: InstanceID(valid: "i"), flow: ContactFlowID(valid: "f"))
        #expect(sentence(["ContactId"], full) == nil)
        #expect(sentence(["ContactId"], RowDefaults())?.contains("--contact-flow") == true)
        #expect(sentence(["ContactId", "Contact_ID"], full)?.contains("columns 1 and 2") == true)
        #expect(sentence(["ContatId", "x"], full)?.contains("'ContatId'") == true)
        #expect(
            sentence(["ContactId"], RowDefaults(flow: ContactFlowID(valid: "f")))?
                .contains("--instance") == true)
    }
}

struct IdentifierTests {
    @Test func `gives a row the same token whenever it is asked`() throws {
        let job = try #require(JobID("0123456789abcdef"))
        #expect(ClientToken(job: job, row: 812).text == "baton-0123456789ab-812")
        #expect(ClientToken(job: job, row: 812) == ClientToken(job: job, row: 812))
        #expect(ClientToken(job: job, row: 812) != ClientToken(job: job, row: 813))
        #expect(JobID("0123") == nil)
        #expect(JobID("0123456789AB") == nil)
    }

    @Test func `parses ARNs of the service and nothing else`() {
        let arn = ConnectARN("arn:aws-us-gov:connect:us-gov-west-1:1:instance/I/queue/Q")
        #expect(arn?.partition == "aws-us-gov")
        #expect(arn?.kind == "queue")
        #expect(arn?.id == "Q")
        #expect(ConnectARN("arn:aws:connect:us-east-1:1:instance/I")?.instance == "I")
        #expect(ConnectARN("arn:aws:connect:us-east-1:1:instance/I/queue") == nil)
        #expect(ConnectARN("arn:aws:connect::1:instance/I") == nil)
        #expect(ConnectARN("I") == nil)
    }
}
