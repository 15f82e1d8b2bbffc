import AWSSigning
import TransferCore

extension Timestamp {
    /// Parses an HTTP `Date`, `Sun, 06 Nov 1994 08:49:37 GMT`; nil for any other form.
    ///
    /// The two obsolete forms of RFC 9110, 5.6.7 are not sent by AWS.
    init?(httpDate text: String) {
        let months = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        let words = text.split(separator: " ")
        guard words.count == 6, words[5] == "GMT",
            let month = months.firstIndex(of: String(words[2]))
        else { return nil }
        let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
        let time = words[4].filter { $0 != ":" }
        guard let date = SigningDate("\(words[3])\(number)\(words[1])T\(time)Z") else { return nil }
        self.init(milliseconds: date.seconds * 1000)
    }
}
