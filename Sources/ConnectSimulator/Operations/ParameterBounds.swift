import FoundationEssentials

extension CallParameters {
    /// The label `InstanceId`, which all operations bound alike.
    func instanceID(
        orRefuse exception: Exception = UndocumentedAnswer.boundBroken
    ) throws(Refusal) -> String {
        try bounded(label("InstanceId"), "InstanceId", 1...100, orRefuse: exception)
    }

    /// All values of a query parameter, each one of an enumeration of the model.
    ///
    /// - Parameter countMax: the most that may be given.
    func query<Value: RawRepresentable<String>>(
        _ name: String, as: Value.Type, countMax: Int
    ) throws(Refusal) -> [Value] {
        var values: [Value] = []
        for pair in query where pair.name == name {
            values.append(try modelled(pair.value, name))
        }
        return try bounded(values, name, 0...countMax)
    }
}

/// Checks that a member is there.
func required<Value>(_ value: Value?, _ name: String) throws(Refusal) -> Value {
    guard let value else { throw Refusal(.invalidRequest, "\(name) is missing.") }
    return value
}

/// Checks a length, which the model counts in Unicode scalars.
func bounded(
    _ value: String, _ name: String, _ bounds: ClosedRange<Int>,
    orRefuse exception: Exception = UndocumentedAnswer.boundBroken
) throws(Refusal) -> String {
    let length = value.unicodeScalars.count
    guard bounds.contains(length) else {
        throw Refusal(
            exception,
            "\(name) has \(length) characters; \(bounds.lowerBound) to \(bounds.upperBound) "
                + "are allowed.")
    }
    return value
}

/// Checks the length of a list.
func bounded<Item>(
    _ items: [Item], _ name: String, _ bounds: ClosedRange<Int>
) throws(Refusal) -> [Item] {
    guard bounds.contains(items.count) else {
        throw Refusal(
            UndocumentedAnswer.boundBroken,
            "\(name) has \(items.count) items; \(bounds.lowerBound) to \(bounds.upperBound) "
                + "are allowed.")
    }
    return items
}

/// Checks that a value is one of an enumeration of the model.
func modelled<Value: RawRepresentable<String>>(
    _ text: String, _ name: String
) throws(Refusal) -> Value {
    guard let value = Value(rawValue: text) else {
        throw Refusal(UndocumentedAnswer.boundBroken, "\(name) cannot be \(text).")
    }
    return value
}

extension JSON {
    /// Reads a body; unknown members are ignored, as the service does.
    static func read<Body: Decodable>(
        _ type: Body.Type, from body: [UInt8]
    ) throws(Refusal) -> Body {
        do {
            return try JSONDecoder().decode(type, from: Data(body))
        } catch DecodingError.typeMismatch(_, let context) {
            let name = context.codingPath.last?.stringValue ?? "The body"
            throw Refusal(UndocumentedAnswer.wrongType, "\(name) is of the wrong JSON type.")
        } catch DecodingError.keyNotFound(let key, _) {
            throw Refusal(.invalidRequest, "\(key.stringValue) is missing.")
        } catch DecodingError.valueNotFound(_, let context) {
            let name = context.codingPath.last?.stringValue ?? "The body"
            throw Refusal(.invalidRequest, "\(name) is missing.")
        } catch {
            throw Refusal(UndocumentedAnswer.wrongType, "The body is not a JSON object.")
        }
    }
}
