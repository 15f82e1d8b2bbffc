/// A quota that stores nothing: so many calls in a window of time, or under way at once.
///
/// What is left out is lost there, so the mean between two refusals is less than what could be had, and
/// a search by means alone stays below it: 57 % were used of a window of 10 calls. It shows where the
/// rate seems to have risen and has not, or where a bucket that seems to be shared always takes the
/// same. Then calls go evenly, just below what was refused. A bucket is empty by then and refuses soon,
/// at the mean that was known; what takes more stores nothing, and is used evenly from there on.
extension RateSearch {
    /// Even calls that are to show whether the quota stores what is left out.
    struct EvenTrial {
        /// What the quota would take if it does, in calls a second.
        var mean: Double
        var from: EmptyMoment
    }

    /// Calls in which one refusal is wanted, half as many while tried.
    private static let evenCalls = 250.0
    /// What is left out after a refusal and won back until the next, as a share.
    private static let evenStep = 0.01
    private static let trialStep = 0.08
    /// Refusals in a row, each after a quarter of the calls at most, that even calls end with.
    private static let quickRefusalsMax = 4

    mutating func tryEven(
        below reached: Double, mean: Double, from moment: EmptyMoment, at now: Double
    ) -> Double {
        trialsLeft -= 1
        trial = EvenTrial(mean: mean, from: moment)
        quickRefusals = 0
        return goEvenly(at: reached * (1 - Self.trialStep), Self.trialStep, calls: 50, at: now)
    }

    /// The rate after `time`: more and more above the level where no refusal comes.
    func even(_ level: Double, _ step: Double, after time: Double) -> Double {
        let span = (trial == nil ? Self.evenCalls : Self.evenCalls / 2) / level
        let late = max(0, time - 1.5 * span)
        return level * (1 + step * (time / span + (Double.exp2(4 * late / span) - 1) / 2))
    }

    /// Hears of a refusal of calls that went evenly at `reached` a second.
    mutating func refuseEven(
        _ reached: Double, _ step: Double, _ moment: EmptyMoment, at now: Double
    ) -> Double {
        let calls = moment.admitted - (moments.last ?? moment).admitted
        moments.append(moment)
        if let trial {
            self.trial = nil
            let taken = moment.admitted - trial.from.admitted
            let stored = trial.mean * (moment.at - trial.from.at)
            guard taken > 1.04 * stored + 2 else { return measure(at: now) }
            scale = max(scale, reached)
        }
        moments = moments.suffix(Self.quickRefusalsMax + 1)
        let isQuick = calls < Self.evenCalls / 4
        quickRefusals = isQuick ? quickRefusals + 1 : 0
        if quickRefusals == Self.quickRefusalsMax { return leaveEven(reached, at: now) }
        let next = max(step / 3, Self.evenStep)
        let level = reached * (1 - (isQuick ? max(next, 0.03) : next))
        return goEvenly(at: level, next, calls: 100 + calls, at: now)
    }

    private mutating func goEvenly(
        at level: Double, _ step: Double, calls: Double, at now: Double
    ) -> Double {
        measured = (level, calls)
        begin(.even(level, step: step), at: now)
        return 1
    }

    /// The rate has fallen, or others take from it.
    private mutating func leaveEven(_ reached: Double, at now: Double) -> Double {
        quickRefusals = 0
        measured = nil
        means = []
        var mean = reached
        if let oldest = moments.first, let newest = moments.last, newest.at > oldest.at {
            mean = min(mean, (newest.admitted - oldest.admitted) / (newest.at - oldest.at))
        }
        beginSharing(from: 0.9 * mean, at: now)
        return 1
    }
}
