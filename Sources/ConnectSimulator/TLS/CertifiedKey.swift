import COpenSSL

/// A key on P-256 and its certificate, made when it is needed and kept in memory alone.
///
/// Safe: both are made in `init`, freed in `deinit` and never given away.
@safe struct CertifiedKey: ~Copyable {
    private let key: OpaquePointer
    private let certificate: OpaquePointer

    /// Makes a CA that vouches for itself.
    ///
    /// - Parameter valid: seconds since 1970.
    static func authority(
        _ name: String, valid: ClosedRange<Int64>
    ) throws(SimulatorError) -> CertifiedKey {
        let made = try CertifiedKey(name, valid: valid, issuer: nil)
        let own = unsafe made.certificate
        try unsafe made.extend(own, NID_basic_constraints, "critical,CA:TRUE")
        try unsafe made.extend(own, NID_key_usage, "critical,keyCertSign,cRLSign")
        try unsafe made.extend(own, NID_subject_key_identifier, "hash")
        try unsafe made.sign(with: made.key)
        return made
    }

    /// Makes the key of a server, with a certificate that this CA vouches for.
    ///
    /// - Parameter hosts: its alternative names in OpenSSL's form, `DNS:localhost,IP:127.0.0.1`.
    borrowing func server(
        _ name: String, hosts: String, valid: ClosedRange<Int64>
    ) throws(SimulatorError) -> CertifiedKey {
        let authority = unsafe certificate
        let made = try unsafe CertifiedKey(name, valid: valid, issuer: authority)
        try unsafe made.extend(authority, NID_basic_constraints, "critical,CA:FALSE")
        try unsafe made.extend(authority, NID_key_usage, "critical,digitalSignature")
        try unsafe made.extend(authority, NID_ext_key_usage, "serverAuth")
        try unsafe made.extend(authority, NID_subject_alt_name, hosts)
        try unsafe made.extend(authority, NID_subject_key_identifier, "hash")
        try unsafe made.extend(authority, NID_authority_key_identifier, "keyid:always")
        try unsafe made.sign(with: key)
        return made
    }

    private init(
        _ name: String, valid: ClosedRange<Int64>, issuer: OpaquePointer?
    ) throws(SimulatorError) {
        guard let key = unsafe baton_p256_key_new() else { throw Self.failure(name) }
        guard
            let certificate = unsafe baton_certificate_new(
                key, name, issuer, valid.lowerBound, valid.upperBound)
        else {
            unsafe EVP_PKEY_free(key)
            throw Self.failure(name)
        }
        unsafe self.key = key
        unsafe self.certificate = certificate
    }

    deinit {
        unsafe X509_free(certificate)
        unsafe EVP_PKEY_free(key)
    }

    /// The certificate in PEM.
    func certificatePEM() throws(SimulatorError) -> [UInt8] {
        try Self.pem { unsafe PEM_write_bio_X509($0, certificate) }
    }

    /// The private key in PEM, not encrypted: for the TLS library, and for no file.
    func keyPEM() throws(SimulatorError) -> [UInt8] {
        try Self.pem { unsafe PEM_write_bio_PrivateKey($0, key, nil, nil, 0, nil, nil) }
    }

    private func extend(
        _ issuer: OpaquePointer, _ kind: Int32, _ text: String
    ) throws(SimulatorError) {
        guard unsafe baton_certificate_extend(certificate, issuer, kind, text) == 1
        else { throw Self.failure(text) }
    }

    private func sign(with key: OpaquePointer) throws(SimulatorError) {
        // It gives the signature's length, and 0 where it fails.
        guard unsafe X509_sign(certificate, key, EVP_sha256()) > 0
        else { throw Self.failure("signature") }
    }

    private static func pem(
        _ write: (OpaquePointer) -> Int32
    ) throws(SimulatorError) -> [UInt8] {
        guard let memory = unsafe BIO_new(BIO_s_mem()) else { throw failure("PEM") }
        defer { unsafe BIO_free(memory) }
        guard unsafe write(memory) == 1 else { throw failure("PEM") }
        let length = unsafe BIO_ctrl_pending(memory)
        return unsafe [UInt8](unsafeUninitializedCapacity: length) { bytes, count in
            count = max(0, Int(unsafe BIO_read(memory, bytes.baseAddress, Int32(length))))
        }
    }

    private static func failure(_ subject: String) -> SimulatorError {
        var words = [CChar](repeating: 0, count: 256)
        unsafe ERR_error_string_n(ERR_get_error(), &words, words.count)
        let text = words.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return SimulatorError(
            doing: .makingCertificate, subject: "certificate (\(subject))",
            cause: String(decoding: text, as: UTF8.self))
    }
}
