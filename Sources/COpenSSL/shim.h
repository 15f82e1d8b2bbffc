#ifndef BATON_COPENSSL_SHIM_H
#define BATON_COPENSSL_SHIM_H

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

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

#endif
