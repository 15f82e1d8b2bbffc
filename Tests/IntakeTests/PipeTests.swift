import Glibc
import Intake
import TestSupport
import Testing
import TransferCore
import TransferLedger

/// A named pipe that a test writes to while Baton reads it.
struct NamedPipe {
    let path: String

    init(in directory: TemporaryDirectory) throws {
        path = directory.file("pipe.csv")
        try #require(mkfifo(path, 0o600) == 0)
    }

    /// Opens it for writing, once somebody reads.
    func open() async throws -> Int32 {
        let descriptor = try await onOwnThread { [path] in
            Glibc.open(path, O_WRONLY | O_CLOEXEC)
        }
        try #require(descriptor >= 0)
        return descriptor
    }

    /// Writes all of the bytes; blocks while the pipe is full.
    static func write(_ bytes: [UInt8], to descriptor: Int32) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            try #require(count > 0)
            rest = rest.dropFirst(count)
        }
    }

    /// Waits until everything written has been read.
    static func drain(_ descriptor: Int32) {
        var left: Int32 = 1
        while ioctl(descriptor, UInt(FIONREAD), &left) == 0, left > 0 { sched_yield() }
    }
}

struct PipeTests {
    private let directory = TemporaryDirectory()
    private let noon = Timestamp(milliseconds: 1_800_000_000_000)
    private let options = JobOptions(
        region: "us-east-1", endpoint: "http://127.0.0.1:1", instance: InstanceID(valid: "i"),
        flow: .id(ContactFlowID(valid: "f")), flowDecides: false)

    private var intake: IntakeOptions {
        IntakeOptions(
            defaults: RowDefaults(
                instance: options.instance, flow: options.flow, region: options.region))
    }

    @Test func `reads a pipe that delivers byte by byte as it reads a file`() async throws {
        let pipe = try NamedPipe(in: directory)
        let ledger = try Ledger(path: directory.file("ledger.sqlite"), whereAbsent: .create)
        async let stored = Intake.ingest(pipe.path, job: options, intake, into: ledger, at: noon)
        let descriptor = try await pipe.open()
        let text = [0xEF, 0xBB, 0xBF] + Array("sep=;\r\nContactId;QueueId\r\nc-1;q-1\r\n".utf8)
        try await onOwnThread {
            for byte in text {
                try NamedPipe.write([byte], to: descriptor)
                NamedPipe.drain(descriptor)
            }
        }
        close(descriptor)
        guard case .created(let job) = try await stored.stored else {
            Issue.record("not stored")
            return
        }
        #expect(job.rows == 1)
        #expect(job.input.delimiter == UInt8(ascii: ";"))
        #expect(job.input.header == "ContactId;QueueId")
    }

    @Test func `opens a pipe once, so that what a quick writer wrote is read`() async throws {
        let ledger = try Ledger(path: directory.file("ledger.sqlite"), whereAbsent: .create)
        for round in 1...20 {
            let folder = TemporaryDirectory()
            let pipe = try NamedPipe(in: folder)
            async let stored = Intake.ingest(
                pipe.path, job: options, intake, into: ledger, at: noon)
            let descriptor = try await pipe.open()
            try NamedPipe.write(Array("ContactId,QueueId\nc-\(round),q-1\n".utf8), to: descriptor)
            close(descriptor)
            #expect(try await stored.summary?.rows == 1)
        }
    }

    @Test func `other jobs go on while an input comes in, and it is seen whole or not at all`()
        async throws
    {
        let pipe = try NamedPipe(in: directory)
        let file = directory.file("ledger.sqlite")
        let ledger = try Ledger(path: file, whereAbsent: .create)
        let other = try Ledger(path: file, whereAbsent: .fail)
        async let stored = Intake.ingest(pipe.path, job: options, intake, into: ledger, at: noon)
        let descriptor = try await pipe.open()
        let text = "ContactId,QueueId\n" + (1...100_000).map { "c-\($0),q-1\n" }.joined()
        try await onOwnThread { try NamedPipe.write(Array(text.utf8), to: descriptor) }
        // By now several chunks are in the ledger, and the rest is awaited.
        let path = directory.write("ContactId,QueueId\nd-1,q-1\n", to: "small.csv")
        let small = try await Intake.ingest(path, job: options, intake, into: other, at: noon)
        guard case .created(let job) = small.stored else {
            Issue.record("not stored")
            return
        }
        #expect(try await other.claim(9, of: job, after: 0, at: noon).count == 1)
        #expect(try await other.read { try $0.jobs() } == [job])
        close(descriptor)
        guard case .created(let large) = try await stored.stored else {
            Issue.record("not stored")
            return
        }
        #expect(try await other.read { try $0.totals(large) }.rows == 100_000)
    }
}
