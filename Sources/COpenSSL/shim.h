#ifndef BATON_COPENSSL_SHIM_H
#define BATON_COPENSSL_SHIM_H

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

/* A context of HMAC-SHA-256 that has its key; NULL where memory is spent.
 * In C because OSSL_PARAM wants a mutable string that lives through the call. */
static inline EVP_MAC_CTX *baton_hmac_sha256_new(EVP_MAC *mac, const unsigned char *key,
                                                 size_t key_bytes) {
    char digest[] = "SHA256";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    EVP_MAC_CTX *context = EVP_MAC_CTX_new(mac);
    if (context != NULL && EVP_MAC_init(context, key, key_bytes, params) != 1) {
        EVP_MAC_CTX_free(context);
        return NULL;
    }
    return context;
}

/* A new key on P-256; NULL where OpenSSL refuses. In C because EVP_EC_gen is a macro. */
static inline EVP_PKEY *baton_p256_key_new(void) { return EVP_EC_gen("P-256"); }

/* Adds an extension by OpenSSL's own text for it (x509v3_config(5)). */
static inline int baton_certificate_extend(X509 *certificate, X509 *issuer, int nid,
                                           const char *text) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, text);
    int added = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return added;
}

/* A certificate of version 3 for a key, signed by nobody yet; times are seconds since 1970. With no
 * issuer it names itself as that. NULL where memory is spent. In C because the setters of a
 * certificate want pointers into it. */
static inline X509 *baton_certificate_new(EVP_PKEY *key, const char *name, X509 *issuer,
                                          int64_t not_before, int64_t not_after) {
    uint64_t serial = 0;
    X509 *certificate = X509_new();
    if (certificate == NULL) return NULL;
    X509_NAME *subject = X509_get_subject_name(certificate);
    if (X509_set_version(certificate, X509_VERSION_3) == 1 &&
        RAND_bytes((unsigned char *)&serial, sizeof serial) == 1 &&
        ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial | 1) == 1 &&
        ASN1_TIME_set(X509_getm_notBefore(certificate), (time_t)not_before) != NULL &&
        ASN1_TIME_set(X509_getm_notAfter(certificate), (time_t)not_after) != NULL &&
        X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1,
                                   -1, 0) == 1 &&
        X509_set_issuer_name(certificate,
                             X509_get_subject_name(issuer == NULL ? certificate : issuer)) == 1 &&
        X509_set_pubkey(certificate, key) == 1) {
        return certificate;
    }
    X509_free(certificate);
    return NULL;
}

#endif
