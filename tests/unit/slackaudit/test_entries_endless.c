/*
 * All entries of a query from a server that never comes to an end: cursor after cursor, each of
 * them new. The walk ends all the same, tells nothing twice and says why. The server stands in the
 * place of slackaudit_client_page() (the linker sees to that).
 */
#include "slackaudit/entries.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "check_main.h"

enum { PAGE = 100, CIRCLE = 1200 };

/* Which entry stands at `place` of page number `page`; -1: the page ends before it. */
typedef int64_t (*history_function)(unsigned page, unsigned place);

struct endless {
    history_function history;
    struct slackaudit_client *client;
    struct slackaudit_entries *walk;
    unsigned pages;
    unsigned told[CIRCLE * PAGE];
    struct slackaudit_problem problem;
};

static struct slackaudit_page_call asked;

int __wrap_slackaudit_client_page(struct slackaudit_client *client,
    const struct slackaudit_page_call *request, struct slackaudit_call **ret_call,
    struct slackaudit_problem *problem);

int __wrap_slackaudit_client_page(struct slackaudit_client *client,
    const struct slackaudit_page_call *request, struct slackaudit_call **ret_call,
    struct slackaudit_problem *problem)
{
    (void)client;
    (void)problem;
    asked = *request;
    *ret_call = (struct slackaudit_call *)&asked; /* only looked at for being there */
    return 0;
}

/* Newest first, ten seconds from one to the next. It knows no range. */
static void serve(struct endless *endless)
{
    unsigned page = endless->pages++, count = 0;
    asked.on_attempt(asked.user, 0);
    for (int64_t number; count < PAGE && (number = endless->history(page, count)) >= 0; count++) {
        char id[24];
        int size = snprintf(id, sizeof(id), "%lld", (long long)number);
        const struct slackaudit_entry_slice entry = {.data = id,
            .size = (size_t)size,
            .id = id,
            .id_size = (size_t)size,
            .has_date = true,
            .date_create = 1700000000 - 10 * number};
        ck_assert_int_eq(asked.on_entry(asked.user, &entry), 0);
    }
    char cursor[24];
    (void)snprintf(cursor, sizeof(cursor), "c%u", page);
    const struct slackaudit_answer answer = {.status = 200, .error = "", .server_time = -1};
    const struct slackaudit_page_summary summary = {
        .has_entries = true, .entries = count, .next_cursor = cursor, .error = ""};
    asked.on_done(asked.user, &answer, &summary);
}

static void endless_init(struct endless *endless, history_function history)
{
    const struct slackaudit_options options = {.size = sizeof(options), .token = "xoxp-1"};
    *endless = (struct endless){.history = history};
    ck_assert_int_eq(slackaudit_client_new(&endless->client, NULL, &options, NULL), 0);
    ck_assert_int_eq(slackaudit_entries_new(&endless->walk, endless->client,
                         &(struct slackaudit_query){0}, false, NULL),
        0);
}

static void endless_deinit(struct endless *endless)
{
    slackaudit_entries_free(endless->walk);
    slackaudit_client_free(endless->client);
}

static int walk_to_an_end(struct endless *endless)
{
    for (;;) {
        struct slackaudit_entry_slice entry;
        int result = slackaudit_entries_try(endless->walk, &entry, &endless->problem);
        if (result == SLACKAUDIT_ENTRIES_WAIT) {
            serve(endless);
        } else if (result == SLACKAUDIT_ENTRIES_ENTRY) {
            char id[24] = "";
            memcpy(id, entry.id, entry.id_size);
            endless->told[strtoul(id, NULL, 10)]++;
        } else {
            return result;
        }
    }
}

static void check_told_once(const struct endless *endless, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ck_assert_msg(endless->told[i] == 1, "entry %zu was told %u times", i, endless->told[i]);
    ck_assert_uint_eq(slackaudit_entries_progress(endless->walk).entries, count);
}

static struct endless endless;

static int64_t nothing(unsigned page, unsigned place)
{
    (void)page;
    (void)place;
    return -1;
}

START_TEST(empty_pages_without_end_are_an_error_after_many)
{
    endless_init(&endless, nothing);
    ck_assert_int_eq(walk_to_an_end(&endless), SLACKAUDIT_ERROR_REFUSED);
    ck_assert_ptr_nonnull(strstr(endless.problem.text, "without a new entry"));
    ck_assert_uint_eq(endless.pages, LIMIT_BARREN_PAGES + 1);
    ck_assert_int_eq(walk_to_an_end(&endless), SLACKAUDIT_ERROR_REFUSED); /* and goes on, if told */
    ck_assert_uint_eq(endless.pages, 2 * (LIMIT_BARREN_PAGES + 1));
    endless_deinit(&endless);
}
END_TEST

static int64_t the_first_page(unsigned page, unsigned place)
{
    (void)page;
    return place;
}

START_TEST(the_same_page_under_ever_new_cursors_is_told_once)
{
    endless_init(&endless, the_first_page);
    ck_assert_int_eq(walk_to_an_end(&endless), SLACKAUDIT_ERROR_REFUSED);
    check_told_once(&endless, PAGE);
    endless_deinit(&endless);
}
END_TEST

static int64_t a_circle_of_pages(unsigned page, unsigned place)
{
    return page % CIRCLE * PAGE + place;
}

START_TEST(a_history_that_begins_again_at_its_top_is_told_once)
{
    endless_init(&endless, a_circle_of_pages);
    ck_assert_int_eq(walk_to_an_end(&endless), SLACKAUDIT_ERROR_REFUSED);
    check_told_once(&endless, CIRCLE * PAGE);
    ck_assert_uint_le(endless.pages, CIRCLE + LIMIT_BARREN_PAGES + 2);
    endless_deinit(&endless);
}
END_TEST

CHECK_MAIN("entries_endless", empty_pages_without_end_are_an_error_after_many,
    the_same_page_under_ever_new_cursors_is_told_once,
    a_history_that_begins_again_at_its_top_is_told_once)
