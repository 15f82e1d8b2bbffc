import AWSSigning
import Synchronization
import TransferCore

/// A role that is assumed with the credentials of another provider: one link of a chain.
final class AssumedRole: CredentialProvider {
    private let role: RoleSettings
    /// Kept until they end, whatever becomes of the role's own.
    private let source: CredentialCache
    private let sts: STSClient
    private let sessionName: String
    private let askForCode: ClientSurroundings.AskForCode
    /// When the credentials end that were had with a code; nil while none was asked for.
    private let codeEnd = Mutex<Timestamp?>(nil)

    /// Typing errors that are forgiven.
    private static let questionsMax = 3

    init(
        _ role: RoleSettings, source: CredentialCache, sts: STSClient, _ settings: IdentitySettings
    ) {
        self.role = role
        self.source = source
        self.sts = sts
        sessionName = role.sessionName ?? settings.sessionName
        askForCode = settings.surroundings.askForCode
    }

    /// Assumes the role.
    ///
    /// A code is asked for once. Later calls go without one: a role that does not insist on it is
    /// had again, for one that does the error says when the last credentials end.
    func credentials() async throws(ConnectClientError) -> FoundCredentials? {
        let base = try await source.credentials()
        let before = codeEnd.withLock { $0 }
        let code = before == nil ? try await code() : nil
        let credentials: Credentials
        do throws(TransferFailure) {
            credentials = try await sts.assumeRole(
                AssumeRoleParameters(
                    roleARN: role.roleARN, sessionName: sessionName, externalID: role.externalID,
                    duration: role.duration, code: code))
        } catch {
            throw refusal(error, base, endOfCode: before)
        }
        if code != nil, let end = credentials.expirationMilliseconds {
            codeEnd.withLock { $0 = Timestamp(milliseconds: end) }
        }
        return FoundCredentials(
            credentials,
            from: "the profile \(role.profile) (assume-role \(role.roleARN) from \(base.source))")
    }

    private func code() async throws(ConnectClientError) -> AssumeRoleParameters.MFACode? {
        guard let serial = role.mfaSerial else { return nil }
        for _ in 0..<Self.questionsMax {
            guard let answer = await askForCode(serial) else {
                throw ConnectClientError(
                    .credentialsUnavailable,
                    "The profile \(role.profile) wants an MFA code of \(serial), and there is no "
                        + "terminal to ask for it, or Baton runs in its background. Start Baton in "
                        + "the foreground of a terminal, or use a profile without `mfa_serial`.")
            }
            let digits = answer.trimmingBlanks
            if digits.utf8.count == 6, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
                return AssumeRoleParameters.MFACode(serial: serial, digits: String(digits))
            }
        }
        throw ConnectClientError(
            .credentialsUnavailable,
            "No MFA code of six digits was given for \(serial). Run the command again with the "
                + "code that the device shows.")
    }

    private func refusal(
        _ failure: TransferFailure, _ base: FoundCredentials, endOfCode: Timestamp?
    ) -> ConnectClientError {
        if let endOfCode, !failure.isTransient {
            return ConnectClientError(
                .credentialsUnavailable,
                "The role \(role.roleARN) of the profile \(role.profile) cannot be assumed again "
                    + "without an MFA code, and nobody is asked for one during a run: its "
                    + "credentials end at \(endOfCode.iso8601). Then go on with `baton resume`, "
                    + "which asks again; a longer `duration_seconds` makes them last longer.")
        }
        let mfa = role.mfaSerial == nil ? "" : ", that the MFA code was right and not yet used"
        return ConnectClientError(
            failure,
            "The role \(role.roleARN) of the profile \(role.profile) cannot be assumed with the "
                + "credentials of \(base.source)",
            advice: "Check that the role's trust policy and these credentials' own allow "
                + "sts:AssumeRole\(mfa).")
    }
}
