import COpenSSL

/// A key of HMAC-SHA-256, ready for use.
///
/// The two blocks that depend on the key alone are hashed once; each message then costs a copy of
/// the context.
// @unchecked: after `init` the context is only ever read, by EVP_MAC_CTX_dup, whose argument is
// const; the class is its one owner and frees it last.
@safe final class HMACKey: @unchecked Sendable {
    private let context: OpaquePointer

    init(_ key: [UInt8]) {
        let made = unsafe key.withUnsafeBufferPointer { key in
            unsafe baton_hmac_sha256_new(Algorithm.hmac, key.baseAddress, key.count)
        }
        guard let made = unsafe made else { fatalError("OpenSSL has no memory for an HMAC key.") }
        unsafe context = made
    }

    deinit { unsafe EVP_MAC_CTX_free(context) }

    /// The code of a message: 32 bytes.
    func code(of message: [UInt8]) -> [UInt8] {
        guard let copy = unsafe EVP_MAC_CTX_dup(context) else {
            fatalError("OpenSSL has no memory for an HMAC.")
        }
        defer { unsafe EVP_MAC_CTX_free(copy) }
        let length = SHA256Digest.byteCount
        return unsafe [UInt8](unsafeUninitializedCapacity: length) { code, count in
            let updated = unsafe message.withUnsafeBufferPointer { message in
                unsafe EVP_MAC_update(copy, message.baseAddress, message.count)
            }
            let finished = unsafe EVP_MAC_final(copy, code.baseAddress, &count, length)
            precondition(updated == 1 && finished == 1, "OpenSSL refused to compute an HMAC.")
        }
    }
}
