import FoundationEssentials
import Report
import Synchronization
import TransferCore
import TransferLedger

/// The jobs whose pages are open: each is read once a second, for all who follow it.
final class LiveJobs: Sendable {
    private let desk: JobDesk
    private let state = Mutex(State())

    private static let interval = Duration.seconds(1)

    private struct State {
        var watched: [JobID: Watched] = [:]
        var bells: [Int: AsyncStream<Void>.Continuation] = [:]
        var nextSeat = 0
        var isOver = false
    }

    private struct Watched {
        var message: String
        var seats = 0
    }

    init(_ desk: JobDesk) { self.desk = desk }

    /// A place from which a job is followed; free again when it is let go of.
    final class Seat: Sendable {
        let job: JobID
        /// Rings once a second, and ends with the server. It rings once for all that was missed:
        /// who reads slowly makes nobody keep anything.
        let bell: AsyncStream<Void>
        private let number: Int
        private let live: LiveJobs

        fileprivate init(_ job: JobID, _ number: Int, _ live: LiveJobs, bell: AsyncStream<Void>) {
            self.job = job
            self.number = number
            self.live = live
            self.bell = bell
        }

        deinit { live.leave(number, job) }

        /// The last there is to say of the job, as an event of a stream.
        var message: String? { live.state.withLock { $0.watched[job]?.message } }
    }

    /// A seat at a job.
    ///
    /// - Throws: ``Refusal``, where all are taken or the server ends.
    func take(_ standing: JobStanding) throws -> Seat {
        let message = try Self.message(standing)
        let id = standing.job.id
        let (bell, ring) = AsyncStream.makeStream(
            of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let number = try state.withLock { state in
            guard !state.isOver else { throw Refusal.isEnding }
            guard state.bells.count < ServerOptions.streamsMax else { throw Refusal.noSeat }
            state.nextSeat += 1
            state.bells[state.nextSeat] = ring
            state.watched[id, default: Watched(message: message)].seats += 1
            return state.nextSeat
        }
        ring.yield()
        return Seat(id, number, self, bell: bell)
    }

    private func leave(_ number: Int, _ job: JobID) {
        state.withLock { state in
            state.bells[number] = nil
            state.watched[job]?.seats -= 1
            if state.watched[job]?.seats == 0 { state.watched[job] = nil }
        }
    }

    /// Ends all streams; nobody is given a seat any more.
    func end() {
        let bells = state.withLock { state in
            state.isOver = true
            return Array(state.bells.values)
        }
        for bell in bells { bell.finish() }
    }

    /// Looks at the jobs that are followed, until the task is cancelled.
    func follow() async throws {
        while true {
            try await Task.sleep(for: Self.interval)
            for job in state.withLock({ Array($0.watched.keys) }) {
                let message = await look(at: job)
                state.withLock { $0.watched[job]?.message = message }
            }
            for bell in state.withLock({ Array($0.bells.values) }) { bell.yield() }
        }
    }

    private func look(at job: JobID) async -> String {
        do {
            guard let standing = try await desk.standing(job) else {
                return Self.trouble("Job \(job) is no longer in this ledger.")
            }
            return try Self.message(standing)
        } catch {
            return Self.trouble("\(error)")
        }
    }

    private static func message(_ standing: JobStanding) throws -> String {
        "data: \(try json(JobState(standing)))\n\n"
    }

    private struct Trouble: Encodable { var sentence: String }

    private static func trouble(_ sentence: String) -> String {
        // A text can always be encoded; an empty object says that something is wrong as well.
        "event: trouble\ndata: \((try? json(Trouble(sentence: sentence))) ?? "{}")\n\n"
    }

    /// On one line.
    private static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
