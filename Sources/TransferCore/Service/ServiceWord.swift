/// A word of the service's vocabulary, to which it may add at any time: unknown ones are kept.
package protocol ServiceWord: RawRepresentable, Hashable, Sendable, CustomStringConvertible
where RawValue == String {
    init(rawValue: String)
}

extension ServiceWord {
    package var description: String { rawValue }
}
