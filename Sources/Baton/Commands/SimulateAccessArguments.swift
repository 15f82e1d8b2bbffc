import ArgumentParser
import ConnectSimulator

/// What a simulator asks of its callers beyond their signatures, and for how long it knows them.
struct AccessArguments: ParsableArguments {
    @Option(help: "The external id that every role asks for.")
    var externalID: String?
    @Option(help: "The six digits that every role asks for, with any device's serial number.")
    var mfaCode: String?
    @Option(help: "How long credentials that are given out last, in seconds, whatever was asked.")
    var sessionSeconds: Double?
    @Option(help: "Refuses the access key and the SSO tokens as expired after so many seconds.")
    var expireAfter: Double?
    @Option(help: "The SSO access token that is good from the start.")
    var ssoAccessToken = SimulatorCredentials.ssoAccessToken
    @Option(help: "The SSO refresh token that is good from the start.")
    var ssoRefreshToken = SimulatorCredentials.ssoRefreshToken
    @Option(help: "What /container/credentials wants in Authorization.")
    var containerToken: String?
    @Flag(help: "Shuts the instance metadata: 403.")
    var imdsDisabled = false
    @Flag(help: "Refuses to tell quotas: the role may not ask Service Quotas.")
    var quotasDenied = false
    @Option(help: "Refuses an operation: the role may not call it; for several, several times.")
    var denied: [OperationName] = []
    @Option(
        parsing: .unconditional,
        help: "Sets the simulator's clock so many seconds ahead; negative is behind.")
    var clockSkew = 0.0

    func validate() throws {
        if let mfaCode, mfaCode.count != 6 || !mfaCode.allSatisfy(\.isNumber) {
            throw ValidationError("--mfa-code has six digits.")
        }
        if let externalID, !(2...1224).contains(externalID.count) {
            throw ValidationError("--external-id has 2 to 1224 characters.")
        }
        let year = 366 * 86_400.0
        guard [sessionSeconds, expireAfter].allSatisfy({ (0...year).contains($0 ?? 0) }),
            (-year...year).contains(clockSkew)
        else {
            throw ValidationError(
                "--session-seconds and --expire-after are 0 or more, and a year at most; so is "
                    + "--clock-skew either way.")
        }
    }

    var options: AccessOptions {
        var options = AccessOptions()
        options.externalID = externalID
        options.mfaCode = mfaCode
        options.sessionLifetime = sessionSeconds.map { .seconds($0) }
        options.staticLifetime = expireAfter.map { .seconds($0) }
        options.ssoAccessToken = ssoAccessToken
        options.ssoRefreshToken = ssoRefreshToken
        options.containerToken = containerToken
        options.metadataIsDisabled = imdsDisabled
        options.quotasAreDenied = quotasDenied
        options.deniedOperations = Set(denied)
        return options
    }
}

/// How a simulator serves https.
struct TLSArguments: ParsableArguments {
    @Option(
        defaultAsFlag: TLSOptions.Certificate.trusted,
        help: ArgumentHelp(
            "Serves https, with a certificate that is right or that clients must refuse.",
            valueName: "certificate"))
    var tls: TLSOptions.Certificate?
    @Option(help: "Where the CA's certificate is written in PEM, for clients to trust.")
    var caFile: String?

    func validate() throws {
        guard (tls == nil) == (caFile == nil) else {
            throw ValidationError("--tls and --ca-file FILE go together.")
        }
    }

    var options: TLSOptions? {
        guard let tls, let caFile else { return nil }
        return TLSOptions(tls, authorityFile: caFile)
    }
}

extension OperationName: ExpressibleByArgument {}
extension TLSOptions.Certificate: ExpressibleByArgument {}
