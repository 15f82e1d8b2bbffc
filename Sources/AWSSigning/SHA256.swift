import COpenSSL

/// A SHA-256 digest: 32 bytes.
package struct SHA256Digest: Hashable, Sendable {
    package static let byteCount = 32

    package let bytes: [UInt8]

    /// Hashes bytes that are all at hand.
    package init(of bytes: Span<UInt8>) {
        var hasher = SHA256Hasher()
        hasher.update(bytes)
        self = hasher.finish()
    }

    package init(of bytes: [UInt8]) { self.init(of: bytes.span) }

    /// Hashes the text's UTF-8.
    package init(of text: String) { self.init(of: Array(text.utf8)) }

    fileprivate init(whole bytes: [UInt8]) { self.bytes = bytes }

    /// The digest that was kept as these bytes; nil where they are not 32.
    package init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    /// 64 lower-case hexadecimal digits.
    package var hex: String { hexadecimal(bytes) }
}

/// Hashes bytes as they come, in bounded memory.
///
/// Safe: the context is made in `init`, freed in `deinit` and never given away.
@safe package struct SHA256Hasher: ~Copyable {
    private let context: OpaquePointer

    package init() {
        // Where memory is spent nothing can be signed or stored any more.
        guard let context = unsafe EVP_MD_CTX_new(),
            unsafe EVP_DigestInit_ex2(context, Algorithm.sha256, nil) == 1
        else { fatalError("OpenSSL has no memory for a SHA-256 context.") }
        unsafe self.context = context
    }

    deinit { unsafe EVP_MD_CTX_free(context) }

    /// Takes the next bytes.
    package mutating func update(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { buffer in
            let result = unsafe EVP_DigestUpdate(context, buffer.baseAddress, buffer.count)
            precondition(result == 1, "OpenSSL refused to hash.")
        }
    }

    package mutating func update(_ bytes: [UInt8]) { update(bytes.span) }

    /// Ends the hash and gives its digest.
    package consuming func finish() -> SHA256Digest { end() }

    /// Ends the hash, gives its digest and begins another with the same context: to make one takes
    /// as long as to hash a short text.
    package mutating func next() -> SHA256Digest {
        let digest = end()
        let result = unsafe EVP_DigestInit_ex2(context, nil, nil)
        precondition(result == 1, "OpenSSL refused to begin a hash.")
        return digest
    }

    private func end() -> SHA256Digest {
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: SHA256Digest.byteCount) {
            buffer, count in
            let result = unsafe EVP_DigestFinal_ex(context, buffer.baseAddress, nil)
            precondition(result == 1, "OpenSSL refused to finish a hash.")
            count = SHA256Digest.byteCount
        }
        return SHA256Digest(whole: bytes)
    }
}

/// OpenSSL's algorithms, fetched once: to look one up by name for every hash takes longer than to
/// hash a small request.
enum Algorithm {
    // Fetched objects are immutable and reference-counted by OpenSSL, which documents them as safe
    // to share between threads (provider(7)); these are never freed.
    nonisolated(unsafe) static let sha256 =
        unsafe fetched(EVP_MD_fetch(nil, "SHA256", nil))
    nonisolated(unsafe) static let hmac =
        unsafe fetched(EVP_MAC_fetch(nil, "HMAC", nil))

    private static func fetched(_ algorithm: OpaquePointer?) -> OpaquePointer {
        // A fault of the installation, met before the first request: nothing works without.
        guard let algorithm = unsafe algorithm else {
            fatalError("This OpenSSL has no SHA-256 or no HMAC: AWS requests cannot be signed.")
        }
        return unsafe algorithm
    }
}

/// The bytes in lower-case hexadecimal digits.
func hexadecimal(_ bytes: [UInt8]) -> String {
    unsafe String(unsafeUninitializedCapacity: bytes.count * 2) { text in
        for (index, byte) in bytes.enumerated() {
            unsafe text[2 * index] = digit(byte >> 4)
            unsafe text[2 * index + 1] = digit(byte & 15)
        }
        return bytes.count * 2
    }
}

/// The lower-case digit of a number below 16.
private func digit(_ number: UInt8) -> UInt8 {
    number < 10 ? UInt8(ascii: "0") + number : UInt8(ascii: "a") + number - 10
}
