import TransferCore
import TransferRun

extension RunEnding {
    /// Why the run ended early, and what to do; nil where it finished.
    var sentence: String? {
        switch self {
        case .finished: nil
        case .interrupted: "Stopped early, as asked. Every row's state is in the ledger."
        case .timeIsUp: "Stopped, as it is the time set by --stop-at."
        case .failures(let count):
            "\(count.failed.of("row")) of \(count.ended.grouped) went amiss, more than "
                + "--max-failures allows. See the report, mend the cause, then resume."
        case .heldBack(let groups):
            "The rows of \(groups == 1 ? "one flow or destination" : "\(groups) flows or destinations") "
                + "were held back, since the first of them were refused. Check flow and destination; "
                + "`retry` puts the refused rows back, `resume` goes on."
        case .credentials(let failure) where failure.httpStatus == nil:
            "Without credentials nothing can be sent. \(failure.sentence) Then resume."
        case .credentials(let failure):
            "The credentials were refused (\(failure.code)): \(failure.sentence) "
                + failure.credentialRemedy(andThen: "resume")
        case .accessDenied(let failure):
            "Every call was refused (\(failure.code)): \(failure.sentence) "
                + "Give the role connect:TransferContact, then resume."
        case .unreachable(let failure):
            "\(failure.meets) for too long (\(failure.code)): \(failure.sentence) "
                + "Then resume."
        }
    }
}

extension TransferFailure {
    /// What helps where credentials were refused.
    func credentialRemedy(andThen next: String) -> String {
        if message.contains("valid region") {
            return "Run the file with the right --region: that is a job of its own."
        }
        return code.contains("Signature")
            ? "Check the secret access key, and where it is set, then \(next)."
            : "Sign in again, then \(next)."
    }

    /// What every call meets while the service is down.
    var meets: String { httpStatus == nil ? "No answer" : "Every call fails" }
}
