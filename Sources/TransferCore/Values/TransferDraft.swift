/// What a valid row asks for, before its job's id, and so its token, is known.
package struct TransferDraft: Hashable, Sendable {
    package var instance: InstanceID
    package var contact: ContactID
    package var flow: ContactFlowID
    package var destination: Destination
    package var mustBeAt: Guard?
    /// The column `ClientToken`, where a row has one.
    package var tokenOverride: ClientToken?

    package init(
        instance: InstanceID, contact: ContactID, flow: ContactFlowID, destination: Destination,
        mustBeAt: Guard? = nil, tokenOverride: ClientToken? = nil
    ) {
        self.instance = instance
        self.contact = contact
        self.flow = flow
        self.destination = destination
        self.mustBeAt = mustBeAt
        self.tokenOverride = tokenOverride
    }
}
