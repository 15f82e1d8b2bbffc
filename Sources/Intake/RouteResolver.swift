import TransferCore
import TransferLedger

/// Finds what routes name: ids for names, and whether what has an id is there and in use.
///
/// Each thing is asked for once. A list is fetched where rows have names, or more ids than calls
/// for each are worth; what is remembered grows with the instance and not with the rows.
struct RouteResolver {
    private let directories: Directories
    private let needs: RouteNeeds
    /// What `--contact-flow` gave for rows without one of their own.
    private let flow: Reference<ContactFlowID>?
    private var lists: [Kind: DirectoryList] = [:]
    private var nearest: [Kind: NearestNames] = [:]
    private var known: [Thing: RowProblem?] = [:]
    /// Whether the service knows an instance, where something of it was not found.
    private var isThere: [Place: Bool] = [:]
    /// The look-ups by id that failed, or that the role may not make: rows go on without them.
    private(set) var notLookedUp: [ThingKind: TransferFailure] = [:]

    /// Distinct ids for which calls for each are made before a list is worth its pages.
    private static let describedMax = 10

    private struct Kind: Hashable {
        var kind: ThingKind
        var instance: InstanceID
        var home: Home?
    }

    private struct Place: Hashable {
        var instance: InstanceID
        var home: Home?
    }

    private struct Thing: Hashable {
        var id: String
        var of: Kind
    }

    init(
        _ directories: Directories, needs: RouteNeeds, flow: Reference<ContactFlowID>?
    ) {
        self.directories = directories
        self.needs = needs
        self.flow = flow
    }

    /// Gives each of a route's things its id, or says what is wrong with it.
    ///
    /// - Throws: a failure without which no name can be found.
    mutating func resolve(_ new: NewRoute) async throws(TransferFailure) -> ResolvedRoute {
        var route = new.route
        var problems: [RowProblem] = []
        let place = Place(instance: route.instance, home: route.home)
        if isThere[place] == false {
            return ResolvedRoute(
                number: new.number, route: route, problems: [.noInstance(route.instance)])
        }
        route.flow = try await find(route.flow, .flow, (.flowID, .flow), of: route, &problems)
        switch route.destination {
        case .queue(let queue):
            route.destination = .queue(
                try await find(queue, .queue, (.queueID, .queue), of: route, &problems))
        case .user(let user):
            route.destination = .user(
                try await find(user, .user, (.userID, .user), of: route, &problems))
        case nil: break
        }
        switch route.mustBeAt {
        case .queue(.name(let name)):
            let found: Reference<QueueID> = try await find(
                .name(name), .queue, (.expectedQueueID, .expectedQueue), of: route, &problems)
            route.mustBeAt = .queue(found)
        case .user(.name(let name)):
            let found: Reference<UserID> = try await find(
                .name(name), .user, (.expectedUserID, .expectedUser), of: route, &problems)
            route.mustBeAt = .user(found)
        default: break
        }
        // It is no fault of the flow's or the queue's then.
        if isThere[place] == false { problems = [.noInstance(route.instance)] }
        return ResolvedRoute(number: new.number, route: route, problems: problems)
    }

    private mutating func find<ID: ServiceIdentifier>(
        _ reference: Reference<ID>, _ kind: ThingKind, _ columns: (id: Column, name: Column),
        of route: Route, _ problems: inout [RowProblem]
    ) async throws(TransferFailure) -> Reference<ID> {
        let kind = Kind(kind: kind, instance: route.instance, home: route.home)
        var source = ReferenceSource.column(reference.name == nil ? columns.id : columns.name)
        if columns.id == .flowID, route.flow == flow { source = .flowFlag }
        let id: String
        switch reference {
        case .id(let own): id = own.text
        case .name(let name):
            let list = try await list(of: kind)
            let found = list.find(name, source) {
                nearest[kind, default: NearestNames(list.names)].of($0)
            }
            switch found {
            case .success(let entry): id = entry.id
            case .failure(let found):
                problems += found.all
                return reference
            }
        }
        let isGuard = columns.id == .expectedQueueID || columns.id == .expectedUserID
        if !isGuard, var problem = try await check(Thing(id: id, of: kind), source) {
            problem.column = source.column
            problems.append(problem)
        }
        return .id(ID(valid: id))
    }

    /// What is wrong with the thing that has this id; nil where nothing is.
    private mutating func check(
        _ thing: Thing, _ source: ReferenceSource
    ) async throws(TransferFailure) -> RowProblem? {
        if let known = known[thing] { return known }
        let isListed = needs.ids(thing.of.kind, in: thing.of.instance) > Self.describedMax
        let problem: RowProblem?
        switch try await isListed || lists[thing.of] != nil
            ? listIfAllowed(of: thing.of)?.verdict(on: thing.id, source) : .unlisted
        {
        case .notThere(let problem):
            // Not remembered: rows can have any number of ids that are nowhere.
            return problem
        case .faulty(let found): problem = found
        // The list of queues does not say which are disabled.
        case .listed where thing.of.kind != .queue: problem = nil
        case .listed, .unlisted: problem = try await described(thing, source)
        // Too many for calls for each, and no list to be had.
        case nil: return nil
        }
        known[thing] = .some(problem)
        return problem
    }

    private mutating func described(
        _ thing: Thing, _ source: ReferenceSource
    ) async throws(TransferFailure) -> RowProblem? {
        let (kind, instance) = (thing.of.kind, thing.of.instance)
        do throws(TransferFailure) {
            let entry = try await directories[thing.of.home].entry(kind, id: thing.id, in: instance)
            isThere[Place(instance: instance, home: thing.of.home)] = true
            return entry.fault?.problem(of: entry, kind, source)
        } catch {
            if error.code == "ContactFlowNotPublishedException" {
                let entry = DirectoryEntry(id: thing.id, name: nil)
                return DirectoryEntry.Fault.notPublished.problem(of: entry, kind, source)
            }
            if error.httpStatus == 404 {
                try await lookForInstance(of: thing.of)
                return .notThere(kind, thing.id, source, in: instance)
            }
            try go(onWithout: kind, error)
            return nil
        }
    }

    /// Asks for a list where something was not found: the service does not say of what it does not
    /// know whether it is the thing or the instance, and to list takes an instance alone.
    private mutating func lookForInstance(of kind: Kind) async throws(TransferFailure) {
        let place = Place(instance: kind.instance, home: kind.home)
        guard isThere[place] == nil else { return }
        isThere[place] = true
        let queues = Kind(kind: .queue, instance: kind.instance, home: kind.home)
        do throws(TransferFailure) {
            _ = try await list(of: queues)
        } catch {
            if error.advice == .credentials || error.httpStatus == nil { throw error }
            isThere[place] = error.httpStatus != 404
        }
    }

    /// The things of an instance; nil where they cannot be listed and rows can go without.
    private mutating func listIfAllowed(
        of kind: Kind
    ) async throws(TransferFailure) -> DirectoryList? {
        let place = Place(instance: kind.instance, home: kind.home)
        if lists[kind] == nil, notLookedUp[kind.kind] != nil || isThere[place] == false {
            return nil
        }
        do throws(TransferFailure) {
            return try await list(of: kind)
        } catch {
            if error.httpStatus == 404 {
                isThere[place] = false
                return nil
            }
            try go(onWithout: kind.kind, error)
            return nil
        }
    }

    private mutating func list(of kind: Kind) async throws(TransferFailure) -> DirectoryList {
        if let known = lists[kind] { return known }
        // The queues of users have no names, and there are as many as users.
        let isForIDs = needs.ids(kind.kind, in: kind.instance) > Self.describedMax
        let list = DirectoryList(
            kind.kind, in: kind.instance,
            try await directories[kind.home].entries(
                kind.kind, in: kind.instance, all: isForIDs),
            hasAll: isForIDs || kind.kind != .queue)
        lists[kind] = list
        return list
    }

    /// Rows are sent without a look-up that may not be made; what stops every call stops all.
    private mutating func go(
        onWithout kind: ThingKind, _ failure: TransferFailure
    ) throws(TransferFailure) {
        if failure.advice == .credentials || failure.httpStatus == nil { throw failure }
        notLookedUp[kind] = notLookedUp[kind] ?? failure
    }
}

extension RowProblem {
    fileprivate static func noInstance(_ instance: InstanceID) -> RowProblem {
        RowProblem(
            .notFound, .instanceID,
            "There is no instance \(instance) in this account and Region. Check it, in InstanceId or "
                + "--instance, and --region.")
    }

    static func notThere(
        _ kind: ThingKind, _ id: String, _ source: ReferenceSource, in instance: InstanceID
    ) -> RowProblem {
        RowProblem(
            .notFound, source.column,
            "There is no \(kind.noun) \(id.quoted) in instance \(instance). "
                + "Check \(source.words).")
    }
}
