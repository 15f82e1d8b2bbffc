/// Why a simulator could not start, or had to stop.
package struct SimulatorError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What it was about.
    package enum Activity: Hashable, Sendable {
        case writingInput, openingEffects, writingEffects, listening
        case makingCertificate, writingAuthority
        case openingState, readingState, matchingState, writingState
    }

    package let activity: Activity
    /// The file or the address.
    package let subject: String
    /// What the system said.
    package let cause: String

    init(doing activity: Activity, subject: String, cause: String) {
        self.activity = activity
        self.subject = subject
        self.cause = cause
    }

    package var description: String {
        switch activity {
        case .writingInput:
            "The input CSV could not be written to \(subject) (\(cause)). Choose another file."
        case .openingEffects:
            "The effects file \(subject) could not be opened (\(cause)). Choose another file."
        case .writingEffects:
            "A transfer could not be written to the effects file \(subject) (\(cause)). "
                + "The simulator stops: its count would no longer be true."
        case .makingCertificate:
            "OpenSSL could not make the \(subject) (\(cause)). Serve without --tls."
        case .writingAuthority:
            "The CA file could not be written to \(subject) (\(cause)). Choose another file."
        case .openingState:
            "The state file \(subject) could not be opened (\(cause)). Choose another file."
        case .readingState:
            "The state file \(subject) is damaged or no state file (\(cause)). Mend it, or move it "
                + "away to start afresh."
        case .matchingState:
            "The state file \(subject) is of another world (\(cause)). Start with the options of "
                + "that world, or choose another file."
        case .writingState:
            "A transfer could not be written to the state file \(subject) (\(cause)). "
                + "The simulator stops: after a restart it would not know what it answered."
        case .listening:
            "The simulator could not listen on \(subject) (\(cause)). Choose another port."
        }
    }
}
