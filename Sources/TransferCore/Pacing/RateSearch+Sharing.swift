/// How a bucket is shared with others who do the same.
///
/// A measurement cannot tell a share from a quota: any split of a bucket between two who measure is
/// stable. So where refusals do not come when they are wanted, a share is taken off at each and the
/// same is added in each second, which ends in equal shares (Chiu and Jain, 1989) where both add the
/// same: they do where both know the quota, and where both began together. One who comes later and
/// knows nothing gets a share that is in some proportion to what it has seen.
extension RateSearch {
    /// What is taken off at a refusal.
    private static let back = 0.25
    /// Means that must be alike before the bucket is believed to be one's own.
    private static let meansMin = 4

    /// Takes a share off, unless the means say that the bucket is one's own.
    ///
    /// - Parameters:
    ///   - reached: the rate at which the refused call was sent.
    ///   - mean: what was admitted a second in the `time` since the refusal before.
    mutating func share(_ reached: Double, mean: Double, _ time: Double, at now: Double) -> Double {
        let calls = mean * time
        if calls >= Self.callsMin {
            measured = (mean, calls)
            means = means.suffix(Self.meansMin - 1) + [mean]
        }
        if means.count == Self.meansMin, let low = means.min(), let high = means.max(),
            high - low < 0.01 * high + 1 / max(time, 1)
        {
            moments.removeFirst(max(0, moments.count - Self.meansMin - 1))
            strikes = 1
            means = []
            if trialsLeft > 0, let moment = moments.last {
                return tryEven(below: reached, mean: mean, from: moment, at: now)
            }
            return measure(at: now)
        }
        scale = max(scale, mean)
        // Several refusals within two calls are nearly one.
        let back = calls < 2 ? Self.back / 4 : Self.back
        beginSharing(from: reached * (1 - back), at: now)
        return 1
    }

    /// Goes up from a rate; where it is alone, the next refusal comes after about a period.
    mutating func beginSharing(from: Double, at now: Double) {
        let from = max(from, Self.rateMin)
        scale = max(scale, from)
        let usual = max(60 / (scale / 2).squareRoot(), 2.5, 6 * (answers.mean ?? 0))
        let period = min(usual, 60)
        begin(
            .sharing(from: from, growth: Self.back * scale / period, period: period), at: now)
    }

    /// Goes up through single refusals, which fall on everybody where a bucket is kept empty, until
    /// many calls are refused: only then there is no room left.
    mutating func join(_ moment: EmptyMoment, at now: Double) -> Double {
        let reached = rate(at: Instant(nanoseconds: Int64(moment.at * 1e9)))
        // Of few answers many must be refusals to say anything.
        let isEarly = admittedCount + refusedCount < 24
        if refusedLately < (isEarly ? 0.33 : reached < 2 * scale ? 0.13 : 0.25) { return 0 }
        isJoining = false
        scale = max(scale, 1.2 * reached)
        moments.append(moment)
        return share(reached, mean: reached, 1, at: now)
    }
}
