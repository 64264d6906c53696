/*
 * An HTTP receiver's address and secrets: what stays the same from request to request.
 *
 * Loaded from the configuration's references; loaded again after the receiver refused them, because
 * a token may have been replaced in its file. Embedded object.
 */
#pragma once

#include "config/config.h"
#include "sys/http.h"

/* Every secret is loaded as a whole and stays so, for as long as it is in use: while it is, the log
 * knows it. */
struct http_target {
    const struct config_output *config;
    const char *scheme;       /* of the Authorization header: "Bearer", "Splunk" */
    const char *default_path; /* for an address without a path; may be NULL */
    const char *content_type;

    struct secret *url;          /* with its path */
    struct secret *proxy;        /* NULL: none of its own */
    struct secret *token;        /* bare; NULL: none */
    struct secret **values;      /* of `headers`; some are NULL */
    struct http_header *headers; /* fixed ones, the token's, the configured ones */
    size_t header_count;
};

/* The pointers that are passed in outlive the target. The text of an error names the reference,
 * never its value. ERROR_INVALID for an address that the configuration would not allow. */
int http_target_init(struct http_target *target, const struct config_output *config,
    const char *scheme, const char *default_path, const char *content_type, struct error *error);
void http_target_deinit(struct http_target *target);

/* Reads all secrets again. On failure the old ones stay. */
int http_target_reload(struct http_target *target, struct error *error);

/* True when a text shows one of the target's secrets, or a part of one that is longer than a short
 * word: a receiver may quote what it was sent, cut or with some characters escaped. */
bool http_target_betrayed(const struct http_target *target, const char *text);
