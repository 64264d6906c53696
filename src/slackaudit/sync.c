#include "slackaudit/sync.h"

#include "slackaudit/client_parts.h"
#include "slackaudit/problem.h"

/* What a call that waits looks at between two turns. */
struct wait {
    struct client_follower follower; /* first: the one is the other's address */
    bool gone;                       /* the client, and the call with it */
    bool done;
    int code;
    struct slackaudit_response *response;
    struct slackaudit_problem *problem; /* the caller's; may be NULL */
};

static void on_done(void *user, const struct slackaudit_answer *answer)
{
    struct wait *wait = user;
    wait->done = true;
    wait->code = answer->code;
    if (answer->code == SLACKAUDIT_OK)
        wait->code = slackaudit_answer_keep(answer, &wait->response, wait->problem);
    else
        problem_fill(wait->problem, answer->code, answer->message);
}

static void on_client_gone(struct client_follower *follower)
{
    ((struct wait *)follower)->gone = true;
}

static int check(const struct slackaudit_client *client,
    struct slackaudit_response **const ret_response, struct slackaudit_problem *problem)
{
    if (client != NULL && ret_response != NULL)
        return 0;
    return problem_of_null(problem, client == NULL ? "client" : "ret_response");
}

static int fail(struct wait *wait, int code, const char *text)
{
    problem_fill(wait->problem, code, text);
    return code;
}

/* Turns until the call is done, or nobody is there any more to tell so. An engine that cannot turn
 * ends it. */
static int turn_until_done(
    struct slackaudit_engine *engine, struct slackaudit_call *call, struct wait *wait)
{
    while (!wait->done && !wait->gone) {
        int code = slackaudit_engine_turn(engine, -1);
        if (code < 0 && !wait->done && !wait->gone) {
            slackaudit_call_cancel(call);
            return fail(wait, code,
                code == SLACKAUDIT_ERROR_INVALID
                    ? "a call that waits was made from inside a callback of its engine"
                    : "the engine cannot wait for the answer");
        }
    }
    return wait->done ? wait->code
                      : fail(wait, SLACKAUDIT_ERROR_CALLBACK,
                            "a callback freed the client while a call waited for its answer");
}

static int wait_for(struct slackaudit_client *client, struct slackaudit_call *call,
    struct wait *wait, struct slackaudit_response **ret_response)
{
    struct slackaudit_engine *engine = client->engine;
    engine_keep(engine); /* the client may go, and its engine with it */
    wait->follower.gone = on_client_gone;
    client_follow(client, &wait->follower);
    int code = turn_until_done(engine, call, wait);
    if (!wait->gone)
        client_unfollow(&wait->follower);
    engine_release(engine);
    if (code == SLACKAUDIT_OK)
        *ret_response = wait->response;
    return code;
}

int slackaudit_logs(struct slackaudit_client *client, const struct slackaudit_query *query,
    struct slackaudit_response **ret_response, struct slackaudit_problem *problem)
{
    static const struct slackaudit_query everything = {0};
    struct wait wait = {.problem = problem};
    const struct slackaudit_events events = {.on_done = on_done, .user = &wait};
    struct slackaudit_call *call = NULL;
    int code = check(client, ret_response, problem);
    if (code == 0)
        code = slackaudit_client_logs(
            client, query == NULL ? &everything : query, &events, &call, problem);
    return code < 0 ? code : wait_for(client, call, &wait, ret_response);
}

int slackaudit_api_call(struct slackaudit_client *client, const struct slackaudit_request *request,
    struct slackaudit_response **ret_response, struct slackaudit_problem *problem)
{
    struct wait wait = {.problem = problem};
    const struct slackaudit_events events = {.on_done = on_done, .user = &wait};
    struct slackaudit_call *call = NULL;
    int code = check(client, ret_response, problem);
    if (code == 0)
        code = slackaudit_client_call(client, request, &events, &call, problem);
    return code < 0 ? code : wait_for(client, call, &wait, ret_response);
}

static int get(struct slackaudit_client *client, const char *path,
    const struct slackaudit_extras *extras, struct slackaudit_response **ret_response,
    struct slackaudit_problem *problem)
{
    struct slackaudit_request request = {.path = path};
    if (extras != NULL)
        request.extras = *extras;
    return slackaudit_api_call(client, &request, ret_response, problem);
}

int slackaudit_schemas(struct slackaudit_client *client, const struct slackaudit_extras *extras,
    struct slackaudit_response **ret_response, struct slackaudit_problem *problem)
{
    return get(client, "schemas", extras, ret_response, problem);
}

int slackaudit_actions(struct slackaudit_client *client, const struct slackaudit_extras *extras,
    struct slackaudit_response **ret_response, struct slackaudit_problem *problem)
{
    return get(client, "actions", extras, ret_response, problem);
}
