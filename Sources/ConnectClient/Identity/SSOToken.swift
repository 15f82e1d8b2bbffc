import AWSSigning
import FoundationEssentials
import Glibc
import TransferCore

/// The token of a sign-in, as the AWS CLI keeps it in `~/.aws/sso/cache`.
struct SSOToken: Sendable {
    let accessToken: String
    let end: Timestamp
    /// All members of the file, those that are not known here among them.
    private var members: [String: JSONValue]

    /// A token may be long; a file of this size is none.
    private static let fileBytesMax = 1 << 18

    /// What is wrong with a file: words for the middle of a sentence.
    struct Problem: Error {
        let words: String
    }

    /// Reads the file.
    init(at path: String) throws(Problem) {
        do throws(SmallFile.Problem) {
            try self.init(parsing: SmallFile.bytes(at: path, max: Self.fileBytesMax))
        } catch .missing {
            throw Problem(words: "nobody has signed in yet (\(path) does not exist)")
        } catch {
            throw Problem(words: "the token's file \(path) cannot be used: \(error.words)")
        }
    }

    private init(parsing bytes: [UInt8]) throws(SmallFile.Problem) {
        let members = try? JSONDecoder().decode([String: JSONValue].self, from: Data(bytes))
        guard let members, case .text(let token)? = members["accessToken"], !token.isEmpty,
            token.isVisibleASCII,
            case .text(let end)? = members["expiresAt"], let end = Timestamp(iso8601: end)
        else { throw .unreadable("it is not as the AWS CLI writes it") }
        (accessToken, self.end, self.members) = (token, end, members)
    }

    /// What a new token can be had for; nil where it must be signed in for.
    func renewal(at now: Timestamp) -> Renewal? {
        guard case .text(let clientID)? = members["clientId"],
            case .text(let clientSecret)? = members["clientSecret"],
            case .text(let refreshToken)? = members["refreshToken"],
            case .text(let text)? = members["registrationExpiresAt"],
            let end = Timestamp(iso8601: text), now < end
        else { return nil }
        return Renewal(clientID: clientID, clientSecret: clientSecret, refreshToken: refreshToken)
    }

    struct Renewal: Sendable {
        let clientID: String
        let clientSecret: String
        let refreshToken: String
    }

    /// The file's contents with a new token in it, to be written where the old one was.
    func renewed(
        with answer: SSOTokenAnswer, for settings: SSOSettings, at now: Timestamp
    ) throws(Problem) -> [UInt8] {
        var members = members
        let end = Timestamp(milliseconds: now.milliseconds + answer.expiresIn * 1000)
        members["accessToken"] = .text(answer.accessToken)
        members["expiresAt"] = .text("\(end.iso8601.prefix(19))Z")
        // Where none is given anew, the old one goes on (RFC 6749, 6).
        if let token = answer.refreshToken { members["refreshToken"] = .text(token) }
        members["startUrl"] = .text(settings.startURL)
        members["region"] = .text(settings.region)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do { return Array(try encoder.encode(members)) } catch {
            throw Problem(words: "the new token cannot be written as JSON")
        }
    }

    /// The file of a session's name or a start URL, as all of AWS's tools name it.
    static func path(
        of name: String, environment: [String: String]
    ) throws(Problem) -> String {
        guard let home = environment.value("HOME"), let hash = SHA1Name.hex(of: name) else {
            throw Problem(words: "the folder of its tokens is not known (HOME is not set)")
        }
        return "\(home)/.aws/sso/cache/\(hash).json"
    }

    /// Whether a new token could be written; a folder mounted read-only is nothing unusual.
    static func isWritable(_ path: String) -> Bool {
        let folder = path.prefix(upTo: path.lastIndex(of: "/") ?? path.startIndex)
        return unsafe access(String(folder), W_OK) == 0
    }
}

extension SSOToken: CustomStringConvertible, CustomReflectable {
    var description: String { "the token until \(end.iso8601)" }
    var customMirror: Mirror { Mirror(self, children: []) }
}
