package import TransferCore

/// One input and its options: what is asked for, as it was stored when its rows were judged.
package struct Job: Sendable, Hashable {
    /// The key within this ledger.
    package var number: Int64
    package var id: JobID
    package var createdAt: Timestamp
    package var input: JobInput
    package var options: JobOptions
    /// Data records in the input.
    package var rows: Int
    /// When what its rows name was looked up; nil before.
    package var resolvedAt: Timestamp?
}

/// The file that a job was made of.
package struct JobInput: Sendable, Hashable {
    /// The name as it was given, for people; the content's digest is what identifies it.
    package var name: String
    package var bytes: Int
    /// SHA-256 of the content, 64 hexadecimal digits.
    package var sha256: String
    /// The field separator of ``header`` and of every stored record.
    package var delimiter: UInt8
    /// The header record as it stood in the input, in UTF-8, without its line end.
    package var header: String

    package init(name: String, bytes: Int, sha256: String, delimiter: UInt8, header: String) {
        self.name = name
        self.bytes = bytes
        self.sha256 = sha256
        self.delimiter = delimiter
        self.header = header
    }
}

/// The options that decide what a row means: a part of a job's identity, so that one file used
/// against a rehearsal endpoint and then against the real one is two jobs.
package struct JobOptions: Sendable, Hashable {
    package var region: String
    /// The endpoint's URL.
    package var endpoint: String
    /// `--instance`, for rows without one of their own.
    package var instance: InstanceID?
    /// `--contact-flow`, for rows without one of their own.
    package var flow: Reference<ContactFlowID>?
    /// `--flow-decides`.
    package var flowDecides: Bool

    package init(
        region: String, endpoint: String, instance: InstanceID?,
        flow: Reference<ContactFlowID>?,
        flowDecides: Bool
    ) {
        self.region = region
        self.endpoint = endpoint
        self.instance = instance
        self.flow = flow
        self.flowDecides = flowDecides
    }
}
