import ConnectClient
import ConnectSimulator
import TestSupport
import Testing
import TransferCore

/// What an account may call in a second, as Service Quotas says.
struct QuotaTests {
    @Test func `reads the rate of every operation that has a code`() async throws {
        try await Edge.run { options in
            options.quotas = [
                .transferContact: ConnectSimulator.Quota(ratePerSecond: 7.5, burst: 10)
            ]
        } _: { edge in
            for operation in TransferCore.Operation.allCases where operation.quotaCode != nil {
                let rate = try await edge.quotas.ratePerSecond(of: operation).value
                let documented = operation.documentedQuota.ratePerSecond
                #expect(rate == (operation == .transferContact ? 7.5 : documented))
            }
        }
    }

    @Test func `says that the role may not ask`() async throws {
        try await Edge.run(as: SimulatorCredentials.denied) { edge in
            let failure = await caught {
                try await edge.quotas.ratePerSecond(of: .transferContact)
            }
            #expect(failure?.advice == .accessDenied)
        }
    }
}
