/*
 * A retry handler of your own: when the connection was reset (ECONNRESET), and for no other
 * reason, the call is tried again, each time after a longer wait.
 *
 * Two kinds of data belong to a handler. Its settings serve all calls; they are made once and go
 * with the handler, whose `destroy` frees them. What one call has been through is that call's: the
 * caller lends it as `retry_custom`, the handler finds it as `state->custom` at each attempt, and
 * the caller reads it when the call is over.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <slackaudit/slackaudit.h>

struct settings {
    int64_t step_us;
};

struct story {
    int resets;
    int64_t waited_us;
};

static bool was_reset(const void *self, const struct slackaudit_retry_state *state,
    const struct slackaudit_attempt *attempt)
{
    (void)self;
    (void)state;
    return attempt->os_errno == ECONNRESET;
}

static int64_t wait_longer_us(const void *self, struct slackaudit_retry_state *state,
    const struct slackaudit_attempt *attempt, int own_attempt,
    const struct slackaudit_random *random)
{
    const struct settings *settings = self;
    struct story *story = state->custom;
    (void)attempt;
    /* At random between one and two steps more than last time: clients that were thrown out
     * together do not come back together. */
    int64_t least_us = settings->step_us * (own_attempt + 1);
    int64_t wait_us = random->between(random->user, least_us, least_us + settings->step_us);
    if (story != NULL) { /* a call that lends nothing is served too */
        story->resets++;
        story->waited_us += wait_us;
    }
    return wait_us;
}

static struct slackaudit_retry_handler *retry_resets(int max_retries, int64_t step_us)
{
    static const struct slackaudit_retry_handler_type type = {
        .name = "reset",
        .can_retry = was_reset,
        .wait_us = wait_longer_us,
        .destroy = free,
    };
    struct settings *settings = malloc(sizeof(*settings));
    if (settings == NULL)
        return NULL;
    *settings = (struct settings){.step_us = step_us};
    return slackaudit_retry_custom(&type, settings, max_retries, NULL, NULL, 0);
}

/* The only handler: the default one, which retries any failure of the connection once, goes. */
static int use_handler(struct slackaudit_client *client)
{
    struct slackaudit_retry_stack *stack = slackaudit_client_retry(client);
    slackaudit_retry_stack_clear(stack);
    /* A handler that could not be made (NULL) is an error of the append. */
    return slackaudit_retry_stack_append(stack, retry_resets(5, 20000));
}

static int ask(struct slackaudit_client *client)
{
    struct slackaudit_problem problem;
    struct slackaudit_response *response;
    struct story story = {0};
    const struct slackaudit_extras extras = {.retry_custom = &story};
    int code = slackaudit_actions(client, &extras, &response, &problem);
    printf("%d resets, %" PRId64 " us waited\n", story.resets, story.waited_us);
    if (code < 0) {
        fprintf(stderr, "custom_handler: %s\n", problem.text);
        return EXIT_FAILURE;
    }
    const struct slackaudit_answer *answer = slackaudit_response_answer(response);
    printf("status %d at attempt %d\n", answer->status, answer->attempts);
    int exit_code = answer->status == 200 ? EXIT_SUCCESS : EXIT_FAILURE;
    if (exit_code != EXIT_SUCCESS)
        fprintf(stderr, "custom_handler: %s\n", answer->message);
    slackaudit_response_free(response);
    return exit_code;
}

int main(void)
{
    struct slackaudit_problem problem;
    struct slackaudit_client *client;
    const struct slackaudit_options options = {
        .size = sizeof(options),
        .base_url = getenv("SLACKAUDIT_BASE_URL"), /* not set: Slack itself */
        .token = getenv("SLACKAUDIT_TOKEN"),
    };
    if (slackaudit_client_new(&client, NULL, &options, &problem) < 0) {
        fprintf(stderr, "custom_handler: %s\n", problem.text);
        return EXIT_FAILURE;
    }
    int exit_code = EXIT_FAILURE;
    if (use_handler(client) < 0)
        fprintf(stderr, "custom_handler: no memory for a handler\n");
    else
        exit_code = ask(client);
    slackaudit_client_free(client); /* its stack, the handler and the settings go with it */
    return exit_code;
}
