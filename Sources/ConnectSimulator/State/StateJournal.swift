import FoundationEssentials

/// The file that carries an instance over a restart: a header, and then each transfer that took
/// effect and whatever else became of a contact, a line of JSON and its ``LineSeal`` each.
///
/// A transfer is appended before it is answered, so that what a client was told is there. The state
/// itself is not written: the same world and the same transfers make it again, new contacts' ids,
/// client tokens and all.
package final class StateJournal: Sendable {
    private let path: String
    private let file: LineFile

    /// Opens a journal, and makes it where there is none, or only the torn beginning of one.
    ///
    /// - Returns: the journal, the state that it left the world in, and its last two transfers.
    /// - Throws: ``SimulatorError`` where the file cannot be had, is of another world, or damaged.
    package static func open(
        path: String, world: World, at now: Moment
    ) throws(SimulatorError) -> (
        journal: StateJournal, state: ConnectState, latest: [Transfer]
    ) {
        let journal: StateJournal
        do {
            journal = StateJournal(path: path, file: try LineFile(path: path))
        } catch {
            throw SimulatorError(doing: .openingState, subject: path, cause: error.cause)
        }
        guard journal.file.isRegular else {
            throw SimulatorError(
                doing: .openingState, subject: path, cause: "it is no regular file")
        }
        guard journal.file.lock() else {
            throw SimulatorError(
                doing: .openingState, subject: path, cause: "another simulator has it")
        }
        let (state, latest) = try journal.restored(world, at: now)
        return (journal, state, latest)
    }

    private init(path: String, file: LineFile) {
        self.path = path
        self.file = file
    }

    /// Appends a transfer that took effect.
    package func append(_ transfer: Transfer) throws(SimulatorError) {
        try write(JournalLine(transfer))
    }

    /// Appends what else became of a contact.
    package func append(_ change: ContactChange) throws(SimulatorError) {
        try write(ChangeLine(change))
    }

    private func restored(
        _ world: World, at now: Moment
    ) throws(SimulatorError) -> (ConnectState, latest: [Transfer]) {
        var lines = try readLines()
        guard let first = lines.popFirst() else {
            try write(JournalHeader(startedAt: now.nanoseconds, world: world.options))
            return (ConnectState(world, at: now), [])
        }
        guard let header: JournalHeader = Self.read(first),
            header.batonSimulatorState == JournalHeader.version
        else {
            throw SimulatorError(
                doing: .readingState, subject: path,
                cause: "line 1 is not the header of a state that this version wrote")
        }
        guard header.world == world.options else {
            throw SimulatorError(
                doing: .matchingState, subject: path,
                cause: Self.differences(header.world, world.options))
        }
        var state = ConnectState(world, at: Moment(nanoseconds: header.startedAt))
        var latest: [Transfer] = []
        for (index, line) in lines.enumerated() {
            if let read: JournalLine = Self.read(line) {
                latest = latest.suffix(1) + [try replayed(read, number: index + 2, on: &state)]
            } else if let read: ChangeLine = Self.read(line), let change = read.change {
                state.apply(change)
            } else {
                throw SimulatorError(
                    doing: .readingState, subject: path,
                    cause: "line \(index + 2) cannot be read, or was changed")
            }
        }
        return (state, latest)
    }

    private static func read<Line: Decodable>(_ line: Data) -> Line? {
        LineSeal.opened(line).flatMap { try? JSONDecoder().decode(Line.self, from: Data($0)) }
    }

    /// The whole lines of the file; what a kill left of another one is cut off.
    private func readLines() throws(SimulatorError) -> ArraySlice<Data> {
        let bytes: Data
        do {
            // Mapped: a state of a million transfers is not brought into memory as one piece.
            bytes = try Data(contentsOf: URL(filePath: path), options: .mappedIfSafe)
        } catch {
            throw SimulatorError(doing: .openingState, subject: path, cause: "\(error)")
        }
        let whole = bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let torn = bytes[whole...]
        // Were it not the beginning of a header, it would be somebody's file and no state of ours.
        guard whole > 0 || JournalHeader.begins(torn) else {
            throw SimulatorError(
                doing: .readingState, subject: path, cause: "line 1 is not the header of a state")
        }
        let lines = bytes[..<whole].split(
            separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
        ).dropLast()
        if !torn.isEmpty {
            do { try file.truncate(toBytes: whole) } catch {
                throw SimulatorError(doing: .writingState, subject: path, cause: error.cause)
            }
        }
        return lines
    }

    /// Makes a transfer once more, and sees to it that the same came of it.
    private func replayed(
        _ read: JournalLine, number: Int, on state: inout ConnectState
    ) throws(SimulatorError) -> Transfer {
        do {
            let made = try state.transfer(read.parameters, at: Moment(nanoseconds: read.at))
            if !made.isRepeated, JournalLine(made.transfer) == read { return made.transfer }
        } catch {
            throw SimulatorError(
                doing: .readingState, subject: path,
                cause: "the transfer of line \(number) cannot be made again: \(error.message)")
        }
        throw SimulatorError(
            doing: .readingState, subject: path,
            cause: "the transfer of line \(number) does not come out as it did")
    }

    private func write(_ line: some Encodable) throws(SimulatorError) {
        let bytes: [UInt8]
        do { bytes = try JSON.bytes(line) } catch {
            throw SimulatorError(doing: .writingState, subject: path, cause: error.message)
        }
        do { try file.append(LineSeal.sealed(bytes)) } catch {
            throw SimulatorError(doing: .writingState, subject: path, cause: error.cause)
        }
    }

    private static func differences(_ kept: WorldOptions, _ asked: WorldOptions) -> String {
        let pairs: [(name: String, kept: String, asked: String)] = [
            ("seed", "\(kept.seed)", "\(asked.seed)"),
            ("contacts", "\(kept.contacts)", "\(asked.contacts)"),
            ("queues", "\(kept.queues)", "\(asked.queues)"),
            ("users", "\(kept.users)", "\(asked.users)"),
            ("failing-share", "\(kept.failingShare)", "\(asked.failingShare)"),
            ("region", kept.region, asked.region),
            ("account", kept.account, asked.account),
            ("instances", "\(kept.instances)", "\(asked.instances)"),
            ("sparse-pages", "\(kept.hasSparsePages)", "\(asked.hasSparsePages)"),
        ]
        return pairs.filter { $0.kept != $0.asked }
            .map { "\($0.name) \($0.kept), not \($0.asked)" }.joined(separator: "; ")
    }
}

extension JournalHeader {
    /// The version of the format that this program writes.
    static let version = 2

    /// Whether some bytes are how a header begins; none at all are.
    fileprivate static func begins(_ bytes: Data) -> Bool {
        let beginning = Array("{\"batonSimulatorState\":".utf8)
        return zip(bytes, beginning).allSatisfy { $0 == $1 }
    }
}
