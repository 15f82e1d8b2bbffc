import ConnectSimulator
import Testing

/// How a path is taken apart.
struct PathTemplateTests {
    private let template: PathTemplate = "/contacts/{InstanceId}/{ContactId}"

    @Test func `decodes labels after it has split the path`() {
        #expect(
            template.labels(in: "/contacts/arn%3Aaws%3Aaaa/c%201%2F%C3%A9")
                == ["InstanceId": "arn:aws:aaa", "ContactId": "c 1/é"])
    }

    @Test(arguments: [
        "", "/", "/contacts", "/contacts/i", "/contacts/i/", "/contacts//c", "/contacts/i/c/d",
        "/contact/i/c", "contacts/i/c", "/contacts/i/%", "/contacts/i/%4", "/contacts/i/%FF",
    ])
    func `matches no other path`(path: String) {
        #expect(template.labels(in: path[...]) == nil)
    }

    @Test func `finds each operation at its method and path`() {
        let paths = [
            "POST /contact/transfer": OperationName.transferContact,
            "GET /contacts/i/c": .describeContact,
            "GET /contact/associated/i": .listAssociatedContacts,
            "POST /search-contacts": .searchContacts,
            "GET /queues-summary/i": .listQueues,
            "GET /users-summary/i": .listUsers,
            "GET /contact-flows-summary/i": .listContactFlows,
            "GET /queues/i/q": .describeQueue,
            "GET /users/i/u": .describeUser,
            "GET /contact-flows/i/f": .describeContactFlow,
            "GET /instance": .listInstances,
            "GET /instance/i": .describeInstance,
            "POST /contact/stop": .stopContact,
            "POST /contacts/i/c/associate-user": .associateContactWithUser,
        ]
        #expect(Set(paths.values) == Set(OperationName.allCases))
        for (path, name) in paths {
            let words = path.split(separator: " ")
            let found = Operation.matching(method: String(words[0]), path: words[1])
            #expect(found?.operation.name == name)
        }
        for path in ["/contact/transfer", "/queues/i", "/instance/i/j", "/instances", "/", ""] {
            #expect(Operation.matching(method: "GET", path: path[...]) == nil)
        }
    }
}
