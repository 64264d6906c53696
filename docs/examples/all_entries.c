/*
 * Every entry of the last days, one a line and newest first: `all_entries [DAYS]`.
 *
 * The iterator asks for page after page and tells each entry once, also when a cursor expires on
 * the way. An entry's bytes are those that the API sent.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <slackaudit/slackaudit.h>

static int print_entries(struct slackaudit_entries *entries)
{
    struct slackaudit_problem problem;
    struct slackaudit_entry_slice entry; /* valid until the next one is asked for */
    int result;
    while (
        (result = slackaudit_entries_next(entries, &entry, &problem)) == SLACKAUDIT_ENTRIES_ENTRY) {
        if (fwrite(entry.data, 1, entry.size, stdout) != entry.size || putchar('\n') == EOF) {
            perror("all_entries");
            return EXIT_FAILURE;
        }
    }
    if (result < 0) {
        fprintf(stderr, "all_entries: %s\n", problem.text);
        return EXIT_FAILURE;
    }
    if (fflush(stdout) != 0) {
        perror("all_entries");
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}

static int walk(struct slackaudit_client *client, int days)
{
    struct slackaudit_problem problem;
    struct slackaudit_entries *entries;
    const struct slackaudit_query query = {
        .has_oldest = true, .oldest = (int64_t)time(NULL) - INT64_C(86400) * days};
    /* Without `salvage` a page that is not wholly JSON is an error: nothing is left out unsaid. */
    if (slackaudit_entries_new(&entries, client, &query, false, &problem) < 0) {
        fprintf(stderr, "all_entries: %s\n", problem.text);
        return EXIT_FAILURE;
    }
    int exit_code = print_entries(entries);
    const struct slackaudit_entries_progress progress = slackaudit_entries_progress(entries);
    fprintf(stderr, "%" PRIu64 " entries on %" PRIu64 " pages, %" PRIu64 " restarts\n",
        progress.entries, progress.pages, progress.restarts);
    slackaudit_entries_free(entries);
    return exit_code;
}

/* A long walk meets the rate limit: it waits as long as the API says. */
static int wait_for_budget(struct slackaudit_client *client)
{
    return slackaudit_retry_stack_append(
        slackaudit_client_retry(client), slackaudit_retry_rate_limit(10));
}

int main(int argc, char **argv)
{
    int days = argc == 2 ? atoi(argv[1]) : 7;
    if (argc > 2 || days < 1 || days > 10000) {
        fprintf(stderr, "usage: all_entries [DAYS]\n");
        return EXIT_FAILURE;
    }
    struct slackaudit_problem problem;
    struct slackaudit_client *client;
    const struct slackaudit_options options = {
        .size = sizeof(options),
        .base_url = getenv("SLACKAUDIT_BASE_URL"), /* not set: Slack itself */
        .token = getenv("SLACKAUDIT_TOKEN"),
    };
    if (slackaudit_client_new(&client, NULL, &options, &problem) < 0) {
        fprintf(stderr, "all_entries: %s\n", problem.text);
        return EXIT_FAILURE;
    }
    int exit_code = EXIT_FAILURE;
    if (wait_for_budget(client) < 0)
        fprintf(stderr, "all_entries: no memory for a handler\n");
    else
        exit_code = walk(client, days);
    slackaudit_client_free(client);
    return exit_code;
}
