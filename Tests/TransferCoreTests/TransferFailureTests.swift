import Testing
import TransferCore

struct TransferFailureTests {
    @Test(arguments: [
        ("The token is expired", "The token is expired."), ("Rate exceeded.", "Rate exceeded."),
        ("Why?", "Why?"), ("", ""),
    ])
    func `ends a service's message with a full stop where it has none`(
        message: String, sentence: String
    ) {
        let failure = TransferFailure(code: "X", message: message, advice: .permanent)
        #expect(failure.sentence == sentence)
        #expect(failure.message == message)
    }
}
