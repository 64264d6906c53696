/*
 * The client of the Audit Logs API.
 *
 * An engine drives any number of calls on one thread. It either runs by itself
 * (slackaudit_engine_turn) or stands inside a caller's loop: watch slackaudit_engine_fd() for
 * reading, wake after slackaudit_engine_wait_us(), and call slackaudit_engine_turn(engine, 0) then.
 * A client holds a token, an address and a retry stack and belongs to an engine. A call runs until
 * its `on_done`; a retry never blocks.
 *
 * Callbacks come from inside slackaudit_engine_turn() only. A callback may start and cancel calls
 * (its own too) and free clients; it must not turn or free the engine. One thread uses an engine
 * and everything that belongs to it.
 *
 * Public header of libslackaudit. Times are microseconds unless a name says otherwise; strings are
 * UTF-8, NUL-terminated and copied when passed in.
 */
#pragma once

#include "slackaudit/page.h"
#include "slackaudit/retry.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Error codes of the library (the same numbers all through it). */
enum slackaudit_error {
    SLACKAUDIT_OK = 0,
    SLACKAUDIT_ERROR_MEMORY = -1,
    SLACKAUDIT_ERROR_SYSTEM = -2,     /* the system refused a call */
    SLACKAUDIT_ERROR_INVALID = -7,    /* a parameter; the text names it. No request was sent */
    SLACKAUDIT_ERROR_LIMIT = -8,      /* the response was longer than allowed */
    SLACKAUDIT_ERROR_TRANSPORT = -10, /* no whole answer came; `transport` says how it failed */
    SLACKAUDIT_ERROR_CALLBACK = -12,  /* a callback ended the call */
};

enum { SLACKAUDIT_TEXT = 512 };

/* Filled, where one is passed, when a function returns a negative value. */
struct slackaudit_problem {
    int code;
    char text[SLACKAUDIT_TEXT];
};

/* The caller's own time and randomness, for tests on a simulated clock. All three are there. The
 * engine still waits in real time: a caller that moves its clock by hand turns with a wait of 0 and
 * moves it by slackaudit_engine_wait_us(). */
struct slackaudit_clock {
    int64_t (*monotonic_us)(void *user); /* never goes back */
    int64_t (*wall_us)(void *user);      /* Unix time */
    uint64_t (*random)(void *user);      /* uniform over all 64 bits */
    void *user;
};

struct slackaudit_engine;
struct slackaudit_client;
struct slackaudit_call;

/* `clock` may be NULL (the system's); it is copied, and its `user` must outlive the engine.
 * ERROR_INVALID for a clock that lacks a function, ERROR_SYSTEM, ERROR_MEMORY. */
SLACKAUDIT_API int slackaudit_engine_new(struct slackaudit_engine **ret_engine,
    const struct slackaudit_clock *clock, struct slackaudit_problem *problem);
/* Its clients must be gone. Never waits for a name lookup. NULL is allowed. */
SLACKAUDIT_API void slackaudit_engine_free(struct slackaudit_engine *engine);
/* To be watched for reading; owned by the engine. */
SLACKAUDIT_API int slackaudit_engine_fd(const struct slackaudit_engine *engine);
SLACKAUDIT_API int64_t slackaudit_engine_wait_us(
    const struct slackaudit_engine *engine); /* 0: now; -1: until the descriptor is readable */
/* Does what is due; waits for something to do at most `max_wait_us` (negative: as long as it
 * takes). Returns 0, ERROR_SYSTEM, or ERROR_INVALID from inside a callback. */
SLACKAUDIT_API int slackaudit_engine_turn(struct slackaudit_engine *engine, int64_t max_wait_us);

/* Unset (zero) means the default that is named. Set `size` to sizeof(struct slackaudit_options):
 * fields will be added at the end. */
struct slackaudit_options {
    size_t size;
    const char *token;    /* may be NULL for /schemas and /actions only */
    const char *base_url; /* https://api.slack.com/audit/v1/ */
    bool insecure_http;   /* allow http:// to a host that is not loopback */
    int64_t timeout_us;   /* 30 s, for each attempt */
    const char *proxy;    /* NULL: HTTPS_PROXY and its kin; "": none */
    const char *ca_file, *cert_file,
        *key_file; /* PEM; NULL or "": the system's authorities, no certificate of our own */
    const char *tls_min_version; /* "1.2" or "1.3"; "1.2" */
    const char *const *headers;  /* pairs of name and value, ended by NULL; sent with every call; no
                                    Authorization */
    const char *user_agent_prefix,
        *user_agent_suffix;  /* around "slackaudit/VERSION", a space between */
    uint64_t response_limit; /* 256 MiB */
    const struct slackaudit_retry_stack
        *retry; /* must outlive the client; NULL: the default stack */
    /* Debug lines about each attempt, without any secret. */
    void (*log)(void *user, const char *text);
    /* Asked before each attempt: 0 lets it go, more is the time after which to ask again (at most a
     * day). NULL: always 0. This is where a budget of calls that many clients share is kept: after
     * each 0 one attempt is made. */
    int64_t (*may_start)(void *user);
    /* Told after each attempt that was not cancelled, retried or not. */
    void (*attempt_ended)(void *user, const struct slackaudit_attempt *attempt);
    void *user; /* of the three */
};

/* ERROR_INVALID for an empty token or one with a line break, an address that is not http(s), has
 * user information or does not end in a slash, a header with a line break; the text begins with the
 * name of the option and never shows its value. */
SLACKAUDIT_API int slackaudit_client_new(struct slackaudit_client **ret_client,
    struct slackaudit_engine *engine, const struct slackaudit_options *options,
    struct slackaudit_problem *problem);
/* Its calls are cancelled. NULL is allowed. */
SLACKAUDIT_API void slackaudit_client_free(struct slackaudit_client *client);

/* A new token, from the next attempt on. On failure the old one stays. */
SLACKAUDIT_API int slackaudit_client_set_token(
    struct slackaudit_client *client, const char *token, struct slackaudit_problem *problem);

/* What /logs is asked. */
struct slackaudit_query {
    bool has_oldest, has_latest;
    int64_t oldest, latest; /* Unix seconds, both inclusive */
    int limit;              /* 1 to 9999; 0: not sent */
    const char *action; /* a comma list of at most 30 names; NULL or "": not sent, here and below */
    const char *actor, *entity; /* one id each */
    const char
        *cursor; /* next_cursor of the page before; send `oldest` and `latest` again with it */
};

/* How a call ended. Pointers are valid during `on_done` only. */
struct slackaudit_answer {
    int code;            /* SLACKAUDIT_OK: an answer came, of whatever status */
    const char *message; /* what failed, where, and how often it was tried; "" for an answer 200
                            without an error */
    enum slackaudit_transport transport;
    int status;             /* of the last attempt; 0 when none answered */
    const char *error;      /* Slack's error name, or "" */
    const char *request_id; /* the header x-slack-req-id, or "" */
    int64_t server_time;    /* the header Date in Unix seconds, or -1 */
    int64_t retry_after_us; /* -1: not asked for */
    int attempts;
    bool broken_body; /* page calls: status 200, but the body is not a whole page; the message says
                         why */
    const char *body; /* plain calls: the body; page calls: NULL */
    size_t body_size;
    /* A header of the last answer by name (case does not matter; the first of several), or NULL.
     * Hand it `header_answer`. */
    const char *(*header)(const void *answer, const char *name);
    const void *header_answer;
};

/* One page of /logs, split as it arrives. */
struct slackaudit_page_call {
    struct slackaudit_query query;
    bool salvage; /* see slackaudit/page.h */
    /* An attempt begins (from 0); what on_entry told of an earlier attempt is void. May be NULL. */
    void (*on_attempt)(void *user, int attempt);
    /* Negative: ends the call with SLACKAUDIT_ERROR_CALLBACK. May be NULL. */
    slackaudit_page_entry on_entry;
    /* The end. `summary` is NULL unless the status was 200 and the body a whole page with
     * `entries`; without it what on_entry told is void. */
    void (*on_done)(void *user, const struct slackaudit_answer *answer,
        const struct slackaudit_page_summary *summary);
    void *user;
    void *retry_custom; /* `custom` of the call's retry state */
};

/* Starts a call; its first callback comes from a later turn. The call frees itself after `on_done`:
 * `*ret_call` is for cancelling it before, and `ret_call` may be NULL. SLACKAUDIT_ERROR_INVALID for
 * a limit or range out of bounds, more than 30 actions, a client without token. */
SLACKAUDIT_API int slackaudit_client_page(struct slackaudit_client *client,
    const struct slackaudit_page_call *request, struct slackaudit_call **ret_call,
    struct slackaudit_problem *problem);

/* Any other call, its body kept whole. */
struct slackaudit_plain_call {
    const char *method; /* GET when NULL */
    const char *path; /* behind the base address: "schemas", "actions"; letters, digits and -._~/ */
    const char *const *query; /* pairs of name and value, ended by NULL, encoded here; or NULL */
    const char *const
        *headers;     /* likewise; each takes the place of the client's header of that name */
    const char *body; /* copied */
    size_t body_size;
    void (*on_done)(void *user, const struct slackaudit_answer *answer);
    void *user;
    void *retry_custom; /* `custom` of the call's retry state */
};
/* As slackaudit_client_page(). The token is sent when the client has one. */
SLACKAUDIT_API int slackaudit_client_call(struct slackaudit_client *client,
    const struct slackaudit_plain_call *request, struct slackaudit_call **ret_call,
    struct slackaudit_problem *problem);

/* No callback comes after this, and the call is gone. NULL is allowed. */
SLACKAUDIT_API void slackaudit_call_cancel(struct slackaudit_call *call);

#ifdef __cplusplus
}
#endif
