package import TransferCore

/// How an input is taken in.
package struct IntakeOptions: Sendable {
    /// What holds for rows that do not say otherwise.
    package var defaults: RowDefaults
    package var limits = CSVLimits()
    /// Whether the first invalid row refuses the whole input.
    package var isStrict = false

    package init(defaults: RowDefaults) { self.defaults = defaults }
}
