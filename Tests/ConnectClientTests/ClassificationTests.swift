import ConnectClient
import Testing
import TransferCore

/// The table "What gets refused how" and the service model's errors, as pure decoding.
struct ClassificationTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var status: Int
        var code: String
        var advice: TransferFailure.Advice
        var testDescription: String { "\(status) \(code)" }
    }

    static let cases: [Case] = [
        // The seven of the model.
        Case(status: 400, code: "InvalidRequestException", advice: .permanent),
        Case(status: 402, code: "ServiceQuotaExceededException", advice: .permanent),
        Case(status: 403, code: "AccessDeniedException", advice: .accessDenied),
        Case(status: 404, code: "ResourceNotFoundException", advice: .permanent),
        Case(status: 409, code: "IdempotencyException", advice: .lookUp),
        Case(status: 429, code: "ThrottlingException", advice: .throttled(retryAfter: nil)),
        Case(
            status: 500, code: "InternalServiceException",
            advice: .retry(mayHaveTakenEffect: true)),
        // Others that AWS may send.
        Case(status: 400, code: "ThrottlingException", advice: .throttled(retryAfter: nil)),
        Case(status: 503, code: "SlowDown", advice: .throttled(retryAfter: nil)),
        Case(status: 429, code: "LimitExceededException", advice: .throttled(retryAfter: nil)),
        Case(status: 429, code: "Surprise", advice: .throttled(retryAfter: nil)),
        Case(status: 400, code: "RequestTimeout", advice: .retry(mayHaveTakenEffect: true)),
        Case(status: 502, code: "Surprise", advice: .retry(mayHaveTakenEffect: true)),
        Case(status: 503, code: "Surprise", advice: .retry(mayHaveTakenEffect: true)),
        Case(status: 504, code: "Surprise", advice: .retry(mayHaveTakenEffect: true)),
        Case(status: 410, code: "ContactNotFoundException", advice: .permanent),
        Case(status: 400, code: "InvalidActiveRegionException", advice: .permanent),
        Case(status: 418, code: "Surprise", advice: .permanent),
        Case(status: 403, code: "Surprise", advice: .permanent),
        Case(status: 404, code: "ContactFlowNotPublishedException", advice: .permanent),
        Case(status: 404, code: "UserNotFoundException", advice: .permanent),
        Case(status: 400, code: "InvalidParameterException", advice: .permanent),
        Case(status: 409, code: "ResourceConflictException", advice: .lookUp),
        Case(status: 429, code: "TooManyRequestsException", advice: .throttled(retryAfter: nil)),
        // Service Quotas, which speaks JSON 1.1 and gives every refusal a 400.
        Case(status: 400, code: "NoSuchResourceException", advice: .permanent),
        Case(status: 400, code: "AccessDeniedException", advice: .accessDenied),
        Case(status: 400, code: "TooManyRequestsException", advice: .throttled(retryAfter: nil)),
        Case(status: 500, code: "ServiceException", advice: .retry(mayHaveTakenEffect: true)),
        Case(status: 403, code: "AccessDenied", advice: .accessDenied),
        Case(status: 403, code: "ExpiredToken", advice: .credentials),
        Case(status: 403, code: "ExpiredTokenException", advice: .credentials),
        Case(status: 403, code: "InvalidSignatureException", advice: .credentials),
        Case(status: 403, code: "SignatureDoesNotMatch", advice: .credentials),
        Case(status: 403, code: "UnrecognizedClientException", advice: .credentials),
        Case(status: 403, code: "InvalidClientTokenId", advice: .credentials),
        Case(status: 403, code: "MissingAuthenticationToken", advice: .credentials),
        Case(status: 403, code: "MissingAuthenticationTokenException", advice: .credentials),
        Case(status: 403, code: "IncompleteSignature", advice: .credentials),
        Case(status: 400, code: "RequestExpired", advice: .credentials),
    ]

    private func decoded(
        _ status: Int, _ headers: [String: String] = [:], _ body: String = "",
        looksUpConflicts: Bool = true
    ) -> TransferFailure? {
        TransferFailure(
            HTTPResponse(status: status, headers: headers, body: Array(body.utf8)),
            looksUpConflicts: looksUpConflicts)
    }

    @Test(arguments: cases)
    func `classifies by status and code, wherever the code stands`(_ one: Case) {
        let message = #""Message":"why""#
        let spellings = [
            decoded(one.status, ["x-amzn-errortype": one.code], "{\(message)}"),
            decoded(one.status, ["x-amzn-errortype": one.code + ":http://x/#y"], "{\(message)}"),
            decoded(
                one.status, [:], #"{"__type":"com.amazonaws.connect#\#(one.code)",\#(message)}"#),
            decoded(one.status, [:], #"{"code":"\#(one.code)",\#(message)}"#),
            decoded(one.status, [:], #"{"Code":"\#(one.code)",\#(message)}"#),
        ]
        for failure in spellings {
            #expect(failure?.code == one.code)
            #expect(failure?.advice == one.advice)
            #expect(failure?.message == "why")
            #expect(failure?.httpStatus == one.status)
        }
    }

    @Test(arguments: [
        "", "<html><body>502 Bad Gateway</body></html>", "null", "[]", "{", #"{"message":7}"#,
        #"{"code":null,"__type":[]}"#, "\u{0}\u{FFFD}",
    ])
    func `does with the status where the body says nothing`(_ body: String) {
        #expect(decoded(429, [:], body)?.advice == .throttled(retryAfter: nil))
        #expect(decoded(503, [:], body)?.advice == .retry(mayHaveTakenEffect: true))
        #expect(decoded(403, [:], body)?.advice == .accessDenied)
        #expect(decoded(403, [:], body)?.isOfService == false)
        let denied = decoded(403, ["x-amzn-errortype": "AccessDeniedException"], body)
        #expect(denied?.isOfService == true)
        #expect(decoded(503, [:], body)?.code == "HTTP503")
        #expect(
            decoded(503, [:], body)?.message.hasPrefix(
                "The service answered HTTP 503 without a message.") == true)
    }

    @Test(arguments: [400, 401, 404, 407, 418], ["", "<html>Sign in</html>", #"{"message":"m"}"#])
    func `takes a refusal without a code for no answer of the service`(
        _ status: Int, _ body: String
    ) throws {
        let failure = try #require(decoded(status, [:], body))
        #expect(failure.code == "UnexpectedAnswer")
        #expect(failure.advice == .retry(mayHaveTakenEffect: false))
        // So that the run hears silence.
        #expect(failure.httpStatus == nil)
        #expect(failure.message.contains("HTTP \(status)"))
    }

    @Test(arguments: [301, 302, 307, 308])
    func `takes a redirect for no answer of the service`(_ status: Int) throws {
        for headers in [[:], ["x-amzn-errortype": "Surprise"]] {
            let failure = try #require(decoded(status, headers))
            #expect(failure.code == "UnexpectedRedirect")
            #expect(failure.advice == .retry(mayHaveTakenEffect: false))
            #expect(failure.httpStatus == nil)
            #expect(failure.message.contains("HTTP \(status)"))
        }
    }

    @Test(arguments: [
        #"{"message":"m"}"#, #"{"Message":"m"}"#, #"{"errorMessage":"m"}"#, #"{"MESSAGE":"m"}"#,
    ])
    func `finds the message in any case`(_ body: String) {
        #expect(decoded(500, [:], body)?.message == "m")
    }

    @Test func `cuts a message that is too long`() {
        let long = String(repeating: "x", count: 100_000)
        #expect(decoded(500, [:], #"{"message":"\#(long)"}"#)?.message.count == 1024)
        let piled = "x" + String(repeating: "\u{301}", count: 100_000)
        let cut = decoded(500, [:], #"{"message":"\#(piled)"}"#)?.message
        #expect(cut?.unicodeScalars.count == 1024)
    }

    @Test func `passes over a reason, whatever it is`() {
        for reason in [#"{"AttachedFileInvalidRequestExceptionReason":"X"}"#, "[]", "7", "null"] {
            let failure = decoded(
                402, ["x-amzn-errortype": "ServiceQuotaExceededException"],
                #"{"Message":"m","Reason":\#(reason)}"#)
            #expect(failure?.message == "m")
            #expect(failure?.advice == .permanent)
        }
    }

    @Test(arguments: ["\\u001b]0;x\\u0007", "\\r\\n", "\\u0000", "\\u202e", "\\u009b", "\\u2028"])
    func `keeps what would steer a terminal out of code and message`(_ hostile: String) throws {
        let failure = try #require(
            decoded(400, [:], #"{"__type":"Bad\#(hostile)Code","message":"a\#(hostile)b"}"#))
        for text in [failure.code, failure.message] {
            let categories = text.unicodeScalars.map(\.properties.generalCategory)
            #expect(categories.allSatisfy { ![.control, .format, .lineSeparator].contains($0) })
        }
        #expect(failure.code.hasPrefix("Bad") && failure.code.hasSuffix("Code"))
        #expect(failure.message.hasPrefix("a ") && failure.message.hasSuffix("b"))
    }

    @Test func `takes a code of nothing but controls and blanks for none`() {
        #expect(decoded(503, [:], #"{"code":"\u0007 \u001b"}"#)?.code == "HTTP503")
    }

    @Test func `does with the status where the body is too long to be a refusal`() {
        let long = String(repeating: "x", count: 300_000)
        let failure = decoded(503, [:], #"{"code":"SlowDown","message":"\#(long)"}"#)
        #expect(failure?.code == "HTTP503")
        #expect(failure?.message.contains("HTTP 503 without a message.") == true)
    }

    @Test func `cuts a code that is too long`() {
        let long = String(repeating: "x", count: 100_000)
        #expect(decoded(500, ["x-amzn-errortype": long])?.code.count == 128)
    }

    @Test func `keeps the request's id, where it is one`() {
        #expect(decoded(400, ["x-amzn-requestid": "r"])?.requestID == "r")
        #expect(decoded(400, ["x-amzn-requestid": "r\u{1B}[2J"])?.requestID == nil)
        let uuid = "6b2d9ad4-8d0c-4c1e-9d6b-2d8c1a9b0f11"
        #expect(decoded(400, ["x-amzn-requestid": uuid])?.requestID == uuid)
        // As long as a signature, and with the signs of a token.
        let long = String(repeating: "f", count: 64)
        #expect(decoded(400, ["x-amzn-requestid": long])?.requestID == nil)
        #expect(decoded(400, ["x-amzn-requestid": "IQoJb3JpZ2luX2Vj/+="])?.requestID == nil)
    }

    @Test func `looks a 409 up for a transfer alone`() {
        #expect(decoded(409)?.advice == .lookUp)
        #expect(decoded(409, looksUpConflicts: false)?.advice == .permanent)
    }

    @Test func `takes a server's hint, within bounds`() {
        func hint(_ headers: [String: String]) -> Duration? {
            guard case .throttled(let hint) = decoded(429, headers)?.advice else { return nil }
            return hint
        }
        #expect(hint(["x-amz-retry-after": "1500"]) == .milliseconds(1500))
        #expect(hint(["x-amz-retry-after": "1500", "retry-after": "9"]) == .milliseconds(1500))
        #expect(hint(["retry-after": "3"]) == .seconds(3))
        #expect(hint(["retry-after": "9223372036854775807"]) == .seconds(60))
        #expect(hint(["x-amz-retry-after": "9000000"]) == .seconds(60))
        #expect(hint(["x-amz-retry-after": "-1", "retry-after": "-1"]) == nil)
        #expect(hint(["x-amz-retry-after": "1.5", "retry-after": "2"]) == .seconds(2))
        #expect(hint(["x-amz-retry-after": "soon"]) == nil)
        #expect(hint(["retry-after": "Sun, 22 Nov 2026 10:08:07 GMT"]) == nil)
    }

    @Test func `hears how long to wait after a passing fault too`() {
        #expect(
            decoded(503, ["x-amz-retry-after": "5000"])?.advice
                == .retry(mayHaveTakenEffect: true, retryAfter: .seconds(5)))
        #expect(
            decoded(500, ["retry-after": "9000"])?.advice
                == .retry(mayHaveTakenEffect: true, retryAfter: .seconds(60)))
    }

    @Test(arguments: [
        #"{"ContactId":"c-1","ContactArn":"a"}"#, #"{"ContactArn":"a","ContactId":"c-1"}"#,
        #" { "ContactId" : "c-1" } "#, #"{"ContactId":"c\u002d1"}"#, #"{"Contact\u0049d":"c-1"}"#,
        #"{"ContactId":"c-1","ContactArn":"ü"}"#, #"{"ContactId":"c-1","Other":[1,{"a":"}"}]}"#,
    ])
    func `reads the new contact's id however the answer is spelled`(_ body: String) throws {
        let response = HTTPResponse(status: 200, body: Array(body.utf8))
        let answer = try AnswerDecoding.acceptedTransfer(response)
        #expect(answer == AcceptedTransfer(newContact: ContactID(valid: "c-1")))
    }

    @Test(arguments: [
        "", "{}", "[]", "<html/>", #"{"ContactId":""}"#, #"{"ContactId":7}"#,
        #"{"ContactId":"c 1"}"#, #"{"ContactId":"c-1""#, #"{"ContactId":"c-1"}}"#,
        #"{"ContactId":"c-1" "ContactArn":"a"}"#, #"{"ContactId":"c-1","ContactArn":"a}"#,
    ])
    func `has a 200 without an id looked up`(_ body: String) {
        let response = HTTPResponse(status: 200, body: Array(body.utf8))
        let failure = #expect(throws: TransferFailure.self) {
            try AnswerDecoding.acceptedTransfer(response)
        }
        #expect(failure?.advice == .lookUp)
    }

    @Test(arguments: ["{}", #"{"Contact":null}"#, #"{"Contact":"x"}"#, "oops"])
    func `asks again where no contact can be read`(_ body: String) {
        let response = HTTPResponse(status: 200, body: Array(body.utf8))
        let failure = #expect(throws: TransferFailure.self) {
            try AnswerDecoding.contactState(response)
        }
        #expect(failure?.advice == .retry(mayHaveTakenEffect: true))
    }

    @Test func `passes over members of other types`() throws {
        let body = #"{"Contact":{"Channel":1,"QueueInfo":[],"InitiationTimestamp":"x","Id":{}}}"#
        let response = HTTPResponse(status: 200, body: Array(body.utf8))
        #expect(try AnswerDecoding.contactState(response) == ContactState())
    }

    @Test func `tells what to do about a certificate`() {
        let failure = TransferFailure(
            TransportFailure(kind: .untrusted, detail: "self-signed", mayHaveArrived: false),
            host: "connect.example")
        #expect(failure.code == "TLSVerificationFailed")
        #expect(failure.message.contains("connect.example"))
        #expect(failure.message.contains("AWS_CA_BUNDLE"))
        #expect(failure.advice == .retry(mayHaveTakenEffect: false))
    }
}
