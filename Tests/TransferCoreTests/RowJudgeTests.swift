import TestSupport
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

    /// What a row came to.
    private struct Judged {
        var contact: String
        var route: Route
        var token: String?
        var notices: [RowCode]
        var destination: Place? { route.destination }
    }

    private func defaults(flowDecides: Bool = false, flow: String? = "flow-1") -> RowDefaults {
        RowDefaults(
            instance: InstanceID(valid: instance),
            flow: flow.map { .id(ContactFlowID(valid: $0)) }, flowDecides: flowDecides,
            region: "us-east-1", account: "123456789012")
    }

    private func judge(
        _ header: String, _ row: String, flowDecides: Bool = false, flow: String? = "flow-1"
    ) throws -> Judged {
        let rows = try judge(header, [row], defaults(flowDecides: flowDecides, flow: flow))
        return try #require(rows.first).get()
    }

    private func judge(
        _ header: String, _ rows: [String], _ defaults: RowDefaults
    ) throws -> [Result<Judged, RowProblems>] {
        var judge = RowJudge(
            schema: try RowSchema(header: try fields(of: header), defaults: defaults),
            defaults: defaults)
        var routes: [NewRoute] = []
        var judged: [Result<Judged, RowProblems>] = []
        var parser = CSVParser(delimiter: UInt8(ascii: ","))
        let take = { (record: borrowing CSVRecord) in
            do throws(RowProblems) {
                let row = try judge.judge(record, newRoutes: &routes)
                let contact =
                    switch row.contact {
                    case .apart(let text): text
                    case .inRecord(let start):
                        String(
                            decoding: record.raw[start..<start + ContactPlace.idBytes],
                            as: UTF8.self)
                    }
                guard let route = routes.first(where: { $0.number == row.route })?.route else {
                    Issue.record("route \(row.route) was not announced")
                    return
                }
                judged.append(
                    .success(
                        Judged(
                            contact: contact, route: route, token: row.token?.text,
                            notices: row.notices.map(\.code))))
            } catch {
                judged.append(.failure(error))
            }
        }
        try parser.parse(Array(rows.joined(separator: "\n").utf8).span, take)
        try parser.finish(take)
        return judged
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
        let row = try judge("ContactId,QueueId,Note", "c-1,q-1,hello")
        #expect(row.contact == "c-1")
        #expect(row.destination == .queue(.id(QueueID(valid: "q-1"))))
        #expect(row.route.flow == .id(ContactFlowID(valid: "flow-1")))
        #expect(row.route.instance.text == instance)
        #expect(row.route.mustBeAt == nil)
        #expect(row.token == nil)
    }

    @Test func `matches column names without regard to case, spaces, underscores and hyphens`()
        throws
    {
        let row = try judge(
            "contact id,USER_ID,Contact-Flow-Id,\"expected queue id\",client_token",
            "c-1,u-1,f-9,q-7,mine")
        #expect(row.destination == .user(.id(UserID(valid: "u-1"))))
        #expect(row.route.flow == .id(ContactFlowID(valid: "f-9")))
        #expect(row.route.mustBeAt == .queue(.id(QueueID(valid: "q-7"))))
        #expect(row.token == "mine")
    }

    @Test func `takes ids out of ARNs of the row's own instance`() throws {
        let row = "\(arn("/contact/c-1")),\(arn("/agent/u-1")),\(arn("/contact-flow/f-1"))"
        let judged = try judge("ContactId,UserId,ContactFlowId", row)
        #expect(judged.contact == "c-1")
        #expect(judged.destination == .user(.id(UserID(valid: "u-1"))))
        #expect(judged.route.flow == .id(ContactFlowID(valid: "f-1")))
    }

    @Test func `judges a thousand rows as it judges each alone`() throws {
        var rng = SplitMix64(seed: 11)
        let header = "ContactId,QueueId,ExpectedUserId,ClientToken,Note"
        let ids = (0..<3).map { "\($0)aaaaaaa-2222-3333-4444-55555555555\($0)" }
        let pieces =
            ids + ["", " ", "q-1", "\"\(ids[0])\"", "\"a\"\"b\"", "=1+1", "\u{A0}\(ids[1])"]
        let rows = (0..<1000).map { _ in
            (0..<5 - Int.random(in: 0...19, using: &rng) / 19).map { _ in
                pieces.randomElement(using: &rng) ?? ""
            }.joined(separator: ",")
        }
        let together = try judge(header, rows, defaults())
        #expect(together.count == rows.count)
        for (row, judged) in zip(rows, together) {
            let alone = try judge(header, [row], defaults()).first
            switch (judged, alone) {
            case (.success(let a), .success(let b)):
                #expect(a.contact == b.contact && a.route == b.route && a.token == b.token)
                #expect(a.notices == b.notices, "\(row)")
            case (.failure(let a), .failure(let b)): #expect(a == b, "\(row)")
            default: Issue.record("\(row): \(judged), alone \(String(describing: alone))")
            }
        }
    }

    @Test func `refuses a control character in a name, whatever stands round it`() throws {
        let id = contact.dropLast()
        let rows = ["\(id)0,a\u{1}b,\"c\"\"\"", "\(id)1,a,\"b\u{1}c\"\"\""]
        for row in try judge("ContactId,Queue,ContactFlow", rows, defaults(flow: nil)) {
            guard case .failure(let problems) = row else {
                Issue.record("\(row)")
                continue
            }
            #expect(problems.all.map(\.code) == [.invalidID])
            #expect(problems.all.first?.message.contains("U+0001") == true)
        }
    }

    @Test func `refuses ARNs of another instance, Region, kind or service`() {
        let header = "ContactId,QueueId"
        #expect(codes(header, "c-1,\(arn("/queue/q", of: "other"))") == [.foreignARN])
        #expect(codes(header, "c-1,\(arn("/queue/q", region: "eu-west-2"))") == [.foreignARN])
        #expect(codes(header, "c-1,\(arn("/agent/u"))") == [.foreignARN])
        #expect(codes(header, "c-1,arn:aws:sqs:us-east-1:1:q") == [.foreignARN])
        #expect(codes("ContactId,InstanceId", "c-1,\(arn("/queue/q"))") == [.foreignARN])
    }

    @Test func `no text makes one route look like another`() throws {
        let id = "aaaaaaaa-2222-3333-4444-555555555555"
        let marks = [";", "\u{A0}", "\"\"", ","]
        for mark in marks {
            let rows = [
                "\(id),\"a\",\"b\(mark)c\"", "\(id),\"a\(mark)b\",\"c\"",
                "\(id),\"a\(mark)b\(mark)c\",\"\"",
            ]
            let judged = try judge("ContactId,Queue,ContactFlow", rows, defaults())
            let names = try judged.map { row in
                let route = try row.get().route
                return "\(route.destination?.queue?.name ?? "-")|\(route.flow.words)"
            }
            #expect(Set(names).count == 3, "\(names)")
        }
    }

    @Test func `refuses ARNs of another account than the job's`() {
        let foreign = arn("/queue/q").replacing("123456789012", with: "999999999999")
        #expect(codes("ContactId,QueueId", "c-1,\(foreign)") == [.foreignARN])
    }

    @Test func `an instance's ARN says where its row goes, and what its other ARNs must be of`()
        throws
    {
        let header = "ContactId,InstanceId,QueueId"
        let abroad = arn("", region: "eu-west-2")
        let queue = arn("/queue/q", region: "eu-west-2")
        let row = try judge(header, "c-1,\(abroad),\(queue)")
        #expect(row.route.home == Home(region: "eu-west-2", account: "123456789012"))
        #expect(row.route.instance.text == instance)
        #expect(codes(header, "c-1,\(abroad),\(arn("/queue/q"))") == [.foreignARN])
        #expect(try judge(header, "c-1,\(arn("")),q").route.home == nil)
        #expect(try judge(header, "c-1,i-2,q").route.home == nil)
        for wrong in ["evil.example/", "EU-WEST-2", "eu_west", "eu west"] {
            #expect(codes(header, "c-1,\(arn("", region: wrong)),q") == [.foreignARN])
        }
        #expect(
            codes(header, "c-1,\(arn("").replacing("123456789012", with: "12345678901x")),q")
                == [.foreignARN])
    }

    @Test func `takes names, and ids in the columns of names`() throws {
        let row = try judge("ContactId,Queue,ContactFlow", "c-1,\(queue),Move to queue")
        #expect(row.destination == .queue(.id(QueueID(valid: queue))))
        #expect(row.route.flow == .name("Move to queue"))
        let guarded = try judge("ContactId,User,ExpectedQueue", "c-1,mara,Claims ")
        #expect(guarded.destination == .user(.name("mara")))
        // A queue can be named so: whether one is, only the directory can tell.
        #expect(guarded.route.mustBeAt == .queue(.name("Claims ")))
        #expect(codes("ContactId,QueueId,Queue", "c-1,q-1,Billing") == [.bothColumns])
        let long = String(repeating: "n", count: 257)
        #expect(codes("ContactId,Queue", "c-1,\(long)") == [.invalidID])
    }

    @Test func `refuses two destinations, and none where the input has such a column`() throws {
        #expect(codes("ContactId,QueueId,UserId", "c-1,q-1,u-1") == [.bothDestinations])
        #expect(codes("ContactId,QueueId,UserId", "c-1,,") == [.noDestination])
        #expect(codes("ContactId,QueueId,UserId", "c-1,,", flowDecides: true) == [])
        #expect(try judge("ContactId", "c-1").destination == nil)
    }

    @Test func `refuses a guard where nothing says where the contact goes`() {
        #expect(codes("ContactId,ExpectedQueueId", "c-1,q-1") == [.guardWithoutDestination])
        #expect(
            codes("ContactId,UserId,ExpectedUserId", "c-1,,u-1", flowDecides: true)
                == [.guardWithoutDestination])
        #expect(codes("ContactId,UserId,ExpectedUserId", "c-1,,", flowDecides: true) == [])
    }

    @Test func `passes over rows that are blank`() {
        #expect(codes("ContactId,QueueId,Note", ",,") == [.blankRow])
        #expect(codes("ContactId,QueueId,Note", " ") == [.blankRow])
        #expect(codes("ContactId,QueueId,Note", "\t,\" \",") == [.blankRow])
        #expect(codes("ContactId,QueueId,Note", ",,x") == [.missingValue, .noDestination])
    }

    @Test(arguments: [
        "1.23E+15", "4,5e+11", "-1E-7", "=\"\"11111111\"\"", "=A1", "#NAME?", "####",
        "\u{201C}c-1\u{201D}", "'c-1", "\u{AB}c-1\u{BB}",
    ])
    func `says what a spreadsheet made of an id`(text: String) {
        #expect(codes("ContactId", "\"\(text)\"") == [.mangledID])
        #expect(codes("ContactId,UserId", "c-1,\"\(text)\"") == [.mangledID])
    }

    @Test(arguments: [
        "11111111-2222-3333-4444-55555555555", "1111111-2222-3333-4444-555555555555",
        "1111111122223333444455555555555g", "11111111-2222-3333-4444-55555555555g",
        "11111111-2222-3333-4444-555555555555-6666", "11111111222233334444555555555555", "4711",
    ])
    func `refuses an id of the wrong shape`(text: String) {
        let isOther = text == "1111111122223333444455555555555g"
        #expect(codes("ContactId", text) == (isOther ? [] : [.invalidID]))
    }

    @Test func `removes spaces that cannot be seen, and says so`() throws {
        let row = try judge(
            "ContactId,QueueId", "\u{FEFF}\(contact)\u{A0},\"\(queue)\u{200B}\n\"")
        #expect(row.contact == contact)
        #expect(row.destination == .queue(.id(QueueID(valid: queue))))
        #expect(row.notices == [.spacesRemoved, .spacesRemoved])
        #expect(try judge("ContactId,QueueId", " \(contact)\t,\(queue)").notices == [])
        #expect(codes("ContactId", "11111111\u{200B}-2222-3333-4444-555555555555") == [.invalidID])
    }

    @Test func `refuses two guards`() {
        #expect(
            codes("ContactId,UserId,ExpectedQueueId,ExpectedUserId", "c-1,u-2,q-1,u-1")
                == [.bothGuards])
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
        #expect(codes("ContactId", "caf\u{E9}") == [.invalidID])
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
            instance: InstanceID(valid: "i"), flow: .id(ContactFlowID(valid: "f")))
        #expect(sentence(["ContactId"], full) == nil)
        #expect(sentence(["ContactId"], RowDefaults())?.contains("--contact-flow") == true)
        #expect(sentence(["ContactId", "Contact_ID"], full)?.contains("columns 1 and 2") == true)
        #expect(sentence(["ContatId", "x"], full)?.contains("'ContatId'") == true)
        #expect(
            sentence(["ContactId"], RowDefaults(flow: .id(ContactFlowID(valid: "f"))))?
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
