import ConnectClient
import Testing

/// What `NO_PROXY` may list, and what each word of it takes in.
struct ProxyExceptionTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var list: String
        var host: String
        var port = 443
        var testDescription: String { "\(host):\(port) by \(list)" }

        init(_ list: String, _ host: String, _ port: Int = 443) {
            (self.list, self.host, self.port) = (list, host, port)
        }
    }

    static let direct = [
        Case("*", "connect.us-east-1.amazonaws.com"), Case("*", "10.1.2.3"), Case("*", "fd00::1"),
        Case("a.example, *", "b.example"),
        // Names, with all below them.
        Case("corp.example", "corp.example"), Case("corp.example", "a.b.corp.example"),
        Case(".corp.example", "a.corp.example"), Case(".corp.example", "corp.example"),
        Case("*.corp.example", "a.corp.example"), Case("CORP.Example", "a.corp.example"),
        Case("corp.example.", "a.corp.example"), Case("corp.example", "a.corp.example."),
        Case("localhost", "localhost"), Case("example", "corp.example"),
        // Lists.
        Case("a.example,corp.example", "corp.example"),
        Case("a.example corp.example", "corp.example"),
        Case(" , a.example ,\tcorp.example,, ", "corp.example"),
        Case("http://a, 10.0.0.0/99, corp.example", "corp.example"),
        // Ports.
        Case("corp.example:443", "corp.example"), Case("corp.example:8443", "a.corp.example", 8443),
        Case("10.1.2.3:443", "10.1.2.3"), Case("[fd00::1]:443", "fd00::1"),
        // Addresses.
        Case("10.1.2.3", "10.1.2.3"), Case("fd00::1", "fd00::1"), Case("[fd00::1]", "fd00::1"),
        Case("FD00:0:0::0001", "fd00::1"),
        // Networks.
        Case("10.0.0.0/8", "10.1.2.3"), Case("10.1.2.99/24", "10.1.2.3"),
        Case("10.1.2.2/31", "10.1.2.3"), Case("10.1.2.3/32", "10.1.2.3"),
        Case("0.0.0.0/0", "10.1.2.3"), Case("fd00::/8", "fd12:3456::1"),
        Case("fd00::/13", "fd07::1"),
    ]

    static let proxied = [
        Case("", "corp.example"), Case(" ,, ", "corp.example"), Case(".", "corp.example"),
        // A name ends at a label's border.
        Case("corp.example", "notcorp.example"), Case("corp.example", "corp.example.org"),
        Case("corp.example", "example"), Case("c*p.example", "corp.example"),
        Case("a.corp.example", "corp.example"),
        Case("corp.example:443", "corp.example", 8443), Case("corp.example:x", "corp.example"),
        Case("https://corp.example", "corp.example"),
        // An address is no name, and has no end of its own.
        Case("2.3", "10.1.2.3"), Case(".1.2.3", "10.1.2.3"), Case("10.1.2", "10.1.2.3"),
        Case("10.1.2.3", "10.1.2.30"), Case("10.1.2.3:80", "10.1.2.3"),
        Case("10.1.2.3", "a.10.1.2.3.example"), Case("fd00::1", "fd00::2"),
        // A network is of one family, and of its own bits.
        Case("10.0.0.0/8", "11.1.2.3"), Case("10.1.2.0/31", "10.1.2.3"),
        Case("0.0.0.0/0", "fd00::1"), Case("::/0", "10.1.2.3"), Case("0.0.0.0/0", "corp.example"),
        Case("fd00::/13", "fd08::1"), Case("10.0.0.0/33", "10.1.2.3"),
        Case("10.0.0.0/", "10.1.2.3"), Case("10.0.0.0/-1", "10.1.2.3"),
    ]

    @Test(arguments: direct)
    func `excepts what is listed`(_ one: Case) {
        #expect(ProxyExceptions(one.list).hold(host: one.host, port: one.port))
    }

    @Test(arguments: proxied)
    func `excepts nothing else`(_ one: Case) {
        #expect(!ProxyExceptions(one.list).hold(host: one.host, port: one.port))
    }
}
