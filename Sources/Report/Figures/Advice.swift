import TransferCore

/// What a person can do about a code.
enum Advice {
    /// A sentence for a code; for an unknown one, what its outcome calls for.
    static func sentence(for code: String?, _ outcome: Outcome) -> String {
        guard let code else { return byOutcome(outcome) }
        return service[code] ?? RowCode(rawValue: code).map(byRow) ?? byOutcome(outcome)
    }

    /// TransferContact, "Errors", and the errors common to all AWS services.
    private static let service: [String: String] = [
        "AccessDeniedException":
            "The role may not transfer these contacts. "
            + "Allow connect:TransferContact on contact, contact-flow and instance, then retry.",
        "IdempotencyException":
            "The service knew the token with other values. "
            + "Look the contact up in Connect before you send it again.",
        "InternalServiceException":
            "The service failed on each attempt. Look the contact up in Connect, then retry.",
        "InvalidParameterException":
            "A value was refused. Check the ids and the type of the flow, then retry.",
        "InvalidRequestException":
            "The request does not fit the contact. Only active tasks and e-mails can be "
            + "transferred: check that they are, and the type of the flow.",
        "ResourceNotFoundException":
            "Contact, flow or destination is not in the instance, or the contact has ended. "
            + "Check the ids; nothing is left to do for an ended contact.",
        "ServiceQuotaExceededException":
            "A limit is reached: a contact can be transferred 11 times, and queues and instances "
            + "hold so many contacts. Read the message.",
        "ThrottlingException":
            "The quota for calls was spent by others too. Retry when the account is quieter.",
    ]

    private static func byRow(_ code: RowCode) -> String {
        switch code {
        case .fieldCount:
            "A delimiter is missing, or stands in a text without quotes. Mend the row."
        case .missingValue: "Fill in the column that the message names."
        case .invalidID: "Copy the id again: it has a character or a shape that no id has."
        case .mangledID:
            "A spreadsheet changed the id. Format the column as text, and paste it again."
        case .foreignARN: "Give the ARN of the right kind, in this instance and Region."
        case .unknownName: "Nothing has exactly this name. Take one of those in the message."
        case .ambiguousName: "Several have this name. Give the id of the one that is meant."
        case .notFound: "It is not in this instance. Check the id, and --instance."
        case .queueDisabled: "Enable the queue, or name another."
        case .flowArchived: "Name a flow that is in use."
        case .flowNotPublished: "Publish the flow, or name another."
        case .contactNotFound: "Check the contact's id, and --instance."
        case .contactEnded: "Nothing is left to do for an ended contact."
        case .wrongChannel: "Only tasks and e-mails can be transferred: leave the row out."
        case .transferLimit: "It can be transferred no more: handle it where it is."
        case .flowType:
            "Name a flow of type inbound, transfer to agent or transfer to queue."
        case .bothColumns: "Keep the column of the id or that of the name, not both."
        case .bothDestinations: "Keep the queue or the user, not both."
        case .noDestination: "Name a queue or a user, or give --flow-decides."
        case .bothGuards: "Keep the expected queue or the expected user, not both."
        case .guardWithoutDestination: "Name where the contact goes, or drop the guard."
        case .duplicateToken: "Give each row a client token of its own, or none."
        case .unclearOrigin:
            "It may have been transferred, by this row or by somebody else. See it in Connect."
        case .unclearTime: "It may have been transferred, if a clock was wrong. See it in Connect."
        case .blankRow: "Nothing to do: the row was blank."
        case .repeatedContact: "Nothing to do: an earlier row moves the contact there."
        case .spacesRemoved: "Nothing to do: spaces that cannot be seen were removed."
        case .duplicateContact: "Keep the row of the contact that is right."
        case .alreadyThere: "Nothing to do: the contact was at its destination."
        case .guardNotHeld: "Nothing was done: the contact had moved on. Look where it is now."
        }
    }

    private static func byOutcome(_ outcome: Outcome) -> String {
        switch outcome {
        case .transferred: "Nothing to do."
        case .skipped: "Nothing to do: the contact was not to be moved."
        case .failed: "Read the message, mend the cause, then retry."
        case .rejected: "The row is invalid and was not sent. Mend it in retry.csv and run that."
        case .uncertain: "It may have been transferred. Look it up in Connect, then retry."
        case .pending: "Not done yet: baton resume goes on."
        }
    }
}
