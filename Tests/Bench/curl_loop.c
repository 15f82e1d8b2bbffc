/* The floor under every client on libcurl: the same POST through the multi interface, signed by
 * nobody, read by nobody. Prints the CPU of a call in microseconds, as BenchProbe does.
 *
 * usage: curl_loop URL CALLS WINDOW
 * build: cc -O2 curl_loop.c -lcurl */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

static size_t drop(char *bytes, size_t size, size_t count, void *context) {
    (void)bytes;
    (void)context;
    return size * count;
}

static double cpu_seconds(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec +
           (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static double wall_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + now.tv_nsec / 1e9;
}

static void add(CURLM *multi, CURL *easy, const char *url, struct curl_slist *headers) {
    static const char body[] =
        "{\"ClientToken\":\"8f14e45f-ceea-467f-a0e6-1\",\"ContactFlowId\":\"c0a4a9d2-7a0b-4a8f-"
        "bb8d-3f8f5f0c8e7d\",\"ContactId\":\"1-7e1b-4a52-8ed3-2f8e7c5a9b10\",\"InstanceId\":"
        "\"5a0cd6ac-6bcd-4d1c-9d0b-59a1d1f6f2f1\",\"QueueId\":\"9d1e6d53-2e0a-4b3d-9a53-"
        "0f4f6c1d2b3a\"}";
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)sizeof body - 1);
    curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, body);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, drop);
    curl_multi_add_handle(multi, easy);
}

static void run(CURLM *multi, long calls, long window, const char *url, struct curl_slist *headers) {
    long started = 0, ended = 0;
    for (; started < window && started < calls; started++)
        add(multi, curl_easy_init(), url, headers);
    while (ended < calls) {
        int running, left;
        CURLMsg *message;
        curl_multi_perform(multi, &running);
        while ((message = curl_multi_info_read(multi, &left))) {
            CURL *easy = message->easy_handle;
            if (message->data.result != CURLE_OK) {
                fprintf(stderr, "%s\n", curl_easy_strerror(message->data.result));
                exit(1);
            }
            curl_multi_remove_handle(multi, easy);
            ended++;
            if (started++ < calls) {
                curl_easy_reset(easy);
                add(multi, easy, url, headers);
            } else {
                curl_easy_cleanup(easy);
            }
        }
        curl_multi_poll(multi, NULL, 0, 1000, NULL);
    }
}

int main(int count, char **arguments) {
    if (count != 4) return 64;
    const char *url = arguments[1];
    long calls = atol(arguments[2]), window = atol(arguments[3]);
    char token[1024];
    char *end = token + sprintf(token, "X-Amz-Security-Token: ");
    for (int n = 0; n < 40; n++) end += sprintf(end, "IQoJb3JpZ2luX2Vj");
    struct curl_slist *headers = NULL;
    headers = curl_slist_append(headers, "Content-Type: application/json");
    headers = curl_slist_append(headers, "X-Amz-Date: 20261122T090807Z");
    headers = curl_slist_append(headers, token);
    headers = curl_slist_append(
        headers, "Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/us-east-1/connect"
        "/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, Signature="
        "0000000000000000000000000000000000000000000000000000000000000000");
    headers = curl_slist_append(headers, "User-Agent: curl_loop");
    headers = curl_slist_append(headers, "Expect:");
    curl_global_init(CURL_GLOBAL_DEFAULT);
    CURLM *multi = curl_multi_init();
    run(multi, calls / 10, window, url, headers);
    double start = cpu_seconds(), wall = wall_seconds();
    run(multi, calls, window, url, headers);
    printf("{\"cpuMicroseconds\":%f,\"callsPerSecond\":%f}\n",
        (cpu_seconds() - start) * 1e6 / calls, calls / (wall_seconds() - wall));
    return 0;
}
