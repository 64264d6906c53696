#include "sys/resolve.h"

#include <errno.h>
#include <netdb.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "base/cleanup.h"
#include "base/units.h"

/* The C library gives a lookup up by itself, after a time that resolv.conf sets; it also loses the
 * end of one when it cannot start a thread to tell it. */
static const int64_t longest_lookup_us = 60 * USEC_PER_SEC;

/* What the lookup's thread works on. The loop and the thread hold it together; who lets go last
 * frees it, so that a cancelled lookup runs on without harm. */
struct lookup {
    atomic_int holders;
    int event_fd; /* told once, by the thread */
    struct gaicb request;
    struct addrinfo hints;
    char *host, *port;
};

struct resolve {
    struct loop *loop;
    struct lookup *lookup;
    struct loop_watch *watch;
    struct loop_timer timer;
    resolve_function function;
    void *user;
};

DEFINE_CLEANUP(struct resolve, resolve_cancel)

static void lookup_release(struct lookup *lookup)
{
    if (lookup == NULL || atomic_fetch_sub(&lookup->holders, 1) > 1)
        return;
    if (lookup->request.ar_result != NULL)
        freeaddrinfo(lookup->request.ar_result);
    cleanup_close(&lookup->event_fd);
    free(lookup->host);
    free(lookup->port);
    free(lookup);
}

DEFINE_CLEANUP(struct lookup, lookup_release)

/* In a thread of the C library. */
static void on_lookup_done(union sigval value)
{
    struct lookup *lookup = value.sival_ptr;
    uint64_t one = 1;
    /* The first write to an event descriptor cannot block or fail. */
    (void)!write(lookup->event_fd, &one, sizeof(one));
    lookup_release(lookup);
}

static int lookup_new(const char *host, const char *port, int socket_type,
    struct lookup **ret_lookup, struct error *error)
{
    _cleanup_(lookup_releasep) struct lookup *lookup = calloc(1, sizeof(*lookup));
    if (lookup == NULL)
        return error_set(error, ERROR_MEMORY, "no memory to look up %s", host);
    atomic_init(&lookup->holders, 1);
    lookup->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (lookup->event_fd < 0)
        return error_set_errno(error, errno, "cannot look up %s", host);
    lookup->host = strdup(host);
    lookup->port = strdup(port);
    if (lookup->host == NULL || lookup->port == NULL)
        return error_set(error, ERROR_MEMORY, "no memory to look up %s", host);
    lookup->hints = (struct addrinfo){.ai_family = AF_UNSPEC, .ai_socktype = socket_type};
    lookup->request = (struct gaicb){
        .ar_name = lookup->host,
        .ar_service = lookup->port,
        .ar_request = &lookup->hints,
    };
    *ret_lookup = TAKE(lookup);
    return 0;
}

static int lookup_begin(struct lookup *lookup, struct error *error)
{
    struct gaicb *requests[] = {&lookup->request};
    struct sigevent told = {
        .sigev_notify = SIGEV_THREAD,
        .sigev_value.sival_ptr = lookup,
        .sigev_notify_function = on_lookup_done,
    };
    atomic_fetch_add(&lookup->holders, 1); /* the thread's, from now on */
    int failure = getaddrinfo_a(GAI_NOWAIT, requests, 1, &told);
    if (failure == 0)
        return 0;
    lookup_release(lookup);
    return error_set(error, failure == EAI_MEMORY ? ERROR_MEMORY : ERROR_UNAVAILABLE,
        "cannot look up %s: %s", lookup->host, gai_strerror(failure));
}

static void resolve_end(struct resolve *resolve, int code, const char *message,
    const struct sockaddr *address, socklen_t size)
{
    /* The callback may use everything but the lookup, which is on its way out. */
    resolve_function function = resolve->function;
    void *user = resolve->user;
    struct lookup *lookup = resolve->lookup;
    atomic_fetch_add(&lookup->holders, 1); /* `address` lies in it */
    resolve_cancel(resolve);
    function(user, code, message, address, size);
    lookup_release(lookup);
}

static void on_event(void *user, uint32_t events)
{
    (void)events;
    struct resolve *resolve = user;
    struct gaicb *request = &resolve->lookup->request;
    int failure = gai_error(request);
    const struct addrinfo *found = request->ar_result;
    if (failure == 0 && found != NULL)
        resolve_end(resolve, 0, "", found->ai_addr, found->ai_addrlen);
    else
        resolve_end(resolve, ERROR_UNAVAILABLE,
            failure == 0 ? "the name has no address" : gai_strerror(failure), NULL, 0);
}

static void on_timeout(void *user)
{
    resolve_end(user, ERROR_UNAVAILABLE, "the name lookup took too long", NULL, 0);
}

int resolve_start(struct loop *loop, const char *host, const char *port, int socket_type,
    resolve_function function, void *user, struct resolve **ret_resolve, struct error *error)
{
    struct resolve *made = calloc(1, sizeof(*made));
    if (made == NULL)
        return error_set(error, ERROR_MEMORY, "no memory to look up %s", host);
    *made = (struct resolve){.loop = loop, .function = function, .user = user};
    loop_timer_init(&made->timer, loop, on_timeout, made);
    /* The thread answers in real time: a simulated clock must not pass it by. */
    loop_hold_clock(loop, true);
    _cleanup_(resolve_cancelp) struct resolve *resolve = made;

    int code = lookup_new(host, port, socket_type, &resolve->lookup, error);
    if (code < 0)
        return code;
    code = loop_watch(
        loop, &resolve->watch, resolve->lookup->event_fd, EPOLLIN, on_event, resolve, error);
    if (code < 0)
        return code;
    code = loop_timer_after(&resolve->timer, longest_lookup_us);
    if (code < 0)
        return error_set(error, code, "no memory to look up %s", host);
    code = lookup_begin(resolve->lookup, error);
    if (code < 0)
        return code;
    *ret_resolve = TAKE(resolve);
    return 0;
}

void resolve_cancel(struct resolve *resolve)
{
    if (resolve == NULL)
        return;
    loop_timer_stop(&resolve->timer);
    loop_unwatch(resolve->watch);
    loop_hold_clock(resolve->loop, false);
    lookup_release(resolve->lookup);
    free(resolve);
}
