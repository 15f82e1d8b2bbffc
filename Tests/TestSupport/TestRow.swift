import Synchronization
package import TransferCore
package import TransferLedger

/// A row to store, without an input that it was read from.
package struct TestRow: Sendable {
    package var line: Int
    package var record: String
    package var contact: String
    /// Nil in a row that has none.
    package var route: Route?
    package var token: ClientToken?
    /// What ended it before anything was sent; the number is the row's own.
    package var ended: EndedRow?

    package init(
        line: Int, record: String, contact: String = "", route: Route? = nil,
        token: ClientToken? = nil, ended: EndedRow? = nil
    ) {
        self.line = line
        self.record = record
        self.contact = contact
        self.route = route
        self.token = token
        self.ended = ended
    }
}

extension Ledger {
    /// Stores a job of these rows, numbered from 1 on.
    package func store(
        _ rows: [TestRow], at now: Timestamp, sealed seal: Seal
    ) async throws -> Job {
        let batches = Mutex(NewRows.batches(of: rows)[...])
        return try await store(at: now) {
            batches.withLock { $0.popFirst() }
        } seal: {
            seal
        }.job
    }
}

extension NewRows {
    /// The rows in batches, as an intake hands them on.
    package static func batches(of rows: [TestRow]) -> [NewRows] {
        var batches: [NewRows] = []
        var batch = NewRows()
        var routes: [Route: Int] = [:]
        for (index, row) in rows.enumerated() {
            if let route = row.route, routes[route] == nil {
                routes[route] = routes.count + 1
                batch.routes.append(NewRoute(number: routes.count, route: route))
            }
            batch.append(
                line: row.line, record: row.record.utf8Span.span,
                contact: row.contact.isEmpty ? nil : .apart(row.contact),
                route: row.route.flatMap { routes[$0] }, token: row.token)
            if var ended = row.ended {
                ended.row = index + 1
                batch.ended.append(ended)
            }
            if batch.isFull {
                batches.append(batch)
                batch = NewRows()
            }
        }
        return batches + (batch.count > 0 ? [batch] : [])
    }
}
