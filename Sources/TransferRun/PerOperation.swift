import TransferCore

/// A value for each operation.
///
/// Not a dictionary: a change of one of its values takes the value out and puts it back, and looks for
/// it by hashing the operation's name; three times a row that is 2 us of CPU.
struct PerOperation<Value> {
    var transferContact: Value
    var describeContact: Value
    var listAssociatedContacts: Value

    /// Begins with the same for each.
    init(repeating value: Value) {
        transferContact = value
        describeContact = value
        listAssociatedContacts = value
    }

    subscript(operation: RowOperation) -> Value {
        get {
            switch operation {
            case .transferContact: transferContact
            case .describeContact: describeContact
            case .listAssociatedContacts: listAssociatedContacts
            }
        }
        // In place: `set` would copy the value, and all that it holds.
        _modify {
            switch operation {
            case .transferContact: yield &transferContact
            case .describeContact: yield &describeContact
            case .listAssociatedContacts: yield &listAssociatedContacts
            }
        }
    }
}

extension PerOperation: Sendable where Value: Sendable {}
extension PerOperation: Equatable where Value: Equatable {}
extension PerOperation: Hashable where Value: Hashable {}
