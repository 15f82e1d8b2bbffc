import FoundationEssentials

/// Any JSON value.
enum JSON: Decodable, Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSON])
    case object([String: JSON])

    init(_ text: String) throws {
        self = try JSONDecoder().decode(JSON.self, from: Data(text.utf8))
    }

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let bool = try? value.decode(Bool.self) {
            self = .bool(bool)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let string = try? value.decode(String.self) {
            self = .string(string)
        } else if let array = try? value.decode([JSON].self) {
            self = .array(array)
        } else {
            self = .object(try value.decode([String: JSON].self))
        }
    }

    subscript(key: String) -> JSON? { object?[key] }
    subscript(index: Int) -> JSON? {
        array.flatMap { $0.indices.contains(index) ? $0[index] : nil }
    }

    var object: [String: JSON]? { if case .object(let object) = self { object } else { nil } }
    var array: [JSON]? { if case .array(let array) = self { array } else { nil } }
    var string: String? { if case .string(let string) = self { string } else { nil } }
    var double: Double? { if case .number(let number) = self { number } else { nil } }
    /// A string, or a number as a string.
    var text: String { string ?? int.map(String.init) ?? "" }
    var int: Int? { double.flatMap { Int(exactly: $0) } }
}

/// The keywords of JSON Schema that `summary.schema.json` uses; any other is a fault of the test.
struct JSONSchema {
    let root: JSON

    /// Where and how the value does not fit.
    func faults(_ value: JSON) throws -> [String] { try faults(value, root, "$") }

    private func faults(_ value: JSON, _ schema: JSON, _ path: String) throws -> [String] {
        var faults: [String] = []
        for (keyword, rule) in schema.object ?? [:] {
            faults += try check(value, keyword, rule, schema, path)
        }
        return faults
    }

    private func check(
        _ value: JSON, _ keyword: String, _ rule: JSON, _ schema: JSON, _ path: String
    ) throws -> [String] {
        func fault(unless holds: Bool) -> [String] { holds ? [] : ["\(path): \(keyword) \(value)"] }
        switch keyword {
        case "$schema", "$defs", "title", "description": return []
        case "$ref":
            let name = String(rule.string?.split(separator: "/").last ?? "")
            guard let target = root["$defs"]?[name] else { return ["\(path): no \(name)"] }
            return try faults(value, target, path)
        case "type": return fault(unless: value.isOf(type: rule.string ?? ""))
        case "const": return fault(unless: value == rule)
        case "enum": return fault(unless: rule.array?.contains(value) == true)
        case "minimum": return fault(unless: (value.double ?? 0) >= (rule.double ?? 0))
        case "exclusiveMinimum": return fault(unless: (value.double ?? 1) > (rule.double ?? 0))
        case "pattern":
            let pattern = try Regex(rule.string ?? "")
            return fault(unless: value.string?.firstMatch(of: pattern) != nil)
        case "required":
            return fault(
                unless: rule.array?.allSatisfy { value[$0.string ?? ""] != nil } == true)
        case "additionalProperties":
            let known = Set(schema["properties"]?.object?.keys.map(\.self) ?? [])
            return fault(unless: value.object.map { known.isSuperset(of: $0.keys) } == true)
        case "properties":
            return try (rule.object ?? [:]).flatMap { name, part in
                try value[name].map { try faults($0, part, "\(path).\(name)") } ?? []
            }
        case "items":
            return try (value.array ?? []).flatMap { try faults($0, rule, "\(path)[]") }
        default: return ["\(path): the test does not know the keyword \(keyword)"]
        }
    }
}

extension JSON {
    fileprivate func isOf(type: String) -> Bool {
        switch (type, self) {
        case ("object", .object), ("array", .array), ("string", .string), ("boolean", .bool),
            ("number", .number):
            true
        case ("integer", .number(let number)): number == number.rounded()
        default: false
        }
    }
}
