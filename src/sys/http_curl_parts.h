/*
 * libcurl's own types, for http_easy.c and http_multi.c alone: nothing else of the tree knows them.
 */
#pragma once

#include <curl/curl.h>

#include "sys/http_curl.h"

struct http_easy {
    CURL *handle;
    const struct http_easy_events *events;
    void *user;
    struct curl_slist *headers;
    long whole_ms, connect_ms;
    struct http_multi *multi; /* while it is in one */
    bool looks_up;            /* a name, in a thread of libcurl's */
    char message[CURL_ERROR_SIZE];
};

struct http_multi {
    CURLM *handle;
    struct http_watcher *watcher;
    size_t easies;
    size_t unseen;  /* of them: added since libcurl last looked */
    size_t lookups; /* of them: are looking a name up */
    bool retired;
    const char *broken;
};

/* How a transfer that ended with this result came out. */
struct http_transfer_end http_easy_end(struct http_easy *easy, CURLcode result);

/* It looks no name up any more. */
void http_easy_end_lookup(struct http_easy *easy);
