import TransferCore

/// A conversation with the instance metadata service: a token first, then what it is good for.
struct InstanceMetadataSession: Sendable {
    private let caller: MetadataCaller
    private let attemptsMax: Int
    /// Nil where the instance speaks the first version alone.
    private let token: String?
    /// The token's call ended without an answer: then silence is no error, but another machine's.
    private let isSilent: Bool

    private static let timeToLive = ("x-aws-ec2-metadata-token-ttl-seconds", "21600")

    /// Fetches a token; nil where no instance metadata service is to be reached.
    init?(
        _ settings: ClientSettings, _ surroundings: ClientSurroundings
    ) async throws(ConnectClientError) {
        attemptsMax = try settings.metadataNumber("AWS_METADATA_SERVICE_NUM_ATTEMPTS")
        caller = MetadataCaller(
            address: try settings.metadataAddress(),
            timeout: .seconds(try settings.metadataNumber("AWS_METADATA_SERVICE_TIMEOUT")),
            surroundings: surroundings)
        let answer = try await Self.token(caller, attemptsMax)
        switch answer {
        case .token(let text): (token, isSilent) = (text, false)
        case .nobody: return nil
        case .refused(let why), .silence(let why):
            guard !settings.isOn("AWS_EC2_METADATA_V1_DISABLED") else {
                throw .instanceMetadata(
                    "gave no token (\(why)), and its first version is switched off with "
                        + "AWS_EC2_METADATA_V1_DISABLED. In a container, raise the instance's hop "
                        + "limit to 2")
            }
            token = nil
            if case .silence = answer { isSilent = true } else { isSilent = false }
        }
    }

    /// The document at a path, whole; nil where there is none (404).
    func text(at path: String) async throws(ConnectClientError) -> String? {
        var failure = ConnectClientError.instanceMetadata("was not asked")
        for _ in 1...attemptsMax {
            let response: HTTPResponse
            do throws(TransportFailure) {
                if let token {
                    response = try await caller.send("GET", path, (Self.tokenHeader, token))
                } else {
                    response = try await caller.send("GET", path)
                }
            } catch {
                guard error.kind != .cancelled else { throw .cancelled }
                if isSilent { return nil }
                failure = .unanswered(error, by: "the instance metadata", caller.address)
                continue
            }
            if response.status == 404 { return nil }
            let isWhole = response.bodyProblem == nil && !response.body.isEmpty
            if response.status == 200, isWhole {
                return String(decoding: response.body, as: UTF8.self)
            }
            failure = .instanceMetadata(
                response.status == 200
                    ? "gave an empty answer" : "refused \(path): HTTP \(response.status)",
                isTransient: response.status == 200 || response.status >= 500
                    || response.status == 401 || response.status == 429)
        }
        throw failure
    }

    // MARK: The token

    private enum TokenAnswer {
        case token(String)
        /// An instance that does not speak the second version.
        case refused(why: String)
        /// Something took the request and did not answer: a container's hop too far, mostly.
        case silence(why: String)
        /// No machine is there.
        case nobody
    }

    private static let tokenHeader = "x-aws-ec2-metadata-token"

    private static func token(
        _ caller: MetadataCaller, _ attemptsMax: Int
    ) async throws(ConnectClientError) -> TokenAnswer {
        var failure: ConnectClientError?
        for _ in 1...attemptsMax {
            let response: HTTPResponse
            do throws(TransportFailure) {
                response = try await caller.send("PUT", "latest/api/token", timeToLive)
            } catch {
                guard error.kind != .cancelled else { throw .cancelled }
                if error.kind == .timedOut, error.mayHaveArrived {
                    return .silence(why: "no answer in time")
                }
                failure = nil
                continue
            }
            switch response.status {
            case 200: return .token(try token(in: response))
            case 403, 404, 405: return .refused(why: "HTTP \(response.status)")
            case 500...:
                failure = .instanceMetadata(
                    "gave no token: HTTP \(response.status)", isTransient: true)
            default:
                throw .instanceMetadata("gave no token: HTTP \(response.status)")
            }
        }
        if let failure { throw failure }
        return .nobody
    }

    /// It goes back in a header.
    private static func token(in response: HTTPResponse) throws(ConnectClientError) -> String {
        let token = String(decoding: response.body, as: UTF8.self)
        guard !token.isEmpty, token.utf8.count <= 4096, response.bodyProblem == nil,
            token.isVisibleASCII
        else { throw .instanceMetadata("gave something that is no token") }
        return token
    }
}

extension ClientSettings {
    /// Where the instance metadata service is.
    fileprivate func metadataAddress() throws(ConnectClientError) -> MetadataAddress {
        let variable = "AWS_EC2_METADATA_SERVICE_ENDPOINT"
        let usual = try usesIPv6() ? "http://[fd00:ec2::254]" : "http://169.254.169.254"
        let address = value(variable) ?? usual
        let bare = address.hasSuffix("/") ? String(address.dropLast()) : address
        return try MetadataAddress(bare, hosts: MetadataAddress.instanceHosts, variable: variable)
    }

    private func usesIPv6() throws(ConnectClientError) -> Bool {
        let variable = "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"
        guard let mode = value(variable)?.lowercased() else { return isOn("AWS_IMDS_USE_IPV6") }
        guard ["ipv4", "ipv6"].contains(mode) else {
            throw ConnectClientError(
                .settingInvalid, "\(variable) is neither ipv4 nor ipv6. Set it to one of them.")
        }
        return mode == "ipv6"
    }

    /// A count of seconds or of attempts; 1 where nothing is set.
    fileprivate func metadataNumber(_ variable: String) throws(ConnectClientError) -> Int {
        guard let text = value(variable) else { return 1 }
        guard let number = Int(text), (1...60).contains(number) else {
            throw ConnectClientError(
                .settingInvalid, "\(variable) is no whole number from 1 to 60. Set one.")
        }
        return number
    }
}

extension ConnectClientError {
    /// What went wrong with the instance metadata service.
    static func instanceMetadata(_ what: String, isTransient: Bool = false) -> ConnectClientError {
        ConnectClientError(
            .credentialsUnavailable,
            "No credentials were found nearer by, and the instance metadata service \(what). If this "
                + "machine is no EC2 instance, or its role is not wanted, sign in with `aws sso login` "
                + "or `aws configure`, or name a profile with --profile; "
                + "AWS_EC2_METADATA_DISABLED=true has the service not asked.",
            isTransient: isTransient)
    }

    /// What it means that a place that is set up for credentials was not heard.
    static func unanswered(
        _ failure: TransportFailure, by place: String, _ address: MetadataAddress
    ) -> ConnectClientError {
        if failure.kind == .cancelled { return .cancelled }
        return ConnectClientError(
            .credentialsUnavailable,
            "\(place.capitalizedFirst) at \(address.host) did not answer: \(failure.detail). Check "
                + "that it runs and is to be reached from here.",
            isTransient: failure.kind != .untrusted)
    }
}
