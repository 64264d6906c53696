/*
 * One request and its answer, as the simulator's parts see them: nothing here knows how they
 * travel.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"

enum { REQUEST_ARGUMENTS = 32 };

struct argument {
    const char *name, *value; /* decoded */
};

/* What was asked. Everything is borrowed for the time of the call. */
struct request {
    const char *method, *path;
    const char *authorization; /* the header, or NULL */
    struct argument arguments[REQUEST_ARGUMENTS];
    size_t argument_count;
    struct slice body;
    bool is_too_long; /* the body was longer than the server takes, and is not whole */
};

/* The value of the first argument of that name, or NULL. An empty value counts as absent. */
const char *request_argument(const struct request *request, const char *name);

/* How the bytes go out. */
enum delivery {
    DELIVERY_WHOLE,
    DELIVERY_RESET,      /* the connection is reset in place of an answer */
    DELIVERY_RESET_BODY, /* the connection is reset after half of the body */
    DELIVERY_TRUNCATE,   /* closed after half of the announced body */
    DELIVERY_STALL,      /* a pause of `pause_us` after half of the body */
};

/* A body too long for memory, made while it is sent. */
struct answer_stream {
    /* Appends the next part to `output` (empty when called); appending nothing ends the body.
     * Returns 0 or a negative code, which breaks the connection off. */
    int (*next)(struct answer_stream *stream, struct buffer *output);
    void (*free)(struct answer_stream *stream);
};

struct answer {
    unsigned status;
    const char *content_type;
    const char *allow;     /* NULL, or the methods of a 405 */
    int64_t retry_after_s; /* 0: no such header */
    int64_t date_s;        /* the Date header, by the simulator's clock */
    int64_t wait_us;       /* before anything is sent */
    uint64_t fault_plan;   /* whose fault it waits for; see api_wait() */
    enum delivery delivery;
    int64_t pause_us;
    struct buffer body;
    struct answer_stream *stream; /* NULL, or used instead of the body; owned */
};

/* Nothing larger is sent from memory. */
#define ANSWER_BODY_MOST ((size_t)160 << 20)

#define ANSWER_INIT                                                                                \
    {                                                                                              \
        .status = 200, .content_type = "application/json; charset=utf-8",                          \
        .body = BUFFER_INIT(ANSWER_BODY_MOST)                                                      \
    }

void answer_deinit(struct answer *answer);

/* Turns it into {"ok":false,"error":"NAME"}, or into a plain text. Each returns 0 or what the
 * buffer refused with. */
int answer_set_error(struct answer *answer, unsigned status, const char *name);
int answer_set_text(
    struct answer *answer, unsigned status, const char *content_type, const char *text);
