/*
 * What a configured retry stack does, failure by failure.
 *
 * The stack is built from the configuration as the daemon builds it, and asked as a call asks it:
 * one attempt after the other fails in the same way, until no handler wants another. Nothing waits.
 * It is asked twice, with chance at its lowest and at its highest, which gives the range of each
 * wait.
 *
 * What comes past the stack is what walker and delivery do (source/walker_failure.c,
 * output/delivery_setback.c); the figures are theirs.
 */
#pragma once

#include "base/buffer.h"
#include "config/config.h"

/* Whose stack it is. With neither a source nor an output it is the default stack. */
struct explain_subject {
    const struct config *config;
    const struct config_source *source;
    const struct config_output *output;
    const struct config_retry *retry;
};

/* A range of waits, both ends possible, in microseconds. */
struct explain_wait {
    int64_t lowest_us, highest_us;
};

/* One more attempt. */
struct explain_retry {
    const char *handler;
    size_t place; /* of the handler in the stack, from 1 */
    struct explain_wait wait;
};

enum { EXPLAIN_NAME_SIZE = 280, EXPLAIN_WORDS_SIZE = 1024 };

/* What happens past the stack. */
struct explain_past {
    const char *whom; /* "source" or "output" */
    bool occurs;      /* false: such a failure cannot happen here; the words say why */
    bool asked;       /* the stack is asked; else the words say what happens without it */
    const char *name; /* for machines: "next_poll" */
    char words[EXPLAIN_WORDS_SIZE];
};

/* What becomes of a call whose attempts all end so. */
struct explain_failure {
    char name[EXPLAIN_NAME_SIZE];  /* for machines: "reset", "429_with_retry_after" */
    char words[EXPLAIN_NAME_SIZE]; /* for people */
    bool slow;                     /* each attempt lasts the whole time-out */
    struct explain_retry retries[SLACKAUDIT_RETRY_ATTEMPTS];
    size_t retry_count;
    struct explain_wait total;    /* of all waits */
    struct explain_past pasts[2]; /* of the subject; of the default stack a source's, an output's */
    size_t past_count;
};

/* Told of each failure in order, first those that every stack meets, then those that its `match`
 * handlers name besides. The failure is valid during the call. */
typedef void (*explain_function)(void *user, const struct explain_failure *failure);

/* Returns 0 or ERROR_MEMORY. */
int explain_stack(const struct explain_subject *subject, explain_function function, void *user);

/* The time-out of one attempt in microseconds; 0 when it depends on who makes it. */
int64_t explain_timeout_us(const struct explain_subject *subject);

/* "connection_error", as the configuration spells it. */
const char *explain_handler_name(const struct config_retry_handler *handler);

/* The whole answer for people, and for machines. Each appends and returns 0, ERROR_MEMORY or
 * ERROR_LIMIT. */
int explain_write_text(const struct explain_subject *subject, struct buffer *output);
int explain_write_json(const struct explain_subject *subject, struct buffer *output);
