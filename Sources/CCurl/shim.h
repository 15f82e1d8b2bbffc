#ifndef BATON_CCURL_SHIM_H
#define BATON_CCURL_SHIM_H

#include <curl/curl.h>
/* What waits for libcurl's sockets; Swift's own module of the C library leaves these out. */
#include <sys/epoll.h>
#include <sys/eventfd.h>

/* Swift does not import variadic functions: one wrapper for each type of argument. */

static inline CURLcode baton_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

/* For the options whose text libcurl copies. */
static inline CURLcode baton_set_text(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}

/* For the options that keep the pointer: it must outlive the handle. */
static inline CURLcode baton_set_pointer(CURL *easy, CURLoption option, void *value) {
    return curl_easy_setopt(easy, option, value);
}

/* Sets the bytes of a POST, which libcurl copies. The size goes first: libcurl's rule. */
static inline CURLcode baton_set_body(CURL *easy, const void *bytes, long count) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, count);
    return code != CURLE_OK ? code : curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, bytes);
}

/* CURLOPT_WRITEFUNCTION and CURLOPT_HEADERFUNCTION. */
static inline CURLcode baton_set_callback(CURL *easy, CURLoption option,
                                          curl_write_callback callback) {
    return curl_easy_setopt(easy, option, callback);
}

/* CURLOPT_PREREQFUNCTION, from 7.80 on. */
static inline CURLcode baton_set_prereq(CURL *easy, curl_prereq_callback callback) {
    return curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, callback);
}

/* CURLOPT_SOCKOPTFUNCTION: hears of every socket of a connection that is opened. */
static inline CURLcode baton_set_opened(CURL *easy, curl_sockopt_callback callback) {
    return curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, callback);
}

/* CURLOPT_CLOSESOCKETFUNCTION: closes it. */
static inline CURLcode baton_set_close(CURL *easy, curl_closesocket_callback callback) {
    return curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, callback);
}

/* CURLMOPT_SOCKETFUNCTION and its CURLMOPT_SOCKETDATA. */
static inline CURLMcode baton_multi_set_watch(CURLM *multi, curl_socket_callback callback,
                                              void *context) {
    CURLMcode code = curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, context);
    return code != CURLM_OK ? code : curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, callback);
}

static inline CURLMcode baton_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

/* 0 where libcurl does not know. */
static inline long baton_get_long(CURL *easy, CURLINFO info) {
    long value = 0;
    return curl_easy_getinfo(easy, info, &value) == CURLE_OK ? value : 0;
}

#endif
