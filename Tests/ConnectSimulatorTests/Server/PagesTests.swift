import ConnectSimulator
import Testing

/// ListAssociatedContacts, page after page.
struct PagesTests {
    let world = smallWorld()

    private func list(_ query: String) -> Call {
        Call.get("/contact/associated/\(world.instance.text)?\(query)").signed()
    }

    @Test func `gives every contact of a tree once, and no token after the last page`() async throws
    {
        let contact = try #require(world.contacts.first { !$0.earlier.isEmpty })
        var ids: [String] = []
        try await withSimulator(unlimited()) { _, port in
            ids = try await HTTPConnection.open(toPort: port) { connection in
                var ids: [String] = []
                var token: String? = ""
                while let next = token, ids.count < 100 {
                    let query = "contactId=\(contact.id)&maxResults=5\(next)"
                    let answer = try #require(try await connection.exchange(list(query)))
                    #expect(answer.status == 200)
                    ids += answer.body.values(of: "ContactId")
                    token = answer.body.values(of: "NextToken").first.map {
                        "&nextToken=\($0.percentEncoded)"
                    }
                }
                return ids
            }
        }
        #expect(ids == (contact.earlier + [contact.id]).map(\.text))
    }

    @Test(arguments: [
        "", "maxResults=5", "contactId=c&maxResults=0", "contactId=c&maxResults=101",
        "contactId=c&maxResults=many", "contactId=c&nextToken=mine", "contactId=%", "contactId=",
    ])
    func `refuses a query that breaks the model`(query: String) async throws {
        try await withSimulator(unlimited()) { _, port in
            let answer = try await HTTPConnection.open(toPort: port) {
                try await $0.exchange(list(query))
            }
            #expect(answer?.status == 400)
        }
    }
}

extension String {
    /// As a query carries it: a page token has `+`, `/` and `=`, as base64 does.
    var percentEncoded: String {
        utf8.map { byte in
            let character = Character(Unicode.Scalar(byte))
            guard byte < 128, character.isLetter || character.isNumber else {
                return "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
            return String(character)
        }.joined()
    }

    /// The text values of a JSON member, in order; the simulator's texts here hold no escapes.
    func values(of member: String) -> [String] {
        split(separator: "\"\(member)\":\"").dropFirst().map { String($0.prefix { $0 != "\"" }) }
    }
}
