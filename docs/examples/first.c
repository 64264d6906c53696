/* The first program: who logged in during the last day, newest first. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <slackaudit/slackaudit.h>

int main(void)
{
    struct slackaudit_problem problem;
    struct slackaudit_client *client = NULL;
    struct slackaudit_entries *entries = NULL;
    struct slackaudit_entry_slice slice;
    struct slackaudit_document *document;
    struct slackaudit_entry entry;
    const struct slackaudit_options options = {.size = sizeof(options),
        .base_url = getenv("SLACKAUDIT_BASE_URL"), /* not set: Slack */
        .token = getenv("SLACKAUDIT_TOKEN")};
    const struct slackaudit_query query = {
        .has_oldest = true, .oldest = (int64_t)time(NULL) - 86400, .action = "user_login"};

    int code = slackaudit_client_new(&client, NULL, &options, &problem);
    if (code == 0)
        code = slackaudit_entries_new(&entries, client, &query, false, &problem);
    while (code == 0 && (code = slackaudit_entries_next(entries, &slice, &problem)) > 0) {
        code = slackaudit_entry_parse(&document, &entry, slice.data, slice.size, &problem);
        if (code == 0) {
            puts(slackaudit_text_or(entry.actor.user.email, "?"));
            slackaudit_document_free(document);
        }
    }
    if (code < 0)
        fprintf(stderr, "first: %s\n", problem.text);
    slackaudit_entries_free(entries);
    slackaudit_client_free(client);
    return code < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
