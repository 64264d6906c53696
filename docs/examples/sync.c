/*
 * Calls that wait: `sync [LIMIT]` asks for the types of entities, the names of actions and the
 * newest entries, and shows them through the typed view.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <slackaudit/slackaudit.h>

/* To the library an answer of any status is an answer; whether it is a good one is for the caller
 * to say. What is not a 200, or names an error, has a message. */
static int check_answer(
    const struct slackaudit_response *response, struct slackaudit_problem *ret_problem)
{
    const char *message = slackaudit_response_answer(response)->message;
    if (*message == '\0')
        return SLACKAUDIT_OK;
    ret_problem->code = SLACKAUDIT_ERROR_REFUSED;
    (void)snprintf(ret_problem->text, sizeof(ret_problem->text), "%s", message);
    return SLACKAUDIT_ERROR_REFUSED;
}

static int show_schemas(struct slackaudit_client *client, struct slackaudit_problem *ret_problem)
{
    struct slackaudit_response *response;
    struct slackaudit_schemas_body body;
    struct slackaudit_schema schema;
    int code = slackaudit_schemas(client, NULL, &response, ret_problem);
    if (code < 0)
        return code;
    code = check_answer(response, ret_problem);
    if (code == 0)
        code = slackaudit_response_schemas(response, &body, ret_problem);
    for (size_t i = 0; code == 0 && slackaudit_schemas_body_schema(&body, i, &schema); i++)
        printf("type %s: %zu fields\n", slackaudit_text_or(schema.type, "?"),
            slackaudit_value_count(schema.fields));
    slackaudit_response_free(response);
    return code;
}

static int show_actions(struct slackaudit_client *client, struct slackaudit_problem *ret_problem)
{
    struct slackaudit_response *response;
    struct slackaudit_actions_body body;
    struct slackaudit_member list = {0};
    int code = slackaudit_actions(client, NULL, &response, ret_problem);
    if (code < 0)
        return code;
    code = check_answer(response, ret_problem);
    if (code == 0)
        code = slackaudit_response_actions(response, &body, ret_problem);
    /* Slack adds lists: the struct has those of its time, the object has them all. */
    while (code == 0 && slackaudit_value_next(body.actions.object.value, &list))
        printf("actions of %s: %zu\n", list.name, slackaudit_value_count(list.value));
    slackaudit_response_free(response);
    return code;
}

static void print_entry(const struct slackaudit_entry *entry)
{
    char when[32] = "?";
    time_t seconds = (time_t)entry->date_create.value;
    struct tm *utc = gmtime(&seconds);
    if (entry->date_create.type == SLACKAUDIT_INTEGER && utc != NULL)
        (void)strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", utc);
    printf("%s %s by %s to %s %s", when, slackaudit_text_or(entry->action, "?"),
        slackaudit_text_or(entry->actor.user.id, "?"), slackaudit_text_or(entry->entity.type, "?"),
        slackaudit_text_or(slackaudit_entity_id(&entry->entity), "?"));
    /* What this version of the library does not know is there all the same. */
    struct slackaudit_member unknown = {0};
    while (slackaudit_unknown_next(&entry->details.object, &unknown))
        printf(" +%s", unknown.name);
    putchar('\n');
}

static int show_logs(
    struct slackaudit_client *client, int limit, struct slackaudit_problem *ret_problem)
{
    const struct slackaudit_query query = {.has_limit = true, .limit = limit};
    struct slackaudit_response *response;
    struct slackaudit_logs_body body;
    struct slackaudit_entry entry;
    int code = slackaudit_logs(client, &query, &response, ret_problem);
    if (code < 0)
        return code;
    code = check_answer(response, ret_problem);
    if (code == 0)
        code = slackaudit_response_logs(response, &body, ret_problem);
    size_t count = 0;
    for (; code == 0 && slackaudit_logs_body_entry(&body, count, &entry); count++)
        print_entry(&entry);
    if (code == 0)
        printf("%zu entries\n", count);
    slackaudit_response_free(response); /* the entries are gone with it */
    return code;
}

/* By default a connection that fails is tried once more, and nothing else is. */
static int wait_for_budget(struct slackaudit_client *client)
{
    return slackaudit_retry_stack_append(
        slackaudit_client_retry(client), slackaudit_retry_rate_limit(3));
}

int main(int argc, char **argv)
{
    struct slackaudit_problem problem;
    struct slackaudit_client *client;
    const struct slackaudit_options options = {
        .size = sizeof(options),
        .base_url = getenv("SLACKAUDIT_BASE_URL"), /* not set: Slack itself */
        .token = getenv("SLACKAUDIT_TOKEN"),
    };
    if (slackaudit_client_new(&client, NULL, &options, &problem) < 0) {
        fprintf(stderr, "sync: %s\n", problem.text);
        return EXIT_FAILURE;
    }
    if (wait_for_budget(client) < 0) {
        fprintf(stderr, "sync: no memory for a handler\n");
        slackaudit_client_free(client);
        return EXIT_FAILURE;
    }
    int code = show_schemas(client, &problem);
    if (code == 0)
        code = show_actions(client, &problem);
    if (code == 0)
        code = show_logs(client, argc == 2 ? atoi(argv[1]) : 20, &problem);
    if (code < 0)
        fprintf(stderr, "sync: %s\n", problem.text);
    slackaudit_client_free(client);
    return code == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
