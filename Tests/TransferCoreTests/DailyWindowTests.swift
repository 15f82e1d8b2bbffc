import Testing
import TransferCore

struct DailyWindowTests {
    /// Zurich's clocks round the two changes of 2027: on March 28 at 01:00 UTC from 02:00 to 03:00,
    /// on October 31 at 01:00 UTC from 03:00 to 02:00.
    static let zurich = ZoneOffsets(name: "Europe/Zurich") { moment in
        (1_806_195_600_000..<1_824_944_400_000).contains(moment.milliseconds) ? 7200 : 3600
    }
    static let utc = ZoneOffsets(name: "UTC") { _ in 0 }

    private func at(_ text: String) throws -> Timestamp {
        try #require(Timestamp(stopTime: text, after: Timestamp(milliseconds: 0), in: Self.utc))
    }

    private func window(_ text: String) throws -> DailyWindow {
        try #require(DailyWindow(text, in: Self.zurich))
    }

    /// The changes of a window after a moment, in UTC, to the minute.
    private func changes(_ text: String, after start: String, count: Int) throws -> [String] {
        let window = try window(text)
        var moment = try at(start)
        return (0..<count).map { _ in
            let isOpen = window.isOpen(at: moment)
            moment = window.nextChange(after: moment)
            #expect(window.isOpen(at: moment) != isOpen)
            #expect(window.isOpen(at: Timestamp(milliseconds: moment.milliseconds - 1)) == isOpen)
            return "\(isOpen ? "closes" : "opens") \(moment.iso8601.prefix(16))"
        }
    }

    @Test func `is open over midnight, its first minute included and its last one not`() throws {
        #expect(
            try changes("22:00-06:00", after: "2027-01-10T12:00Z", count: 4) == [
                "opens 2027-01-10T21:00", "closes 2027-01-11T05:00", "opens 2027-01-11T21:00",
                "closes 2027-01-12T05:00",
            ])
        #expect(
            try changes("09:00-17:30", after: "2027-07-10T12:34:56Z", count: 2) == [
                "closes 2027-07-10T15:30", "opens 2027-07-11T07:00",
            ])
    }

    @Test func `follows the clocks when they are put forward`() throws {
        #expect(
            try changes("22:00-06:00", after: "2027-03-27T20:00Z", count: 3) == [
                "opens 2027-03-27T21:00", "closes 2027-03-28T04:00", "opens 2027-03-28T20:00",
            ])
    }

    @Test func `follows the clocks when they are put back`() throws {
        #expect(
            try changes("22:00-06:00", after: "2027-10-30T19:00Z", count: 3) == [
                "opens 2027-10-30T20:00", "closes 2027-10-31T05:00", "opens 2027-10-31T21:00",
            ])
    }

    @Test func `a time that clocks skip counts from when they have skipped it`() throws {
        // 02:30 does not exist: at 01:00 UTC it is 03:00.
        #expect(
            try changes("02:30-05:00", after: "2027-03-27T20:00Z", count: 2) == [
                "opens 2027-03-28T01:00", "closes 2027-03-28T03:00",
            ])
        #expect(
            try changes("00:30-02:30", after: "2027-03-27T20:00Z", count: 2) == [
                "opens 2027-03-27T23:30", "closes 2027-03-28T01:00",
            ])
        // A window that is skipped as a whole is not open on that day.
        #expect(
            try changes("02:10-02:50", after: "2027-03-27T20:00Z", count: 1) == [
                "opens 2027-03-29T00:10"
            ])
    }

    @Test func `an hour that clocks show twice counts twice`() throws {
        #expect(
            try changes("22:00-02:30", after: "2027-10-30T19:00Z", count: 4) == [
                "opens 2027-10-30T20:00", "closes 2027-10-31T00:30", "opens 2027-10-31T01:00",
                "closes 2027-10-31T01:30",
            ])
        #expect(
            try changes("02:15-02:45", after: "2027-10-30T23:00Z", count: 4) == [
                "opens 2027-10-31T00:15", "closes 2027-10-31T00:45", "opens 2027-10-31T01:15",
                "closes 2027-10-31T01:45",
            ])
    }

    @Test(arguments: [
        "", "22:00", "22:00-", "-06:00", "24:00-06:00", "22:00-06:60", "22-06", "22:00-22:00",
        "22:00-06:00-", "2:00-06:00", "22:00–06:00", " 22:00-06:00", "+2:00-06:00", "٢٢:00-06:00",
    ])
    func `what is no window is told`(text: String) {
        #expect(DailyWindow(text, in: Self.utc) == nil)
    }

    @Test func `a time to stop is the next one, or the one of its date`() throws {
        let now = try at("2027-01-10T12:00Z")
        let stops = [
            "13:00": "2027-01-11T12:00", "13:01": "2027-01-10T12:01", "12:59": "2027-01-11T11:59",
            "2027-01-10T13:30": "2027-01-10T12:30", "2027-07-10T13:30:05": "2027-07-10T11:30",
            "2027-01-10T13:30Z": "2027-01-10T13:30", "2027-01-10T13:30-05:00": "2027-01-10T18:30",
            // Twice: the first. Not at all: as far behind it as it was skipped.
            "2027-10-31T02:30": "2027-10-31T00:30", "2027-03-28T02:30": "2027-03-28T01:30",
            "2028-02-29T00:00": "2028-02-28T23:00",
        ]
        for (text, expected) in stops {
            let stop = Timestamp(stopTime: text, after: now, in: Self.zurich)
            #expect(stop?.iso8601.prefix(16) == expected[...], "\(text)")
        }
        let wrong = [
            "", "6", "6:00", "2027-02-29T00:00", "2027-13-01T00:00", "2027-1-1T00:00", "2027-01-01",
            "2027-01-01T25:00", "2027-01-01T10:00:60", "2027-01-01T10:00X", "2027-01-01T10:00+1",
            "2027-01-01 10:00", "-027-01-01T10:00",
        ]
        for text in wrong {
            #expect(Timestamp(stopTime: text, after: now, in: Self.zurich) == nil, "\(text)")
        }
    }
}
