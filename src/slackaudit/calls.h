/*
 * Calls that report to callbacks: any number at once, none of them waits.
 *
 * A call runs until its `on_done`, which comes exactly once, from a turn of the engine, unless the
 * call is cancelled before. Retries happen in between, as the client's stack says; the engine does
 * the waiting. An answer of any status is an answer: a 404 is no error of the library.
 *
 * Thousands may be under way on one thread. Each attempt has a connection of its own meanwhile, and
 * so a descriptor: where the limit (RLIMIT_NOFILE) is lower, attempts end with `connect`.
 *
 * Four ways to take a body: whole (slackaudit_client_logs() and its like, without `on_body`), in
 * chunks (`on_body`), split into entries as it arrives (slackaudit_client_page()), or kept beyond
 * the callback (slackaudit_answer_keep(), response.h).
 *
 * Public header of libslackaudit: plain C11 and C++17. Times are microseconds unless a name says
 * otherwise. One thread at a time uses an engine and everything that belongs to it.
 */
#pragma once

#include "slackaudit/client.h"
#include "slackaudit/page.h"

#ifdef __cplusplus
extern "C" {
#endif

struct slackaudit_call;

/* What any call may add to its request. */
struct slackaudit_extras {
    /* Pairs of name and value, ended by NULL, encoded here; or NULL. */
    const char *const *query;
    /* Likewise; each takes the place of the client's header of that name. */
    const char *const *headers;
    void *retry_custom; /* `custom` of the call's retry state */
    const void *reserved[2];
};

/* The API's own bounds: entries of a page, and names in `action`. */
enum { SLACKAUDIT_QUERY_LIMIT = 9999, SLACKAUDIT_QUERY_ACTIONS = 30 };

/* What /logs is asked. */
struct slackaudit_query {
    bool has_oldest, has_latest, has_limit; /* what is not set is not sent */
    int64_t oldest, latest;                 /* Unix seconds, both inclusive */
    int limit;                              /* 1 to 9999 */
    const char *action; /* a comma list of at most 30 names; NULL or "": not sent, here and below */
    const char *actor, *entity; /* one id each */
    const char
        *cursor; /* next_cursor of the page before; send `oldest` and `latest` again with it */
    struct slackaudit_extras extras;
};

/* Any other request. */
struct slackaudit_request {
    const char *method; /* GET when NULL */
    const char *path;   /* behind the base address: "schemas"; letters, digits and -._~/ */
    const char *body;   /* copied */
    size_t body_size;
    struct slackaudit_extras extras;
};

/* A header of an answer, as sent. */
struct slackaudit_header {
    const char *name, *value;
};

/* How a call ended. Pointers are valid during `on_done` only. */
struct slackaudit_answer {
    int code;            /* SLACKAUDIT_OK: an answer came, of whatever status */
    const char *message; /* what failed, where, and how often it was tried; "" for an answer 200
                            without an error */
    enum slackaudit_transport transport;
    const char *url;                         /* of the request, with its query */
    int status;                              /* of the last attempt; 0 when none answered */
    const char *error;                       /* Slack's error name, or "" */
    const struct slackaudit_header *headers; /* of the last answer, in order, names as sent */
    size_t header_count;
    const char *request_id; /* the header x-slack-req-id, or "" */
    int64_t server_time;    /* the header Date in Unix seconds, or -1 */
    int64_t retry_after_us; /* -1: not asked for */
    int attempts;
    bool broken_body; /* page calls: status 200, but the body is not a whole page; the message says
                         why */
    /* The body, where it came whole and is kept so, with a NUL byte behind it; else "". */
    const char *body;
    size_t body_size;
    void *inside; /* the library's own */
};

/* The value of a header by name (case does not matter): the first with `nth` 0, the next of the
 * same name with 1 and so on; NULL when there are no more. Owned by the answer. */
SLACKAUDIT_API const char *slackaudit_answer_header(
    const struct slackaudit_answer *answer, const char *name, size_t nth);

/* Who is told about a call. */
struct slackaudit_events {
    /* An attempt begins (from 0); what on_body told of an earlier attempt is void. May be NULL. */
    void (*on_attempt)(void *user, int attempt);
    /* A piece of the body as it comes, of any status; the body is not kept then. Negative: ends the
     * call with SLACKAUDIT_ERROR_CALLBACK. NULL: the body is kept whole. */
    int (*on_body)(void *user, int status, const char *data, size_t size);
    /* The end; the call frees itself afterwards. Not NULL. */
    void (*on_done)(void *user, const struct slackaudit_answer *answer);
    void *user;
    const void *reserved[2];
};

/* The functions that start a call have this in common. No callback comes from inside of them: the
 * first comes from a turn of the engine, which may be the present one where a callback starts the
 * call. `*ret_call` is for cancelling the call before its end, and `ret_call` may be NULL.
 * What the structs point to is copied. ERROR_INVALID names the parameter that cannot be (a limit or
 * range out of bounds, more than 30 actions, a header with a line break, NULL where something must
 * be, a client without token for /logs), ERROR_LIMIT and ERROR_MEMORY as their names say; no
 * request is sent then and no callback comes.
 *
 * /logs: a page of entries. */
SLACKAUDIT_API int slackaudit_client_logs(struct slackaudit_client *client,
    const struct slackaudit_query *query, const struct slackaudit_events *events,
    struct slackaudit_call **ret_call, struct slackaudit_problem *problem);

/* /schemas: the types of entities. `extras` may be NULL. As slackaudit_client_logs(); no token is
 * needed, and one that is there is sent. */
SLACKAUDIT_API int slackaudit_client_schemas(struct slackaudit_client *client,
    const struct slackaudit_extras *extras, const struct slackaudit_events *events,
    struct slackaudit_call **ret_call, struct slackaudit_problem *problem);

/* /actions: the names of actions. As slackaudit_client_schemas(). */
SLACKAUDIT_API int slackaudit_client_actions(struct slackaudit_client *client,
    const struct slackaudit_extras *extras, const struct slackaudit_events *events,
    struct slackaudit_call **ret_call, struct slackaudit_problem *problem);

/* Any method and path of the API. As slackaudit_client_schemas(). */
SLACKAUDIT_API int slackaudit_client_call(struct slackaudit_client *client,
    const struct slackaudit_request *request, const struct slackaudit_events *events,
    struct slackaudit_call **ret_call, struct slackaudit_problem *problem);

/* One page of /logs, split as it arrives. */
struct slackaudit_page_call {
    struct slackaudit_query query;
    bool salvage; /* see slackaudit/page.h */
    /* An attempt begins (from 0); what on_entry told of an earlier attempt is void. May be NULL. */
    void (*on_attempt)(void *user, int attempt);
    /* Negative: ends the call with SLACKAUDIT_ERROR_CALLBACK. May be NULL. */
    slackaudit_page_entry on_entry;
    /* The end. `summary` is NULL unless the status was 200 and the body a whole page with
     * `entries`; without it what on_entry told is void. Not NULL. */
    void (*on_done)(void *user, const struct slackaudit_answer *answer,
        const struct slackaudit_page_summary *summary);
    void *user;
    const void *reserved[2];
};

/* As slackaudit_client_logs(), with the page split into entries as it comes in: no page is ever in
 * memory as a whole. A 200 whose body is not a whole page is `broken_body` to the retry stack. */
SLACKAUDIT_API int slackaudit_client_page(struct slackaudit_client *client,
    const struct slackaudit_page_call *request, struct slackaudit_call **ret_call,
    struct slackaudit_problem *problem);

/* No callback of the call comes after this, and the call is gone. (A handler of the retry stack
 * that cancels is asked to the end.) NULL is allowed. A call is gone by itself once its `on_done`
 * has returned, and must not be named after that. */
SLACKAUDIT_API void slackaudit_call_cancel(struct slackaudit_call *call);

#ifdef __cplusplus
}
#endif
