/*
 * A small program of somebody else, who has functions of their own by names that the library uses
 * inside: each keeps its own, whether the library is linked shared or static. With
 * SLACKAUDIT_BASE_URL set it makes one call.
 */
#include <slackaudit/slackaudit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Had the library's calls of its own functions come here, it would have ended at once. */
#define OURS(name)                                                                                 \
    void name(void);                                                                               \
    void name(void)                                                                                \
    {                                                                                              \
        (void)fprintf(stderr, "the library called the program's %s()\n", #name);                   \
        exit(2);                                                                                   \
    }
OURS(buffer_append)
OURS(buffer_deinit)
OURS(clock_free)
OURS(error_set)
OURS(http_start)
OURS(json_parse)
OURS(log_enabled)
OURS(loop_new)
OURS(secret_free)

static void require(bool holds, const char *what)
{
    if (holds)
        return;
    (void)fprintf(stderr, "%s\n", what);
    exit(1);
}

static int count_id(void *user, const struct slackaudit_entry_slice *entry)
{
    size_t *count = user;
    *count += entry->id_size == 1 && entry->id[0] == 'a';
    return 0;
}

static void split_a_page(void)
{
    static const char body[] = "{\"entries\":[{\"id\":\"a\"},{\"id\":\"b\"}]}";
    struct slackaudit_page *page = NULL;
    struct slackaudit_page_summary summary;
    size_t count = 0;
    require(slackaudit_page_new(&page, false, count_id, &count) == 0, "no splitter");
    require(slackaudit_page_feed(page, body, strlen(body)) == 0, "the page is not taken");
    require(slackaudit_page_finish(page, &summary) == 0, "the page is not whole");
    require(summary.entries == 2 && count == 1, "the entries are others");
    slackaudit_page_free(page);
}

static void call(struct slackaudit_client *client)
{
    struct slackaudit_problem problem;
    struct slackaudit_response *response = NULL;
    const struct slackaudit_query query = {.has_limit = true, .limit = 10};
    int r = slackaudit_logs(client, &query, &response, &problem);
    require(r == 0, r == 0 ? "" : problem.text);
    require(slackaudit_response_answer(response)->status == 200, "the status is not 200");
    slackaudit_response_free(response);
}

int main(void)
{
    const char *base_url = getenv("SLACKAUDIT_BASE_URL"), *token = getenv("SLACKAUDIT_TOKEN");
    const struct slackaudit_options options = {.size = sizeof(options),
        .token = token != NULL ? token : "xoxp-none",
        .base_url = base_url};
    struct slackaudit_engine *engine = NULL;
    struct slackaudit_client *client = NULL;
    struct slackaudit_problem problem;
    split_a_page();
    require(slackaudit_engine_new(&engine, NULL, &problem) == 0, "no engine");
    require(slackaudit_client_new(&client, engine, &options, &problem) == 0, "no client");
    if (base_url != NULL)
        call(client);
    slackaudit_client_free(client);
    slackaudit_engine_free(engine);
    return 0;
}
