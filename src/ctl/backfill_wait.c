#include "ctl/backfill_wait.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/order.h"
#include "ctl/print.h"
#include "ctl/verb.h"
#include "daemon/backfill_name.h"
#include "daemon/daemon.h"

enum { LOOK_MS = 300 };

int backfill_begin(struct asker *asker, const char *const *words, size_t count, char *name)
{
    const struct json_value *result = NULL;
    int exit_code = asker_result(asker, words, count, &result);
    if (exit_code != DAEMON_EXIT_DONE)
        return exit_code;
    const char *told = json_string(json_get(result, "name"));
    if (told == NULL || strlen(told) >= BACKFILL_NAME_SIZE)
        return print_complaint(DAEMON_EXIT_TRY_AGAIN, "the daemon's answer cannot be read");
    memcpy(name, told, strlen(told) + 1);
    return DAEMON_EXIT_DONE;
}

/* What is left of it, over all outputs. */
struct left {
    bool any;
    bool found, cancelled;
    int64_t seconds, read, backlog, entries;
    const char *problem;
};

static struct left look(const struct json_value *list, const char *name)
{
    struct left left = {.any = false};
    for (size_t i = 0; i < json_length(list); i++) {
        const struct json_value *one = json_at(list, i);
        const char *its_name = json_string(json_get(one, "name"));
        if (its_name == NULL || strcmp(its_name, name) != 0)
            continue;
        left.found = true;
        left.cancelled = json_boolean(json_get(one, "cancelled"), false);
        left.any |= !json_boolean(json_get(one, "done"), false);
        left.seconds = json_integer(json_get(one, "seconds"), 0);
        left.read = json_integer(json_get(one, "seconds_read"), 0);
        left.backlog = higher(left.backlog, json_integer(json_get(one, "backlog_entries"), 0));
        left.entries = json_integer(json_get(one, "entries"), 0);
        left.problem = json_string(json_get(one, "last_error"));
    }
    return left;
}

int backfill_wait(
    struct asker *asker, struct progress *progress, const char *name, int64_t *ret_entries)
{
    static const char *const words[] = {"backfill", "list"};
    *ret_entries = 0;
    for (;;) {
        const struct json_value *list = NULL;
        char text[512];
        int exit_code = asker_result(asker, words, 2, &list);
        if (exit_code != DAEMON_EXIT_DONE)
            return exit_code;
        struct left left = look(list, name);
        if (left.cancelled) {
            daemon_backfill_show(name, text, sizeof(text));
            return print_complaint(CTL_EXIT_NO, "%s was cancelled", text);
        }
        if (left.found)
            *ret_entries = left.entries; /* else it is done and forgotten */
        if (!left.any)
            return DAEMON_EXIT_DONE;
        (void)snprintf(text, sizeof(text), "%" PRId64 " entries read, %" PRId64 " to send%s%s",
            *ret_entries, left.backlog, left.problem == NULL ? "" : "; ",
            left.problem == NULL ? "" : left.problem); /* a cut text is still a text */
        progress_show(
            progress, left.read, left.seconds + 1, text); /* never the whole before it is */
        (void)poll(NULL, 0, LOOK_MS); /* whatever ends the pause, it is time to look */
    }
}
