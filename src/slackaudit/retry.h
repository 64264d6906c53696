/*
 * The retry stack: what to do when an attempt of a call has failed.
 *
 * A stack is a list of handlers that are asked in order; the first that says yes also says how long
 * to wait. The handlers are pure: they see what happened and answer; whoever runs the call does the
 * waiting. The daemon asks a stack around every outbound call: API pages, HTTP receivers, syslog
 * connections.
 *
 * `max_retries` counts what one handler granted in one call; the state shows the total too. 100
 * attempts end any call. (Slack's Python SDK compares a handler's maximum with the attempts of all
 * handlers together, so that a run of resets uses up the tries of the rate limit; here each failure
 * has its own budget.)
 *
 * No wait is longer than a day (SLACKAUDIT_RETRY_LONGEST_WAIT_US), whatever an interval, a jitter,
 * a handler or an answer asks for.
 *
 * Public header of libslackaudit: plain C11 and C++17. Times are microseconds. Objects belong to
 * one thread at a time; a stack may serve many calls at once, each with a state of its own, and
 * does not change while a call is under way.
 */
#pragma once

#include "slackaudit/common.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How an attempt failed before a whole answer was there. */
enum slackaudit_transport {
    SLACKAUDIT_TRANSPORT_OK = 0,
    SLACKAUDIT_TRANSPORT_TIMEOUT,
    SLACKAUDIT_TRANSPORT_DNS,
    SLACKAUDIT_TRANSPORT_CONNECT,
    SLACKAUDIT_TRANSPORT_TLS,
    SLACKAUDIT_TRANSPORT_RESET,
    SLACKAUDIT_TRANSPORT_OTHER, /* not a failure of the connection: nothing in the default stack
                                   retries it */
};

/* "ok", "timeout", "dns", "connect", "tls", "reset", "other" (for a value that is none of the enum
 * too). Never NULL; static. Any thread. */
SLACKAUDIT_API const char *slackaudit_transport_name(enum slackaudit_transport transport);
/* The inverse. False for a name that is none of these, or NULL; `*ret_transport` then stays. Any
 * thread. */
SLACKAUDIT_API bool slackaudit_transport_find(
    const char *name, enum slackaudit_transport *ret_transport);

/* What happened in one attempt. Pointers are valid while the handlers are asked. */
struct slackaudit_attempt {
    const char *method, *url; /* the url without its query; may be NULL where there is none */
    enum slackaudit_transport transport;
    int os_errno;           /* of the failed system call, or 0 */
    int status;             /* 0 when no answer came */
    const char *error;      /* Slack's error name, or "" */
    bool broken_body;       /* status 200, but the body is not a whole page */
    int64_t retry_after_us; /* what the answer asked for; -1: nothing */
    /* A header of the answer by name (case does not matter), or NULL. May be NULL itself when there
     * was no answer. */
    const char *(*header)(const void *answer, const char *name);
    const void *answer;
};

/* Randomness for jitters: uniform in [low, high). */
struct slackaudit_random {
    int64_t (*between)(void *user, int64_t low, int64_t high);
    void *user;
};

enum { SLACKAUDIT_RETRY_HANDLERS = 16, SLACKAUDIT_RETRY_ATTEMPTS = 100 };
#define SLACKAUDIT_RETRY_LONGEST_WAIT_US INT64_C(86400000000)

/* One call's history. Start it with slackaudit_retry_state_init(); no memory behind it except what
 * `custom` holds. */
struct slackaudit_retry_state {
    int current_attempt;                    /* from 0, as in Slack's SDK */
    int granted[SLACKAUDIT_RETRY_HANDLERS]; /* retries each handler of the stack has granted in this
                                               call */
    int64_t waited_us[SLACKAUDIT_RETRY_HANDLERS]; /* the wait that each handler granted last; 0
                                                     before the first */
    /* For a jitter (the decorrelated one needs both), so of the handler that is being asked: the
     * first wait of its interval, and the wait that it granted last, 0 before the first. Afterwards
     * `last_wait_us` is the wait that was granted. */
    int64_t first_wait_us, last_wait_us;
    const char *last_handler; /* the name of the one that granted the last retry, or NULL */
    void *custom;             /* the caller's and its handlers' own; never touched here */
};

/* The wait before the next attempt. `attempt` counts this handler's own, from 0. The types of
 * custom intervals, jitters and handlers are copied; their names must outlive them. */
struct slackaudit_interval_type {
    const char *name;
    int64_t (*wait_us)(const void *self, int attempt);
    void (*destroy)(void *self); /* may be NULL */
};

/* Makes something random out of a wait (which the handler's cap bounds before and after). */
struct slackaudit_jitter_type {
    const char *name;
    int64_t (*apply)(const void *self, int64_t wait_us, const struct slackaudit_retry_state *state,
        const struct slackaudit_random *random);
    void (*destroy)(void *self); /* may be NULL */
};

/* A handler. `can_retry` is asked after every attempt, a 200 too, and must not change anything but
 * the state's `custom`. For the rest a handler may do what any callback may (engine.h), but what is
 * asked of it is asked to the end: its interval and its jitter too, and `destroy` comes after them
 * when it has freed its client or its stack. */
struct slackaudit_retry_handler_type {
    const char *name;
    bool (*can_retry)(const void *self, const struct slackaudit_retry_state *state,
        const struct slackaudit_attempt *attempt);
    /* After can_retry said yes: how long to wait. NULL: the handler's interval and jitter. */
    int64_t (*wait_us)(const void *self, struct slackaudit_retry_state *state,
        const struct slackaudit_attempt *attempt, int own_attempt,
        const struct slackaudit_random *random);
    void (*destroy)(void *self); /* may be NULL */
};

struct slackaudit_interval;
struct slackaudit_jitter;
struct slackaudit_retry_handler;
struct slackaudit_retry_stack;

/* Each constructor returns NULL without memory, when a value is negative, or when a custom type
 * lacks its name or main function. What is passed in is owned by what is returned, also when the
 * constructor fails. */
SLACKAUDIT_API struct slackaudit_interval *slackaudit_interval_fixed(int64_t wait_us);
/* factor * 2^attempt, never past `cap_us` (0: no cap but a day). */
SLACKAUDIT_API struct slackaudit_interval *slackaudit_interval_backoff(
    int64_t factor_us, int64_t cap_us);
/* The caller's own. `self` is handed to the type's functions, and to its `destroy` at the end. */
SLACKAUDIT_API struct slackaudit_interval *slackaudit_interval_custom(
    const struct slackaudit_interval_type *type, void *self);
/* Only what was not handed to a handler. NULL is allowed. */
SLACKAUDIT_API void slackaudit_interval_free(struct slackaudit_interval *interval);

SLACKAUDIT_API struct slackaudit_jitter *slackaudit_jitter_none(void);   /* the wait itself */
SLACKAUDIT_API struct slackaudit_jitter *slackaudit_jitter_random(void); /* adds [0, 1 s) */
SLACKAUDIT_API struct slackaudit_jitter *slackaudit_jitter_full(void);   /* [0, wait) */
SLACKAUDIT_API struct slackaudit_jitter *slackaudit_jitter_equal(void);  /* wait/2 + [0, wait/2) */
SLACKAUDIT_API struct slackaudit_jitter *slackaudit_jitter_decorrelated(
    void); /* [factor, 3 * last wait), factor = the interval's first wait */
/* The caller's own. `self` is handed to the type's functions, and to its `destroy` at the end. */
SLACKAUDIT_API struct slackaudit_jitter *slackaudit_jitter_custom(
    const struct slackaudit_jitter_type *type, void *self);
/* Only what was not handed to a handler. NULL is allowed. */
SLACKAUDIT_API void slackaudit_jitter_free(struct slackaudit_jitter *jitter);

/* The built-in handlers. `cap_us` (0: a day) bounds every wait after its jitter; NULL interval or
 * jitter: the SDK's (backoff 0.5 s, random).
 *
 * Every failure of the connection: time-out, name lookup, connect, TLS, reset. */
SLACKAUDIT_API struct slackaudit_retry_handler *slackaudit_retry_connection_error(int max_retries,
    struct slackaudit_interval *interval, struct slackaudit_jitter *jitter, int64_t cap_us);
/* 429: Retry-After plus the jitter of up to 1 s; without the header 1 s plus up to 1 s. */
SLACKAUDIT_API struct slackaudit_retry_handler *slackaudit_retry_rate_limit(int max_retries);
/* Status 500 and above, or a broken body. Where the answer has a Retry-After, that is the least
 * that is waited, up to the cap. */
SLACKAUDIT_API struct slackaudit_retry_handler *slackaudit_retry_server_error(int max_retries,
    struct slackaudit_interval *interval, struct slackaudit_jitter *jitter, int64_t cap_us);

/* What slackaudit_retry_match() takes. SLACKAUDIT_TRANSPORT_OK, status 0 and "" match nothing. */
struct slackaudit_retry_match {
    const int *statuses;
    size_t status_count;
    const char *const *errors; /* Slack's error names */
    size_t error_count;
    const enum slackaudit_transport *transports;
    size_t transport_count;
};
/* Matches if any of the lists does. They are copied. */
SLACKAUDIT_API struct slackaudit_retry_handler *slackaudit_retry_match(
    const struct slackaudit_retry_match *when, int max_retries,
    struct slackaudit_interval *interval, struct slackaudit_jitter *jitter, int64_t cap_us);
/* `self` is the type's own; its `destroy` is called when the handler goes. */
SLACKAUDIT_API struct slackaudit_retry_handler *slackaudit_retry_custom(
    const struct slackaudit_retry_handler_type *type, void *self, int max_retries,
    struct slackaudit_interval *interval, struct slackaudit_jitter *jitter, int64_t cap_us);
/* Only what was not handed to a stack. NULL is allowed. */
SLACKAUDIT_API void slackaudit_retry_handler_free(struct slackaudit_retry_handler *handler);
/* The name in its type: of a built-in one as in the configuration, "rate_limit". */
SLACKAUDIT_API const char *slackaudit_retry_handler_name(
    const struct slackaudit_retry_handler *handler);

/* An empty stack: no retries. */
SLACKAUDIT_API struct slackaudit_retry_stack *slackaudit_retry_stack_new(void);
/* The library's default, as in the SDK: connection_error once. */
SLACKAUDIT_API struct slackaudit_retry_stack *slackaudit_retry_stack_default(void);
/* And its handlers. NULL is allowed. */
SLACKAUDIT_API void slackaudit_retry_stack_free(struct slackaudit_retry_stack *stack);

/* Takes the handler over, also on failure; it is asked last. Returns 0, ERROR_MEMORY for a NULL
 * handler (which is what a constructor without memory returns), ERROR_INVALID for a NULL stack (a
 * client whose options gave one has none of its own), ERROR_LIMIT past SLACKAUDIT_RETRY_HANDLERS.
 */
SLACKAUDIT_API int slackaudit_retry_stack_append(
    struct slackaudit_retry_stack *stack, struct slackaudit_retry_handler *handler);
/* Likewise, and it is asked first. */
SLACKAUDIT_API int slackaudit_retry_stack_prepend(
    struct slackaudit_retry_stack *stack, struct slackaudit_retry_handler *handler);
/* Frees its handlers: an empty stack is left. NULL is allowed. */
SLACKAUDIT_API void slackaudit_retry_stack_clear(struct slackaudit_retry_stack *stack);
/* How many handlers it has; 0 of NULL. */
SLACKAUDIT_API size_t slackaudit_retry_stack_count(const struct slackaudit_retry_stack *stack);

/* `custom` may be NULL. */
SLACKAUDIT_API void slackaudit_retry_state_init(struct slackaudit_retry_state *state, void *custom);

/* Asks the handlers in order; one whose retries are used up is passed over. A NULL stack is an
 * empty one. True: wait `*ret_wait_us`, then try again (the state has counted it). False: nobody
 * wants it, or the call has had its 100 attempts. */
SLACKAUDIT_API bool slackaudit_retry_stack_ask(const struct slackaudit_retry_stack *stack,
    struct slackaudit_retry_state *state, const struct slackaudit_attempt *attempt,
    const struct slackaudit_random *random, int64_t *ret_wait_us);

#ifdef __cplusplus
}
#endif
