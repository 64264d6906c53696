/*
 * The simulator's control endpoint, asked through the library.
 */
#pragma once

#include <string.h>

#include "require.h"
#include "slackaudit/sync.h"

/* A client whose calls wait, on an engine of its own: all others stand still meanwhile. */
static inline struct slackaudit_client *make_control(const char *base_url)
{
    char address[256];
    const char *path = strstr(base_url, "/audit/v1/");
    REQUIRE(path != NULL, "%s does not end in /audit/v1/", base_url);
    (void)snprintf(address, sizeof(address), "%.*s/_sim/", (int)(path - base_url), base_url);
    const struct slackaudit_options options = {.size = sizeof(options), .base_url = address};
    struct slackaudit_client *client = NULL;
    struct slackaudit_problem problem = {0};
    REQUIRE(slackaudit_client_new(&client, NULL, &options, &problem) == 0, "%s", problem.text);
    return client;
}

static inline struct slackaudit_response *ask(
    struct slackaudit_client *control, const struct slackaudit_request *request)
{
    struct slackaudit_response *response = NULL;
    struct slackaudit_problem problem = {0};
    REQUIRE(slackaudit_api_call(control, request, &response, &problem) == 0, "%s", problem.text);
    const struct slackaudit_answer *answer = slackaudit_response_answer(response);
    REQUIRE(answer->status == 200, "the simulator refuses: %s", answer->body);
    return response;
}

static inline void set_faults(struct slackaudit_client *control, const char *rules)
{
    const struct slackaudit_request request = {
        .method = "POST", .path = "faults", .body = rules, .body_size = strlen(rules)};
    slackaudit_response_free(ask(control, &request));
}

/* How often the fault has struck. */
static inline unsigned long count_fault(struct slackaudit_client *control, const char *fault)
{
    char name[64];
    (void)snprintf(name, sizeof(name), "\"%s\":", fault);
    const struct slackaudit_request request = {.path = "stats"};
    struct slackaudit_response *response = ask(control, &request);
    const char *faults = strstr(slackaudit_response_answer(response)->body, "\"faults\":{");
    const char *place = faults == NULL ? NULL : strstr(faults, name);
    unsigned long count = place == NULL ? 0 : strtoul(place + strlen(name), NULL, 10);
    slackaudit_response_free(response);
    return count;
}
