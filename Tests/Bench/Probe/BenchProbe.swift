import AWSSigning
import ConnectClient
import Glibc
import TransferCore

/// The client's side of `edge.py`: makes calls or signatures and prints what they cost, as JSON.
///
/// `parse` is the parser's side of `intake.py`,
/// `leaks` makes calls of all ends for a leak checker, `leak` leaks so that it can be seen to speak.
@main
enum BenchProbe {
    private static let usage = """
        usage: BenchProbe call URL CALLS WINDOW | sign SIGNATURES | parse FILE
               | leaks URL SILENT_URL CALLS | leak
        """

    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        let numbers = arguments.compactMap { Int($0) }
        switch (arguments.first, numbers.count) {
        case ("call", 2):
            let url = arguments.dropFirst().first ?? ""
            try await call(try Endpoint(url), calls: numbers[0], window: numbers[1])
        case ("sign", 1):
            sign(numbers[0])
        case ("parse", 0) where arguments.count == 2:
            try ParseBench(arguments[2]).run()
        case ("leaks", 1) where arguments.count == 4:
            try await callInAllWays(
                try Endpoint(arguments[2]), silent: try Endpoint(arguments[3]), calls: numbers[0])
        case ("leak", 0):
            // A plain malloc that nobody reads is optimised away.
            for _ in 0..<100 { _ = unsafe realpath("/", nil) }
        default:
            print(usage)
            exit(64)
        }
    }

    /// Transfers through the whole client, `window` at a time; a tenth first, to warm up.
    private static func call(_ endpoint: Endpoint, calls: Int, window: Int) async throws {
        let client = client(of: endpoint)
        try await transfer(calls / 10, window, client)
        let warm = Usage.now
        try await transfer(calls, window, client)
        let end = Usage.now
        let cost = (end.cpuSeconds - warm.cpuSeconds) * 1e6 / Double(calls)
        print(
            "{\"cpuMicroseconds\":\(cost),\"kilobytes\":\(end.kilobytes),"
                + "\"kilobytesWarm\":\(warm.kilobytes)}")
    }

    private static func client(
        of endpoint: Endpoint, totalTimeout: Duration = .seconds(30)
    ) -> ConnectClient {
        var configuration = ClientConfiguration(region: "us-east-1", endpoint: endpoint)
        configuration.limits.totalTimeout = totalTimeout
        return ConnectClient(
            configuration: configuration, credentials: Keys(),
            surroundings: ClientSurroundings(
                limits: configuration.limits, version: "0", now: { now }))
    }

    /// Makes calls that are answered, and for each fifty of them one that is cancelled, one that
    /// times out and one that reaches nobody.
    private static func callInAllWays(
        _ endpoint: Endpoint, silent: Endpoint, calls: Int
    ) async throws {
        try await transfer(calls, 16, client(of: endpoint))
        let few = calls / 50
        let waiting = client(of: silent)
        for number in 0..<few {
            try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask {
                    do throws(TransferFailure) {
                        _ = try await waiting.transfer(request(number))
                        return false
                    } catch {
                        return error.code == "Cancelled"
                    }
                }
                // Before it is sent, on its way, and while it waits for an answer.
                try await Task.sleep(for: .milliseconds(number % 3))
                group.cancelAll()
                guard try await group.next() == true else { exit(70) }
            }
        }
        let late = client(of: silent, totalTimeout: .milliseconds(20))
        for other in [late, client(of: try unserved)] {
            for number in 0..<few {
                do throws(TransferFailure) {
                    _ = try await other.transfer(request(number))
                    exit(70)
                } catch {
                    guard case .retry = error.advice else { exit(70) }
                }
            }
        }
        print(
            "{\"answered\":\(calls),\"cancelled\":\(few),\"late\":\(few),"
                + "\"unreachable\":\(few)}")
    }

    /// Nobody listens on the first port.
    private static var unserved: Endpoint {
        get throws { try Endpoint("http://127.0.0.1:1") }
    }

    private static func transfer(_ calls: Int, _ window: Int, _ client: ConnectClient) async throws
    {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<window {
                group.addTask {
                    for number in stride(from: worker, to: calls, by: window) {
                        _ = try await client.transfer(request(number))
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private static func request(_ number: Int) -> TransferRequest {
        TransferRequest(
            instance: InstanceID(valid: "5a0cd6ac-6bcd-4d1c-9d0b-59a1d1f6f2f1"),
            contact: ContactID(valid: "\(number)-7e1b-4a52-8ed3-2f8e7c5a9b10"),
            flow: ContactFlowID(valid: "c0a4a9d2-7a0b-4a8f-bb8d-3f8f5f0c8e7d"),
            destination: .queue(QueueID(valid: "9d1e6d53-2e0a-4b3d-9a53-0f4f6c1d2b3a")),
            token: ClientToken(valid: "8f14e45f-ceea-467f-a0e6-\(number)"))
    }

    private static func sign(_ count: Int) {
        let signer = SigV4Signer(service: "connect", region: "us-east-1")
        let keys = Keys().keys
        let start = Usage.now.cpuSeconds
        var bytes = 0
        for number in 0..<count {
            let body = Array(
                #"{"ClientToken":"8f14e45f-ceea-467f-a0e6-\#(number)","ContactId":"c1"}"#.utf8)
            let request = SignableRequest(
                method: "POST", path: "/contact/transfer",
                headers: [
                    ("Host", "connect.us-east-1.amazonaws.com"),
                    ("Content-Type", "application/json"),
                ], payloadHash: SHA256Digest(of: body).hex)
            let signed = signer.sign(
                request, with: keys, at: SigningDate(milliseconds: 1_795_338_487_000))
            bytes += signed.signature.utf8.count
        }
        let seconds = Usage.now.cpuSeconds - start
        precondition(bytes == count * 64)
        print("{\"signaturesPerSecond\":\(Double(count) / seconds)}")
    }

    private static var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}

/// Keys with a session, as roles have them.
private struct Keys: CredentialProvider {
    let keys = Credentials(
        accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        sessionToken: String(repeating: "IQoJb3JpZ2luX2Vj", count: 40))

    func credentials() -> FoundCredentials? { FoundCredentials(keys, from: "the bench") }
}

/// What the process has used so far.
struct Usage {
    var cpuSeconds: Double
    /// Resident at its peak.
    var kilobytes: Int

    static var now: Usage {
        var usage = rusage()
        getrusage(numericCast(RUSAGE_SELF.rawValue), &usage)
        let microseconds = usage.ru_utime.tv_usec + usage.ru_stime.tv_usec
        let seconds = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
        return Usage(
            cpuSeconds: Double(seconds) + Double(microseconds) / 1e6, kilobytes: usage.ru_maxrss)
    }
}
