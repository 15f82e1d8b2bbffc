package import TransferCore

extension ConnectClient {
    /// Finds contacts, a page of 100 (SearchContacts): half a call a second is its quota.
    package func contacts(
        matching search: ContactSearch, after token: String? = nil
    ) async throws(TransferFailure) -> Answer<Page<FoundContact>> {
        try await answer(
            to: try .searchContacts(search, after: token), read: AnswerDecoding.foundContacts)
    }
}
