/// The codes that Baton itself gives to a row, in the form of the service's own.
package enum RowCode: String, Hashable, Sendable, CaseIterable {
    // Rejected: the row is invalid.
    case fieldCount = "FieldCount"
    case missingValue = "MissingValue"
    case invalidID = "InvalidId"
    case foreignARN = "ForeignArn"
    case nameNotResolved = "NameNotResolved"
    case bothColumns = "BothColumns"
    case bothDestinations = "BothDestinations"
    case noDestination = "NoDestination"
    case bothGuards = "BothGuards"
    case duplicateContact = "DuplicateContact"
    // Skipped: there is nothing to do.
    case alreadyThere = "AlreadyThere"
    case guardNotHeld = "GuardNotHeld"
}
