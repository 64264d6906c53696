/* What a retry stack does, for people. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/order.h"
#include "ctl/explain.h"
#include "ctl/span.h"

enum {
    WIDTH = 96,
    INDENT = 4,
    ROWS = 6, /* of one handler, before the rest is one row */
};

/* Consecutive retries in one row. */
struct row {
    size_t first, last; /* attempts, from 1 */
    struct explain_retry retry;
};

struct page {
    const struct explain_subject *subject;
    struct buffer *output;
    int error;                         /* the first */
    struct explain_failure **failures; /* in their order; NULL: told already */
    size_t failure_count;
};

static void keep(struct page *page, int r)
{
    if (r < 0 && page->error == 0)
        page->error = r;
}

#define PUT(page, ...) keep(page, buffer_printf((page)->output, __VA_ARGS__))

/* Breaks the words at spaces, in a line of which `column` bytes are full; the lines behind it begin
 * at `indent`. */
static void put_wrapped(struct page *page, size_t indent, size_t column, const char *words)
{
    bool first = true;
    while (*words != '\0') {
        size_t size = strcspn(words, " ");
        if (!first && column + 1 + size > WIDTH) {
            PUT(page, "\n%*s", (int)indent, "");
            column = indent;
            first = true;
        }
        PUT(page, "%s%.*s", first ? "" : " ", (int)size, words);
        column += size + (first ? 0 : 1);
        first = false;
        words += size;
        words += strspn(words, " ");
    }
    PUT(page, "\n");
}

/* ---- Rows ---- */

static bool looks_alike(const struct explain_wait *left, const struct explain_wait *right)
{
    char one[SPAN_RANGE_SIZE], other[SPAN_RANGE_SIZE];
    return strcmp(span_range(left->lowest_us, left->highest_us, one),
               span_range(right->lowest_us, right->highest_us, other)) == 0;
}

/* More than one handler of the stack has this name. */
static bool is_ambiguous(const struct explain_subject *subject, const char *name)
{
    size_t count = 0;
    for (size_t i = 0; i < subject->retry->count; i++)
        count += strcmp(explain_handler_name(&subject->retry->handlers[i]), name) == 0;
    return count > 1;
}

static void put_row(struct page *page, const struct row *row)
{
    char attempts[32], range[SPAN_RANGE_SIZE], place[32] = "";
    if (row->first == row->last)
        (void)snprintf(attempts, sizeof(attempts), "attempt %zu", row->first); /* fits */
    else
        (void)snprintf(
            attempts, sizeof(attempts), "attempts %zu to %zu", row->first, row->last); /* fits */
    if (is_ambiguous(page->subject, row->retry.handler))
        (void)snprintf(place, sizeof(place), " (handler %zu)", row->retry.place); /* fits */
    PUT(page, "%*s%-20s  after %-20s  %s%s\n", INDENT, "", attempts,
        span_range(row->retry.wait.lowest_us, row->retry.wait.highest_us, range),
        row->retry.handler, place);
}

/* Retries that look alike share a row, and past some rows all that one handler grants do. */
static void put_retries(struct page *page, const struct explain_failure *failure)
{
    struct row row = {0};
    size_t rows = 0; /* of this handler */
    for (size_t i = 0; i < failure->retry_count; i++) {
        const struct explain_retry *retry = &failure->retries[i];
        bool same_handler = i > 0 && retry->place == row.retry.place;
        if (same_handler && (rows >= ROWS || looks_alike(&retry->wait, &row.retry.wait))) {
            row.last++;
            row.retry.wait.lowest_us = lower(row.retry.wait.lowest_us, retry->wait.lowest_us);
            row.retry.wait.highest_us = higher(row.retry.wait.highest_us, retry->wait.highest_us);
            continue;
        }
        if (i > 0)
            put_row(page, &row);
        rows = same_handler ? rows + 1 : 1;
        row = (struct row){.first = i + 2, .last = i + 2, .retry = *retry};
    }
    if (failure->retry_count > 0)
        put_row(page, &row);
}

/* ---- Failures ---- */

static bool happens(const struct explain_failure *failure)
{
    for (size_t i = 0; i < failure->past_count; i++)
        if (failure->pasts[i].occurs)
            return true;
    return false;
}

static bool is_asked(const struct explain_failure *failure)
{
    for (size_t i = 0; i < failure->past_count; i++)
        if (failure->pasts[i].asked)
            return true;
    return false;
}

/* Whether the same is to be said of both. */
static bool is_like(const struct explain_failure *left, const struct explain_failure *right)
{
    if (left->slow != right->slow || left->retry_count != right->retry_count)
        return false;
    for (size_t i = 0; i < left->retry_count; i++)
        if (left->retries[i].place != right->retries[i].place ||
            !looks_alike(&left->retries[i].wait, &right->retries[i].wait))
            return false;
    for (size_t i = 0; i < left->past_count; i++)
        if (strcmp(left->pasts[i].words, right->pasts[i].words) != 0)
            return false;
    return true;
}

static int append_total(const struct explain_subject *subject,
    const struct explain_failure *failure, struct buffer *head)
{
    char range[SPAN_RANGE_SIZE], each[SPAN_TEXT_SIZE];
    int64_t timeout_us = explain_timeout_us(subject);
    if (failure->retry_count == 0)
        return buffer_append_text(head, ": 1 attempt, no handler wants another");
    int r = buffer_printf(head, ": %zu attempts, %s of waiting", failure->retry_count + 1,
        span_range(failure->total.lowest_us, failure->total.highest_us, range));
    if (r >= 0 && failure->slow && timeout_us > 0)
        r = buffer_printf(head, " and %zu times %s of timeout", failure->retry_count + 1,
            span_text(timeout_us, each));
    return r;
}

static void put_past(struct page *page, const struct explain_past *past, bool both)
{
    char lead[32];
    (void)snprintf(lead, sizeof(lead), "%s%s%s%s", past->asked ? "then " : "", both ? "(" : "",
        both ? past->whom : "", both ? ") " : ""); /* fits */
    PUT(page, "%*s%s", INDENT, "", lead);
    put_wrapped(page, 2 * INDENT, INDENT + strlen(lead), past->words);
}

/* One failure, under its name and those of the others of which the same is to be said. */
static void put_failure(struct page *page, size_t place)
{
    const struct explain_failure *failure = page->failures[place];
    struct buffer head = BUFFER_INIT(LIMIT_CONFIG); /* what it is made of stood in one */
    keep(page, buffer_append_text(&head, failure->words));
    for (size_t i = place + 1; i < page->failure_count; i++) {
        if (page->failures[i] == NULL || !is_like(failure, page->failures[i]))
            continue;
        keep(page, buffer_printf(&head, ", %s", page->failures[i]->words));
        free(TAKE(page->failures[i]));
    }
    if (is_asked(failure))
        keep(page, append_total(page->subject, failure, &head));
    PUT(page, "\n");
    put_wrapped(page, INDENT, 0, buffer_text(&head) == NULL ? "" : buffer_text(&head));
    buffer_deinit(&head);
    put_retries(page, failure);
    for (size_t i = 0; i < failure->past_count; i++)
        if (failure->pasts[i].occurs || !happens(failure))
            put_past(page, &failure->pasts[i], failure->past_count > 1);
}

static void put_failures(struct page *page)
{
    for (int can_happen = 1; can_happen >= 0; can_happen--)
        for (size_t i = 0; i < page->failure_count; i++)
            if (page->failures[i] != NULL && happens(page->failures[i]) == (can_happen != 0)) {
                put_failure(page, i);
                free(TAKE(page->failures[i]));
            }
}

static void collect(void *user, const struct explain_failure *failure)
{
    struct page *page = user;
    size_t size = (page->failure_count + 1) * sizeof(*page->failures);
    struct explain_failure **failures = realloc(page->failures, size);
    struct explain_failure *copy = malloc(sizeof(*copy));
    if (failures != NULL)
        page->failures = failures;
    if (failures == NULL || copy == NULL) {
        free(copy);
        keep(page, ERROR_MEMORY);
        return;
    }
    *copy = *failure;
    page->failures[page->failure_count++] = copy;
}

/* ---- The head ---- */

static void put_stack(struct page *page)
{
    const struct config_retry *retry = page->subject->retry;
    if (retry->count == 0)
        PUT(page, "no handlers, so nothing is tried again at once");
    for (size_t i = 0; i < retry->count; i++)
        PUT(page, "%s%s (%d)", i == 0 ? "" : ", ", explain_handler_name(&retry->handlers[i]),
            retry->handlers[i].max_retries);
    PUT(page, "\n");
}

static void put_head(struct page *page)
{
    const struct explain_subject *subject = page->subject;
    char timeout[SPAN_TEXT_SIZE];
    if (subject->source != NULL)
        PUT(page, "source %s: ", subject->source->name);
    else if (subject->output != NULL)
        PUT(page, "output %s: ", subject->output->name);
    else
        PUT(page, "the default stack: ");
    put_stack(page);
    if (subject->source != NULL)
        PUT(page,
            "An attempt ends after %s (timeout), and waits besides for its turn among %d calls a "
            "minute.\n",
            span_text(subject->source->timeout_us, timeout), subject->source->calls_per_minute);
}

int explain_write_text(const struct explain_subject *subject, struct buffer *output)
{
    struct page page = {.subject = subject, .output = output};
    keep(&page, explain_stack(subject, collect, &page));
    put_head(&page);
    put_failures(&page);
    free(page.failures);
    return page.error;
}
