/// The query protocol of STS: a form goes in, XML comes out.
enum QueryProtocol {
    private static let namespace = "https://sts.amazonaws.com/doc/2011-06-15/"

    /// The fields of a form; nil where it cannot be decoded.
    static func fields(of body: [UInt8]) -> [String: String]? {
        guard let text = String(validating: body, as: UTF8.self) else { return nil }
        // A form's blank is a plus sign (URL Standard, application/x-www-form-urlencoded).
        guard let pairs = CallParameters.pairs(text.replacing("+", with: "%20")[...]) else {
            return nil
        }
        return Dictionary(pairs.map { ($0.name, $0.value) }) { first, _ in first }
    }

    /// The answer of an action that succeeded, with its result's members in XML.
    static func answer(
        to action: String, result: String, requestID: SimulatedID
    ) -> ServiceAnswer {
        let metadata = element("ResponseMetadata", element("RequestId", requestID.text))
        let body =
            "<\(action)Response xmlns=\"\(namespace)\">\(element("\(action)Result", result))"
            + "\(metadata)</\(action)Response>\n"
        return ServiceAnswer(
            operation: "sts:\(action)", contentType: "text/xml", body: Array(body.utf8),
            headers: [("x-amzn-RequestId", requestID.text)])
    }

    /// The answer of an action that was refused.
    static func answer(
        to action: String, _ fault: ServiceFault, requestID: SimulatedID
    ) -> ServiceAnswer {
        let type = element("Type", fault.status < 500 ? "Sender" : "Receiver")
        let error = type + element("Code", fault.code) + element("Message", escaped(fault.message))
        let body =
            "<ErrorResponse xmlns=\"\(namespace)\">\(element("Error", error))"
            + "\(element("RequestId", requestID.text))</ErrorResponse>\n"
        return ServiceAnswer(
            operation: "sts:\(action)", status: fault.status, errorCode: fault.code,
            contentType: "text/xml", body: Array(body.utf8),
            headers: [("x-amzn-RequestId", requestID.text)])
    }

    /// An element round what is XML already.
    static func element(_ name: String, _ content: String) -> String {
        "<\(name)>\(content)</\(name)>"
    }

    /// Text that may stand in an element; what no XML may hold becomes U+FFFD (XML 1.0, 2.2).
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            // A parser would make a line feed of it.
            case "\r": escaped += "&#13;"
            case "\t", "\n": escaped.unicodeScalars.append(scalar)
            case "\0"..<" ", "\u{FFFE}", "\u{FFFF}": escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// What the front door's refusals are called here.
    static func fault(_ refusal: Refusal) -> ServiceFault {
        let code =
            switch refusal.exception {
            case .missingAuthenticationToken: "MissingAuthenticationToken"
            case .incompleteSignature: "IncompleteSignature"
            case .unrecognizedClient: "InvalidClientTokenId"
            case .expiredToken: "ExpiredToken"
            case .invalidSignature: "SignatureDoesNotMatch"
            case .accessDenied: "AccessDenied"
            default: refusal.exception.rawValue
            }
        return ServiceFault(refusal.exception.httpStatus, code, refusal.message)
    }
}
