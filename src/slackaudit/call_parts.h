/*
 * A call: attempts, and the waits between them, until its retry stack is through. Private to
 * slackaudit/.
 *
 * What a page call and a whole call do differently stands in a `struct call_type`; the life is the
 * same: wait for the client's gate, make an attempt, judge it, ask the stack, wait, ... , tell the
 * end. A call that is over (cancelled, or just before its end is told) has left its client and
 * tells nothing more; its memory goes when no callback of it can be on the stack any more. So after
 * every callback of the user, and before anything else, comes call_is_over().
 */
#pragma once

#include "slackaudit/address.h"
#include "slackaudit/calls.h"
#include "slackaudit/client_parts.h"
#include "slackaudit/slack_error.h"

struct slackaudit_call;

/* How one attempt ended. */
struct call_outcome {
    int code; /* SLACKAUDIT_OK: an answer came; TRANSPORT; or one that no handler is asked about */
    const char *reason; /* what went wrong, in words, or "" */
    enum slackaudit_transport transport;
    int os_errno, status;
    bool broken_body;
    char error[SLACK_ERROR_SIZE];
    int64_t retry_after_us;
    const struct http_result *result; /* NULL when the attempt could not even begin */
};

struct call_type {
    /* An attempt begins: forget the one before and tell the user. */
    void (*begin)(struct slackaudit_call *call);
    /* A piece of the body. Negative ends the attempt: an error code of the library.
     * SLACKAUDIT_ERROR_INVALID means that the body is not what it should be, which is for `judge`
     * to say, and not the end of the call. */
    int (*take)(struct slackaudit_call *call, int status, const char *data, size_t size);
    /* The attempt has ended, and `outcome` says how from the transfer's side: fill in what the body
     * says. */
    void (*judge)(struct slackaudit_call *call, struct call_outcome *outcome);
    /* Tell the user the end. */
    void (*finish)(struct slackaudit_call *call, struct slackaudit_answer *answer);
    /* Free it. */
    void (*destroy)(struct slackaudit_call *call);
};

struct slackaudit_call {
    const struct call_type *type;
    LIST_ENTRY(slackaudit_call) place;
    struct slackaudit_engine *engine;
    struct slackaudit_client *client; /* NULL once the call is over */
    struct loop_timer timer;          /* until the gate is asked (again) */
    struct http_call *http;           /* while an attempt is under way */
    int refusal;                      /* what `take` ended the attempt with, or 0 */
    struct slackaudit_retry_state retry;
    char *method, *url;
    char *address;          /* the url without its query, for texts */
    struct headers headers; /* of this call alone */
    struct slice body;      /* of the request; owned by the type */
};

/* Fills a call that is all zero but for what its type has put there; the address must be complete.
 * Returns 0 or ERROR_MEMORY; call_free() is right in every case. */
int call_init(struct slackaudit_call *call, const struct call_type *type,
    struct slackaudit_client *client, const char *method, struct address *address);

/* Hands the call over to its client; its first attempt comes with the next turn. 0 or ERROR_MEMORY:
 * it is not handed over then. */
int call_start(struct slackaudit_call *call);

static inline bool call_is_over(const struct slackaudit_call *call)
{
    return call->client == NULL;
}

/* Stops and frees a call that is in no list. */
void call_free(struct slackaudit_call *call);
