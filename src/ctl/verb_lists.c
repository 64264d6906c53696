/* `schemas` and `actions`: the lists of the API that want no token, as they are sent. */
#include <stdio.h>

#include "ctl/api.h"
#include "ctl/print.h"
#include "ctl/verb.h"
#include "daemon/daemon.h"
#include "slackaudit/value.h"

typedef int (*list_call)(struct slackaudit_client *client, const struct slackaudit_extras *extras,
    struct slackaudit_response **ret_response, struct slackaudit_problem *problem);

/* A maintenance page may come with a 200. */
static int check_json(const struct slackaudit_answer *answer)
{
    struct slackaudit_document *document = NULL;
    struct slackaudit_problem problem = {0};
    int r = slackaudit_document_parse(&document, answer->body, answer->body_size, &problem);
    slackaudit_document_free(document);
    return r < 0 ? print_complaint(CTL_EXIT_NO, "%s: status 200, but the body is no JSON: %s",
                       answer->url, problem.text)
                 : DAEMON_EXIT_DONE;
}

static void print_body(const struct slackaudit_answer *answer)
{
    (void)fwrite(answer->body, 1, answer->body_size, stdout); /* print_end() says whether it went */
    if (answer->body[answer->body_size - 1] != '\n')
        putchar('\n');
}

static int call(struct api *api, list_call list)
{
    struct slackaudit_response *response = NULL;
    struct slackaudit_problem problem = {0};
    int r = list(api->client, NULL, &response, &problem);
    if (r < 0)
        return api_complain(api, r, problem.text);
    const struct slackaudit_answer *answer = slackaudit_response_answer(response);
    int exit_code = api_judge(api, answer);
    if (exit_code == DAEMON_EXIT_DONE)
        exit_code = check_json(answer);
    if (exit_code == DAEMON_EXIT_DONE)
        print_body(answer);
    slackaudit_response_free(response);
    return exit_code;
}

static int run(const struct ctl_request *request, list_call list)
{
    struct api api = {0};
    if (request->word_count != 1)
        return print_complaint(DAEMON_EXIT_USAGE, "%s takes options only", request->words[0]);
    int exit_code = api_open(&api, request, API_TOKEN_OPTIONAL);
    if (exit_code == DAEMON_EXIT_DONE)
        exit_code = call(&api, list);
    api_deinit(&api);
    return exit_code;
}

static int run_schemas(const struct ctl_request *request)
{
    return run(request, slackaudit_schemas);
}

static int run_actions(const struct ctl_request *request)
{
    return run(request, slackaudit_actions);
}

static const struct ctl_option options[] = {API_OPTION_ROWS};

static const char about[] =
    "Prints the body as Slack sends it. No token is needed; one that is given is\n"
    "sent. Of the configuration only --source is used.\n";

const struct ctl_verb verb_schemas = {
    .name = "schemas",
    .forms =
        (const struct ctl_form[]){
            {"schemas [OPTION]...", "the types of entities that Slack's API knows, as JSON"}, {0}},
    .about = about,
    CTL_VERB_OPTIONS(options),
    .run = run_schemas,
};

const struct ctl_verb verb_actions = {
    .name = "actions",
    .forms =
        (const struct ctl_form[]){
            {"actions [OPTION]...", "the actions that Slack's API knows, as JSON"}, {0}},
    .about = about,
    CTL_VERB_OPTIONS(options),
    .run = run_actions,
};
