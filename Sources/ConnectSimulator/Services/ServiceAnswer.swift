import FoundationEssentials

/// An answer of one of the services round Connect, as it stands on the wire.
struct ServiceAnswer: Sendable {
    /// What was called, for the count: `sts:AssumeRole`.
    let operation: String
    var status = 200
    /// The code of the error; nil where there is none.
    var errorCode: String?
    var contentType: String
    var body: [UInt8]
    var headers: [(name: String, value: String)] = []
    /// A quota that changes from here on.
    var quotaChange: (operation: OperationName, quota: Quota)?
    /// A contact that Connect is to know no more.
    var forgottenContact: String?
}

/// An error of one of those services; which form it has on the wire is the protocol's business.
struct ServiceFault: Error, Hashable, Sendable {
    let status: Int
    let code: String
    let message: String

    init(_ status: Int, _ code: String, _ message: String) {
        self.status = status
        self.code = code
        self.message = message
    }
}

extension ServiceAnswer {
    /// A value in JSON.
    static func json(_ operation: String, _ value: some Encodable) -> ServiceAnswer {
        // Structs of strings and numbers: encoding them cannot fail.
        ServiceAnswer(
            operation: operation, contentType: "application/json",
            body: (try? JSON.bytes(value)) ?? Array("{}".utf8))
    }

    /// Words or a token, as the metadata service answers.
    static func text(_ operation: String, _ text: String) -> ServiceAnswer {
        ServiceAnswer(operation: operation, contentType: "text/plain", body: Array(text.utf8))
    }

    /// A status without much to say.
    static func status(_ operation: String, _ status: Int, _ code: String) -> ServiceAnswer {
        var answer = text(operation, code)
        answer.status = status
        answer.errorCode = code
        return answer
    }
}

extension Moment {
    /// `2026-11-22T12:00:00Z`.
    var iso8601: String {
        let seconds = Date(timeIntervalSince1970: Double(milliseconds / 1000))
        return seconds.formatted(.iso8601)
    }
}
