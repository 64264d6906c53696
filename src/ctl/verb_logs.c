/* `logs`: the entries of the audit log, one page or all. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/units.h"
#include "ctl/api.h"
#include "ctl/logs_format.h"
#include "ctl/logs_query.h"
#include "ctl/moment.h"
#include "ctl/print.h"
#include "daemon/daemon.h"
#include "slackaudit/entries.h"

DEFINE_CLEANUP(struct slackaudit_entries, slackaudit_entries_free)

/* Of what printing ended with. */
static int exit_code_of(int r)
{
    switch (r) {
    case 0:
    case ERROR_CANCELLED: /* whoever reads has had enough */
        return DAEMON_EXIT_DONE;
    case ERROR_IO: /* it is told already */
        return DAEMON_EXIT_TRY_AGAIN;
    case ERROR_LIMIT:
        return print_complaint(DAEMON_EXIT_TRY_AGAIN, "the page is too long to show");
    default:
        return print_complaint(DAEMON_EXIT_TRY_AGAIN, "no memory");
    }
}

/* Waits for whatever comes next. */
static int turn(struct api *api, struct slackaudit_problem *problem)
{
    int r = slackaudit_engine_turn(slackaudit_client_engine(api->client), -1);
    if (r < 0)
        *problem = (struct slackaudit_problem){.code = r, .text = "cannot wait for the answer"};
    return r;
}

/* ---- One page ---- */

/* A page while it comes in; void when an attempt begins anew. */
struct page {
    const struct api *api;
    struct buffer entries; /* a line feed behind each */
    bool done;
    int exit_code;
    char *next_cursor; /* NULL: no memory for it, or no page */
};

static void page_attempt(void *user, int attempt)
{
    struct page *page = user;
    (void)attempt;
    buffer_clear(&page->entries);
}

static int page_entry(void *user, const struct slackaudit_entry_slice *entry)
{
    struct page *page = user;
    int r = buffer_append(&page->entries, entry->data, entry->size);
    return r < 0 ? r : buffer_append_byte(&page->entries, '\n');
}

static void page_done(void *user, const struct slackaudit_answer *answer,
    const struct slackaudit_page_summary *summary)
{
    struct page *page = user;
    page->done = true;
    page->exit_code = api_judge(page->api, answer);
    if (summary != NULL)
        page->next_cursor = strdup(summary->next_cursor);
}

static int print_page(struct page *page, const struct logs_format *format)
{
    struct logs_printer printer;
    int r = 0;
    logs_printer_init(&printer, format);
    const char *entry = page->entries.data, *last = entry + page->entries.size;
    while (r >= 0 && entry < last) {
        const char *end = memchr(entry, '\n', (size_t)(last - entry));
        r = logs_printer_entry(
            &printer, (struct slice){.data = entry, .size = (size_t)(end - entry)});
        entry = end + 1;
    }
    if (r >= 0)
        r = logs_printer_end_page(&printer, page->next_cursor);
    logs_printer_deinit(&printer);
    if (r >= 0 && page->next_cursor[0] != '\0' && strcmp(format->name, "json") != 0)
        (void)print_complaint(0, "there is more: add --cursor '%s', or --all for everything",
            page->next_cursor); /* nothing failed */
    return exit_code_of(r);
}

static int show_page(
    struct api *api, const struct slackaudit_query *query, const struct logs_format *format)
{
    struct page page = {.api = api, .entries = BUFFER_INIT(2 * LIMIT_RESPONSE)};
    struct slackaudit_problem problem = {0};
    const struct slackaudit_page_call call = {.query = *query,
        .on_attempt = page_attempt,
        .on_entry = page_entry,
        .on_done = page_done,
        .user = &page};
    int r = slackaudit_client_page(api->client, &call, NULL, &problem);
    while (r >= 0 && !page.done)
        r = turn(api, &problem);
    if (r < 0)
        page.exit_code = api_complain(api, r, problem.text);
    else if (page.exit_code == DAEMON_EXIT_DONE)
        page.exit_code =
            page.next_cursor == NULL ? exit_code_of(ERROR_MEMORY) : print_page(&page, format);
    buffer_deinit(&page.entries);
    free(page.next_cursor);
    return page.exit_code;
}

/* ---- All pages ---- */

/* Prints until all is told; a page goes out when it is whole. Returns 0, an error of the printer,
 * or one of the library with `problem->code` set. */
static int print_all(struct api *api, struct slackaudit_entries *entries,
    struct logs_printer *printer, struct slackaudit_problem *problem)
{
    struct slackaudit_entry_slice entry;
    for (;;) {
        int told = slackaudit_entries_try(entries, &entry, problem);
        int r = 0;
        if (told < 0)
            return told;
        if (told == SLACKAUDIT_ENTRIES_ENTRY)
            r = logs_printer_entry(printer, (struct slice){.data = entry.data, .size = entry.size});
        else if (printer->entries > 0 || (told == SLACKAUDIT_ENTRIES_END && printer->pages == 0))
            r = logs_printer_end_page(printer, NULL);
        if (r < 0 || told == SLACKAUDIT_ENTRIES_END)
            return r;
        if (told == SLACKAUDIT_ENTRIES_WAIT && turn(api, problem) < 0)
            return problem->code;
    }
}

static int show_all(
    struct api *api, const struct slackaudit_query *query, const struct logs_format *format)
{
    _cleanup_(slackaudit_entries_freep) struct slackaudit_entries *entries = NULL;
    struct slackaudit_problem problem = {0};
    struct logs_printer printer;
    int r = slackaudit_entries_new(&entries, api->client, query, false, &problem);
    if (r < 0)
        return api_complain(api, r, problem.text);
    logs_printer_init(&printer, format);
    r = print_all(api, entries, &printer, &problem);
    logs_printer_deinit(&printer);
    return problem.code != 0 ? api_complain(api, problem.code, problem.text) : exit_code_of(r);
}

/* ---- The verb ---- */

static const struct logs_format *choose_format(const struct ctl_request *request)
{
    const char *name = request->values[LOGS_FORMAT];
    return logs_format_find(name == NULL || request->json ? "json" : name);
}

static int read_query(const struct ctl_request *request, struct slackaudit_query *ret_query)
{
    struct error error = ERROR_INIT;
    struct clock *clock = clock_new_real();
    if (clock == NULL)
        return print_complaint(DAEMON_EXIT_TRY_AGAIN, "no memory");
    int r = logs_query(request, clock_wall_us(clock) / USEC_PER_SEC, ret_query, &error);
    clock_free(clock);
    return r < 0 ? print_complaint(DAEMON_EXIT_USAGE, "%s", error.text) : DAEMON_EXIT_DONE;
}

static int run(const struct ctl_request *request)
{
    struct api api = {0};
    struct slackaudit_query query;
    const struct logs_format *format = choose_format(request);
    if (request->word_count != 1)
        return print_complaint(DAEMON_EXIT_USAGE, "logs takes options only");
    if (format == NULL)
        return print_complaint(DAEMON_EXIT_USAGE, "--format: \"%s\" is not json, ndjson or table",
            request->values[LOGS_FORMAT]);
    int exit_code = read_query(request, &query);
    if (exit_code == DAEMON_EXIT_DONE)
        exit_code = api_open(&api, request, API_TOKEN_WANTED);
    if (exit_code == DAEMON_EXIT_DONE)
        exit_code = request->values[LOGS_ALL] != NULL ? show_all(&api, &query, format)
                                                      : show_page(&api, &query, format);
    api_deinit(&api);
    return exit_code;
}

static const struct ctl_option options[] = {
    API_OPTION_ROWS,
    [LOGS_OLDEST] = {"oldest", "TIME", "entries of this second and later"},
    [LOGS_LATEST] = {"latest", "TIME", "entries of this second and earlier"},
    [LOGS_LIMIT] = {"limit", "N", "entries a page, 1 to 9999"},
    [LOGS_ACTION] = {"action", "NAME[,NAME]...", "only these actions, at most 30"},
    [LOGS_ACTOR] = {"actor", "ID", "only what this user did"},
    [LOGS_ENTITY] = {"entity", "ID", "only what was done to this"},
    [LOGS_CURSOR] = {"cursor", "CURSOR", "the page behind another one"},
    [LOGS_ALL] = {"all", NULL, "every page, not one; each entry once"},
    [LOGS_FORMAT] = {"format", "FORMAT", "of the answer: json (the default), ndjson or table"},
};

const struct ctl_verb verb_logs = {
    .name = "logs",
    .forms =
        (const struct ctl_form[]){
            {"logs [OPTION]...", "entries of the audit log, newest first"}, {0}},
    .about = MOMENT_ABOUT
    "\n"
    "json    one object a page, with the cursor of the next behind its entries; with\n"
    "        --all one behind the other and no cursor: jq '.entries[]' takes both\n"
    "ndjson  one entry a line\n"
    "table   time (UTC), action, actor, entity and address, for people\n"
    "In json and ndjson each entry stands byte for byte as Slack sent it, line breaks\n"
    "apart.\n"
    "\n" API_ABOUT_TOKEN,
    CTL_VERB_OPTIONS(options),
    .run = run,
};
