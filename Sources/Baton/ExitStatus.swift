import ArgumentParser
import ConnectClient
import ConnectSimulator
import Intake
import JobServer
import Report
import TransferCore
import TransferLedger
import TransferRun

/// The statuses with which Baton ends, those of <sysexits.h> where there is one.
enum ExitStatus: Int32 {
    case done = 0
    case someFailed = 1
    case usage = 64
    case inputRefused = 65
    case inputMissing = 66
    case unreachable = 69
    case internalFault = 70
    case cannotWrite = 73
    case stoppedEarly = 75
    case credentials = 77
    case interruptedTwice = 130

    var code: ExitCode { ExitCode(rawValue) }

    /// What a job's totals come to.
    init(_ totals: ControlTotals) {
        self = totals[.pending] > 0 ? .stoppedEarly : totals.amiss > 0 ? .someFailed : .done
    }

    /// What a run's end comes to.
    init(_ ending: RunEnding, _ totals: ControlTotals) {
        self = ExitStatus(ending) ?? ExitStatus(totals)
    }

    /// What an end comes to by itself; nil where that is for the totals to say: what was asked to stop
    /// may have been through by then.
    init?(_ ending: RunEnding) {
        let status: ExitStatus? =
            switch ending {
            case .finished, .interrupted, .timeIsUp, .failures: nil
            // Going on as before would cost as many refusals again: somebody must look first.
            case .heldBack: .someFailed
            case .credentials, .accessDenied: .credentials
            case .unreachable: .unreachable
            }
        guard let status else { return nil }
        self = status
    }

    /// Says what went wrong on stderr and gives the error that ends the program with its status;
    /// ArgumentParser's own errors, its help among them, are left to it.
    static func report(_ error: any Error) -> any Error {
        guard let (status, sentence) = classify(error) else { return error }
        Console.complain(sentence)
        return status.code
    }

    private static func classify(_ error: any Error) -> (ExitStatus, String)? {
        switch error {
        case let error as IntakeError:
            (error.code == .refused ? .inputRefused : .inputMissing, error.message)
        case let error as LedgerError:
            (ExitStatus(error.code), error.description)
        case let error as ReportError:
            (.cannotWrite, error.description)
        case let error as ConnectClientError:
            (ExitStatus(error), error.message)
        case let error as LookUpError:
            (error.status, error.sentence)
        case let error as EarlierReportError:
            (error.status, error.sentence)
        case let error as SimulatorError:
            (.unreachable, error.description)
        case let error as ServerError:
            (error.code == .listening ? .unreachable : .usage, error.description)
        case let error as MetricsFileError:
            (.cannotWrite, error.sentence)
        case let error as OpenFilesError:
            (.cannotWrite, error.sentence)
        case let error as ConsoleError:
            (.cannotWrite, "The result cannot be written to stdout: \(error.reason).")
        case let error as UsageError:
            (.usage, error.message)
        case is ExitCode, is CleanExit, is ValidationError:
            nil
        default:
            isOfArgumentParser(error) ? nil : (.internalFault, "Internal fault: \(error)")
        }
    }

    /// Its parse errors are of internal types: all that can be asked is the status they end with.
    private static func isOfArgumentParser(_ error: any Error) -> Bool {
        let status = BatonCommand.exitCode(for: error)
        return status == .validationFailure || status == .success
    }

    private init(_ error: ConnectClientError) {
        // What gives credentials was not reached: the same command may do a little later.
        self = error.isTransient ? .unreachable : error.concernsCredentials ? .credentials : .usage
    }

    private init(_ code: LedgerError.Code) {
        self =
            switch code {
            case .missing, .noSuchJob: .inputMissing
            case .manyJobs: .usage
            case .held, .overtaken: .stoppedEarly
            case .notALedger, .newer, .damaged, .moved, .busy, .full, .unwritable, .failed:
                .cannotWrite
            }
    }
}

/// A command that cannot be carried out as it was given: a sentence that says how to give it.
struct UsageError: Error {
    var message: String

    init(_ message: String) { self.message = message }
}
