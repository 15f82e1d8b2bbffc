import COpenSSL

/// Names by SHA-1, for the one place where AWS uses it: the files of its token cache. Not for
/// anything that must be hard to forge.
package enum SHA1Name {
    private static let byteCount = 20

    /// 40 lower-case hexadecimal digits of the text's UTF-8; nil where this OpenSSL has no SHA-1.
    package static func hex(of text: String) -> String? {
        let bytes = Array(text.utf8)
        var length = 0
        let digest = unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { digest, count in
            let result = unsafe bytes.withUnsafeBufferPointer { bytes in
                unsafe EVP_Q_digest(
                    nil, "SHA1", nil, bytes.baseAddress, bytes.count, digest.baseAddress, &length)
            }
            count = result == 1 ? length : 0
        }
        return digest.count == byteCount ? hexadecimal(digest) : nil
    }
}
