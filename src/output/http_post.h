/*
 * Posting batches over HTTP: what every receiver behind `type: http` has in common. A receiver's
 * own file says how its body is made and what its answers mean (a struct http_receiver); gzip,
 * secrets, the request and the failures of the connection are here.
 */
#pragma once

#include "output/http_target.h"
#include "output/output.h"

/* A receiver's peculiarities. */
struct http_receiver {
    const char *scheme;       /* of the Authorization header */
    const char *default_path; /* for an address without a path; may be NULL */
    const char *content_type;
    /* Corrects what the status alone says (`answer` is filled in by it) from the body of the
     * answer. May be NULL. */
    void (*judge)(struct slice body, struct output_answer *answer);
};

/* What a status means for most receivers (contract, guarantee 6). A redirect is not followed: it is
 * a wrong address. 407 is a proxy's 401. */
enum output_outcome http_post_outcome(int status);

struct http_post;

int http_post_new(struct http_post **ret_post, const struct output_context *context,
    const struct http_receiver *receiver, struct error *error);
/* Nothing is in flight. NULL is allowed. */
void http_post_free(struct http_post *post);

/* As output_type.send and cancel; any number of batches may be in flight. */
void http_post_send(struct http_post *post, struct output_batch *batch);
void http_post_cancel(struct http_post *post, struct output_batch *batch);
