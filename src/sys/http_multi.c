#include "sys/http_curl_parts.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/log.h"

static const long idle_connections = 16;

int http_curl_begin(void)
{
    return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? 0 : ERROR_MEMORY;
}

void http_curl_end(void)
{
    curl_global_cleanup();
}

/* ---- What libcurl asks of the loop ---- */

static int break_multi(struct http_multi *multi, const char *why)
{
    multi->broken = why;
    return -1; /* libcurl does nothing more with it then */
}

static int on_socket(CURL *easy, curl_socket_t socket, int what, void *user, void *assigned)
{
    (void)easy;
    struct http_multi *multi = user;
    struct http_watch *watch = assigned;
    if (what == CURL_POLL_REMOVE) {
        http_watch_forget(watch);
        return 0;
    }
    bool is_new = watch == NULL;
    if (multi->retired || http_watch_socket(multi->watcher, &watch, socket,
                              (what & CURL_POLL_IN) != 0, (what & CURL_POLL_OUT) != 0) < 0)
        return break_multi(multi, "the event loop cannot watch a socket");
    if (is_new && curl_multi_assign(multi->handle, socket, watch) != CURLM_OK) {
        http_watch_forget(watch);
        return break_multi(multi, "libcurl does not know its own socket");
    }
    return 0;
}

static int on_timer(CURLM *handle, long timeout_ms, void *user)
{
    (void)handle;
    struct http_multi *multi = user;
    if (multi->retired || http_watcher_set_timer(multi->watcher, timeout_ms) == 0)
        return 0;
    return break_multi(multi, "the event loop cannot set a timer");
}

/* ---- Many transfers ---- */

/* A connection that falls idle is kept when those in use and those that idle are fewer than this.
 * As many as there are transfers: so thousands of calls, each followed by another, keep their
 * connections, and when the rush is over no more than the usual few stay. */
static void set_connections_kept(struct http_multi *multi)
{
    long most = multi->easies > (size_t)idle_connections ? (long)multi->easies : idle_connections;
    /* Refused within a callback of libcurl: then the number before holds until the next one. */
    (void)curl_multi_setopt(multi->handle, CURLMOPT_MAXCONNECTS, most);
}

int http_multi_new(struct http_multi **ret_multi, struct http_watcher *watcher)
{
    struct http_multi *multi = calloc(1, sizeof(*multi));
    if (multi == NULL || (multi->handle = curl_multi_init()) == NULL) {
        free(multi);
        return ERROR_MEMORY;
    }
    multi->watcher = watcher;
    /* These fail for options that libcurl does not know alone; the oldest that we build with does.
     */
    (void)curl_multi_setopt(multi->handle, CURLMOPT_SOCKETFUNCTION, on_socket);
    (void)curl_multi_setopt(multi->handle, CURLMOPT_SOCKETDATA, multi);
    (void)curl_multi_setopt(multi->handle, CURLMOPT_TIMERFUNCTION, on_timer);
    (void)curl_multi_setopt(multi->handle, CURLMOPT_TIMERDATA, multi);
    set_connections_kept(multi);
    *ret_multi = multi;
    return 0;
}

static void free_unused(struct http_multi *multi)
{
    if (!multi->retired || multi->easies > 0)
        return;
    (void)curl_multi_cleanup(multi->handle); /* fails only for what is no handle */
    free(multi);
}

void http_multi_retire(struct http_multi *multi)
{
    if (multi == NULL)
        return;
    multi->retired = true;
    free_unused(multi);
}

bool http_multi_has_room(const struct http_multi *multi)
{
    return multi->lookups + multi->unseen < LIMIT_LOOKUPS;
}

int http_multi_add(
    struct http_multi *multi, struct http_easy *easy, struct http_transfer_end *ret_end)
{
    CURLMcode code = curl_multi_add_handle(multi->handle, easy->handle);
    if (code == CURLM_OK) {
        easy->multi = multi;
        multi->easies++;
        multi->unseen++;
        set_connections_kept(multi);
        return 0;
    }
    /* It may be in it all the same, when the timer was refused. */
    (void)curl_multi_remove_handle(multi->handle, easy->handle);
    *ret_end = (struct http_transfer_end){.failure = HTTP_OTHER};
    (void)snprintf(ret_end->message, sizeof(ret_end->message), "%s",
        multi->broken != NULL ? multi->broken
                              : curl_multi_strerror(code)); /* a cut text is a text */
    return ERROR_IO;
}

void http_multi_remove(struct http_multi *multi, struct http_easy *easy)
{
    http_easy_end_lookup(easy);
    easy->multi = NULL;
    /* It is in it, and what fails beyond that on_socket() and on_timer() have noted. */
    (void)curl_multi_remove_handle(multi->handle, easy->handle);
    multi->easies--;
    set_connections_kept(multi);
    free_unused(multi);
}

void http_multi_act(struct http_multi *multi, int socket, bool readable, bool writable)
{
    int what = (readable ? CURL_CSELECT_IN : 0) | (writable ? CURL_CSELECT_OUT : 0);
    int running;
    CURLMcode code = curl_multi_socket_action(
        multi->handle, socket < 0 ? CURL_SOCKET_TIMEOUT : socket, what, &running);
    multi->unseen = 0;
    if (code == CURLM_OK)
        return;
    if (multi->broken == NULL)
        multi->broken = curl_multi_strerror(code);
    log_debug(NULL, "libcurl: %s (%s)", curl_multi_strerror(code), multi->broken);
}

void *http_multi_ended(struct http_multi *multi, struct http_transfer_end *ret_end)
{
    int left;
    const CURLMsg *message = curl_multi_info_read(multi->handle, &left);
    if (message == NULL)
        return NULL;
    struct http_easy *easy = NULL;
    (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &easy); /* set_up() set it */
    http_easy_end_lookup(easy);
    *ret_end = http_easy_end(easy, message->data.result);
    return easy->user;
}

const char *http_multi_broken(const struct http_multi *multi)
{
    return multi->broken;
}
