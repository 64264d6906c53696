/*
 * An interval and a jitter of your own, in a handler of the library: a server error is tried again
 * after 100 ms, 200 ms, 300 ms and so on, each a quarter more or less.
 *
 * The interval says how long to wait before the handler's nth retry; the jitter makes something
 * random out of that. Both are the same two things that the built-in ones are: a type with
 * functions, and a pointer of their own. Here these point into main(), which outlives the client,
 * so there is no `destroy` (custom_handler.c has one).
 */
#include <stdio.h>
#include <stdlib.h>

#include <slackaudit/slackaudit.h>

struct linear {
    int64_t step_us;
};

static int64_t linear_wait_us(const void *self, int attempt)
{
    const struct linear *linear = self;
    return linear->step_us * (attempt + 1); /* `attempt` is below 100 */
}

struct spread {
    int percent;
};

/* `random` comes from the engine's clock: take no other, and a test can say what it gives. */
static int64_t spread_apply(const void *self, int64_t wait_us,
    const struct slackaudit_retry_state *state, const struct slackaudit_random *random)
{
    const struct spread *spread = self;
    (void)state;
    int64_t width_us = wait_us * spread->percent / 100; /* at most a day comes in */
    return random->between(random->user, wait_us - width_us, wait_us + width_us + 1);
}

static int add_handler(
    struct slackaudit_client *client, struct linear *linear, struct spread *spread)
{
    static const struct slackaudit_interval_type linear_type = {
        .name = "linear", .wait_us = linear_wait_us};
    static const struct slackaudit_jitter_type spread_type = {
        .name = "spread", .apply = spread_apply};
    /* What is passed in is owned by what comes out, and freed if that fails: nothing to undo. */
    return slackaudit_retry_stack_append(slackaudit_client_retry(client),
        slackaudit_retry_server_error(5, slackaudit_interval_custom(&linear_type, linear),
            slackaudit_jitter_custom(&spread_type, spread), 0));
}

/* The library's debug lines tell each wait. */
static void log_line(void *user, const char *text)
{
    (void)user;
    fprintf(stderr, "%s\n", text);
}

static int ask(struct slackaudit_client *client)
{
    struct slackaudit_problem problem;
    struct slackaudit_response *response;
    if (slackaudit_schemas(client, NULL, &response, &problem) < 0) {
        fprintf(stderr, "custom_jitter: %s\n", problem.text);
        return EXIT_FAILURE;
    }
    const struct slackaudit_answer *answer = slackaudit_response_answer(response);
    printf("status %d at attempt %d\n", answer->status, answer->attempts);
    int exit_code = answer->status == 200 ? EXIT_SUCCESS : EXIT_FAILURE;
    if (exit_code != EXIT_SUCCESS)
        fprintf(stderr, "custom_jitter: %s\n", answer->message);
    slackaudit_response_free(response);
    return exit_code;
}

int main(void)
{
    struct linear linear = {.step_us = 100000};
    struct spread spread = {.percent = 25};
    struct slackaudit_problem problem;
    struct slackaudit_client *client;
    const struct slackaudit_options options = {
        .size = sizeof(options),
        .base_url = getenv("SLACKAUDIT_BASE_URL"), /* not set: Slack itself */
        .token = getenv("SLACKAUDIT_TOKEN"),
        .log = log_line,
    };
    if (slackaudit_client_new(&client, NULL, &options, &problem) < 0) {
        fprintf(stderr, "custom_jitter: %s\n", problem.text);
        return EXIT_FAILURE;
    }
    int exit_code = EXIT_FAILURE;
    if (add_handler(client, &linear, &spread) < 0)
        fprintf(stderr, "custom_jitter: no memory for a handler\n");
    else
        exit_code = ask(client);
    slackaudit_client_free(client);
    return exit_code;
}
