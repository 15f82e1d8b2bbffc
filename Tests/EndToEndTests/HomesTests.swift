import Subprocess
import TestSupport
import Testing

/// One input whose contacts are in two accounts and Regions.
@Suite(.timeLimit(.minutes(2))) struct HomesTests {
    private static let abroad = "eu-west-1"
    private static let account = "111122223333"
    private static let mapping = ["--account-profile", "\(account)=abroad"]

    @Test func `contacts of two Regions are transferred each where it is`() async throws {
        let options = ["--contacts", "40", "--failing-share", "0", "--rate", "0"]
        try await LocalConnect.serve(options, with: Program(in: TemporaryDirectory())) { here in
            let other = Program(in: TemporaryDirectory())
            let others = options + ["--region", Self.abroad, "--seed", "7"]
            try await LocalConnect.serve(others, with: other) { there in
                try await Self.run(here, there)
            }
        }
    }

    private static func run(_ here: LocalConnect, _ there: LocalConnect) async throws {
        let caller = caller(of: here, there)
        let ingested = try await caller.run(
            ["ingest", "both.csv", "--instance", here.instanceId, "--region", here.region] + mapping
        )
        #expect(ingested.status == 0, "\(ingested.errors)")
        // Where each is called was settled when the job was stored.
        caller.directory.write("", to: "config")
        let ended = try await caller.run(["resume", "--yes", "--rate", "500"] + mapping)
        #expect(ended.status == 0, "\(ended.errors)")
        let lines = [
            "40 contacts of \(here.region), at \(here.endpoint)",
            "40 contacts of account \(account) in \(abroad), at \(there.endpoint)",
        ]
        for line in lines { #expect(ended.errors.contains(line), "\(ended.errors)") }
        let reconciled = try await caller.run(["reconcile"] + mapping)
        #expect(reconciled.status == 0, "\(reconciled.errors)")
        #expect(reconciled.errors.contains("80 rows: 80 matched"), "\(reconciled.errors)")
        for connect in [here, there] {
            let effects = try connect.effects()
            #expect(effects.count == 40)
            #expect(effects.values.allSatisfy { $0.count == 1 })
        }
    }

    /// The program with an input of both and a profile for each.
    private static func caller(of here: LocalConnect, _ there: LocalConnect) -> Program {
        var caller = here.program
        let folder = caller.directory
        let arn = "arn:aws:connect:\(abroad):\(account):instance/\(there.instanceId)"
        let rows = rows(of: there, arn) + rows(of: here, "")
        let header = "ContactId,QueueId,UserId,ContactFlowId,InstanceId"
        folder.write(([header] + rows).joined(separator: "\n"), to: "both.csv")
        folder.write(
            """
            [default]
            endpoint_url = \(here.endpoint)
            [profile abroad]
            endpoint_url = \(there.endpoint)
            """, to: "config")
        folder.write(
            """
            [abroad]
            aws_access_key_id = \(caller.environment["AWS_ACCESS_KEY_ID"] ?? "")
            aws_secret_access_key = \(caller.environment["AWS_SECRET_ACCESS_KEY"] ?? "")
            """, to: "credentials")
        caller.environment["AWS_CONFIG_FILE"] = folder.file("config")
        caller.environment["AWS_SHARED_CREDENTIALS_FILE"] = folder.file("credentials")
        // The variable would hold for both, as it does for AWS's own tools.
        caller.environment["AWS_ENDPOINT_URL"] = nil
        return caller
    }

    private static func rows(of connect: LocalConnect, _ instance: String) -> [String] {
        let path = connect.program.directory.file("contacts.csv")
        return CSVTable.read(TemporaryDirectory.read(path) ?? []).map { row in
            ["ContactId", "QueueId", "UserId", "ContactFlowId"].map { row[$0] ?? "" }
                .joined(separator: ",") + ",\(instance)"
        }
    }
}
