/// The codes that Baton itself gives to a row, in the form of the service's own.
package enum RowCode: String, Hashable, Sendable, CaseIterable {
    // Rejected: the row is invalid.
    case fieldCount = "FieldCount"
    case missingValue = "MissingValue"
    case invalidID = "InvalidId"
    case mangledID = "MangledId"
    case foreignARN = "ForeignArn"
    case bothColumns = "BothColumns"
    case bothDestinations = "BothDestinations"
    case noDestination = "NoDestination"
    case bothGuards = "BothGuards"
    case guardWithoutDestination = "GuardWithoutDestination"
    case duplicateContact = "DuplicateContact"
    case duplicateToken = "DuplicateToken"
    // Rejected: the row is valid, and what it names is not there or cannot take the contact.
    case unknownName = "UnknownName"
    case ambiguousName = "AmbiguousName"
    case notFound = "NotFound"
    case queueDisabled = "QueueDisabled"
    case flowArchived = "FlowArchived"
    case flowNotPublished = "FlowNotPublished"
    case flowType = "FlowType"
    // Failed: the service would refuse the transfer.
    case contactNotFound = "ContactNotFound"
    case contactEnded = "ContactEnded"
    case wrongChannel = "WrongChannel"
    case transferLimit = "TransferLimit"
    // Uncertain: it may have been transferred.
    case unclearTime = "UnclearTime"
    case unclearOrigin = "UnclearOrigin"
    // Skipped: there is nothing to do.
    case blankRow = "BlankRow"
    case repeatedContact = "RepeatedContact"
    case alreadyThere = "AlreadyThere"
    case guardNotHeld = "GuardNotHeld"
    // No outcome: something about the row that a person may want to know.
    case spacesRemoved = "SpacesRemoved"
}

extension RowCode {
    /// Whether it says of what a row names what only the instance's directory can tell.
    package var isOfDirectory: Bool {
        switch self {
        case .unknownName, .ambiguousName, .notFound, .queueDisabled, .flowArchived,
            .flowNotPublished, .flowType:
            true
        default: false
        }
    }
}
