/*
 * The parts of our HTTP client that need no libcurl: a request checked and turned into lines and
 * limits, the headers of an answer collected. Private to the files of http.h.
 */
#pragma once

#include <stdbool.h>

#include "base/buffer.h"
#include "sys/http.h"

/* ERROR_INVALID when the method, a header or the user agent holds what would end its line, or more.
 * The text names a header, never its value. */
int http_check_request(const struct http_request *request, struct error *error);

/* What a request asks of libcurl, worked out. Strings are the request's own, NULL when there is
 * nothing to set; times are rounded up, at least one of each. */
struct http_settings {
    const char *url, *proxy;
    long whole_ms, connect_ms, stall_seconds;
    const char *ca_file, *cert_file, *key_file;
    bool needs_tls_1_3;
    bool connect_only; /* what follows is not for it */
    const char *user_agent;
    bool accept_gzip;
    bool is_head, is_post; /* `is_post` for every method with a body */
    const char *method;    /* when these two do not say it */
    size_t body_size;
};
/* ERROR_INVALID for a least TLS version that is neither "1.2" nor "1.3". */
int http_settings_of(const struct http_request *request, bool connect_only,
    struct http_settings *ret_settings, struct error *error);

/* Visits each header as a line in libcurl's spelling, without a line break. The line is wiped after
 * its visit. A negative return value ends it and is returned. */
typedef int (*http_line_visit)(void *user, const char *line);
int http_each_header_line(const struct http_request *request, http_line_visit visit, void *user);

/* The headers of an answer as they come. Embedded object. */
struct http_headers {
    struct buffer text; /* name, NUL, value, NUL, again and again */
    size_t count;
    bool complete; /* what comes now are trailers */
};

#define HTTP_HEADERS_INIT                                                                          \
    {                                                                                              \
        .text = BUFFER_INIT(LIMIT_HEADERS)                                                         \
    }

void http_headers_deinit(struct http_headers *headers);
/* Takes in one line. A status line forgets what an interim answer brought. ERROR_LIMIT past
 * LIMIT_HEADERS, each header counted with 32 bytes more than its text (as RFC 9113, 6.5.2 does), so
 * that their number is capped too. */
int http_headers_add(struct http_headers *headers, struct slice line);
/* The headers as an array (NULL when there are none), on the heap; the strings stay in `headers`.
 * NULL with a count above zero: no memory. */
struct http_header *http_headers_list(struct http_headers *headers);
