/*
 * The least that a program with libcurl holds in memory: it makes one request, over TLS or not,
 * prints the status, and stays until its standard input ends, so that its memory can be read.
 *
 *     bench_request URL CA_FILE
 */
#include <curl/curl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static void check(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "bench_request: %s\n", what);
    exit(EXIT_FAILURE);
}

static size_t drop(char *data, size_t unit, size_t count, void *user)
{
    (void)data;
    (void)user;
    return unit * count;
}

int main(int argc, char **argv)
{
    check(argc == 3, "usage: bench_request URL CA_FILE");
    CURL *easy = curl_easy_init();
    check(easy != NULL, "no memory");
    curl_easy_setopt(easy, CURLOPT_URL, argv[1]);
    curl_easy_setopt(easy, CURLOPT_CAINFO, argv[2]);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, drop);
    CURLcode code = curl_easy_perform(easy);
    check(code == CURLE_OK, curl_easy_strerror(code));
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    printf("%ld\n", status);
    fflush(stdout);
    while (getchar() != EOF)
        ;
    curl_easy_cleanup(easy);
    return EXIT_SUCCESS;
}
