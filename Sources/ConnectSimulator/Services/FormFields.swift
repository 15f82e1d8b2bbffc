/// The fields of a form, checked as the model of STS says.
struct FormFields {
    private let fields: [String: String]

    init(_ fields: [String: String]) { self.fields = fields }

    /// A field that may be absent; empty is absent.
    func optional(
        _ name: String, _ lengths: ClosedRange<Int>, allowing extra: String? = nil
    ) throws(ServiceFault) -> String? {
        guard let value = fields[name], !value.isEmpty else { return nil }
        guard value.unicodeScalars.count >= lengths.lowerBound else {
            throw Self.fault(
                name, value, "have length greater than or equal to \(lengths.lowerBound)")
        }
        guard value.unicodeScalars.count <= lengths.upperBound else {
            throw Self.fault(
                name, value, "have length less than or equal to \(lengths.upperBound)")
        }
        if let extra {
            guard
                value.unicodeScalars.allSatisfy({ isWord($0) || extra.unicodeScalars.contains($0) })
            else {
                throw Self.fault(
                    name, value, "satisfy regular expression pattern: [\\w\(extra)]*")
            }
        }
        return value
    }

    /// A field that must be there.
    func required(
        _ name: String, _ lengths: ClosedRange<Int>, allowing extra: String? = nil
    ) throws(ServiceFault) -> String {
        guard let value = try optional(name, lengths, allowing: extra) else {
            throw Self.fault(name, nil, "not be null")
        }
        return value
    }

    /// A whole number that may be absent.
    func number(_ name: String, _ bounds: ClosedRange<Int>) throws(ServiceFault) -> Int? {
        guard let text = fields[name] else { return nil }
        guard let number = Int(text) else {
            throw ServiceFault(400, "MalformedInput", "\(name) is not a number.")
        }
        guard number >= bounds.lowerBound else {
            throw Self.fault(name, text, "have value greater than or equal to \(bounds.lowerBound)")
        }
        guard number <= bounds.upperBound else {
            throw Self.fault(name, text, "have value less than or equal to \(bounds.upperBound)")
        }
        return number
    }

    /// - Parameter rule: what the member must do.
    private static func fault(_ name: String, _ value: String?, _ rule: String) -> ServiceFault {
        let shown = value.map { "'\($0)'" } ?? "null"
        return ServiceFault(
            400, "ValidationError",
            "1 validation error detected: Value \(shown) at '\(member(name))' failed to satisfy "
                + "constraint: Member must \(rule)")
    }

    /// AWS names members with a small first letter in these messages.
    private static func member(_ name: String) -> String {
        name.prefix(1).lowercased() + name.dropFirst()
    }

    /// `\w` as Java has it: ASCII alone.
    private func isWord(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
            || scalar == "_"
    }
}
