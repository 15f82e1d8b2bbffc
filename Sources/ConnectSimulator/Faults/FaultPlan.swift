/// What may go wrong with a call that was admitted.
package enum Fault: String, Hashable, Sendable, CaseIterable {
    /// 500 InternalServiceException; no effect.
    case internalError
    /// The effect is made, then answered with 500 InternalServiceException.
    case internalErrorAfterEffect
    /// 503 ServiceUnavailableException; no effect.
    case unavailable
    /// 429 with neither a body nor an error code, as a gateway throttles; no effect.
    case bareThrottling
    /// The connection is reset; no effect.
    case resetBeforeEffect
    /// The effect is made, then the connection is reset without an answer.
    case resetAfterEffect
    /// The effect is made at once, the answer comes only after ``FaultPlan/hang``.
    case hang
    /// The effect is made, the body of the answer comes byte by byte over ``FaultPlan/slowBody``.
    case slowBody
    /// The effect is made, the connection closes halfway through the body of the answer.
    case cutBody
    /// The effect is made, the body of the answer is empty.
    case emptyBody
    /// The effect is made, the body of the answer is half of its JSON, and says so of its length.
    case brokenJSON
    /// The effect is made, the answer says that its body is half as long as it is.
    case shortLength
}

/// How often which fault strikes, and how long answers take: drawn per call from a seed.
package struct FaultPlan: Sendable {
    /// The probability of each fault, 0 to 1; their sum must not exceed 1.
    package var rates: [Fault: Double]
    /// How long a hanging call stays without an answer.
    package var hang: Duration
    /// How long the body of a slow answer takes.
    package var slowBody: Duration
    /// How long every admitted call takes.
    package var latency: Duration
    /// The most that is added to or taken from the latency, evenly spread.
    package var jitter: Duration

    package init(
        rates: [Fault: Double] = [:], hang: Duration = .seconds(60),
        slowBody: Duration = .seconds(5), latency: Duration = .zero, jitter: Duration = .zero
    ) {
        self.rates = rates
        self.hang = hang
        self.slowBody = slowBody
        self.latency = latency
        self.jitter = jitter
    }

    /// Draws the fate of the call with this number; the same for the same seed and number.
    package func fate(ofCall number: UInt64, seed: UInt64) -> Fate {
        var generator = SeededGenerator(seed: seed, call: number)
        let draw = generator.fraction()
        var threshold = 0.0
        var fault: Fault?
        for candidate in Fault.allCases {
            threshold += rates[candidate, default: 0]
            if draw < threshold {
                fault = candidate
                break
            }
        }
        let delay = max(.zero, latency + jitter * (generator.fraction() * 2 - 1))
        return Fate(fault: fault, delay: fault == .hang ? delay + hang : delay)
    }

    /// What befalls one call.
    package struct Fate: Hashable, Sendable {
        package var fault: Fault?
        /// The time from the effect to the answer.
        package var delay: Duration
    }
}
