/*
 * A session with the API: from the options of a verb to a client that makes calls within the budget
 * (ctl/budget.h), and from what a call ended with to an exit code.
 *
 * Whose token it is: that of --source, --token-file or --credential, of the only source of a
 * configuration that was named, of the environment variable SLACKAUDIT_TOKEN, or of the only source
 * of the default configuration, in this order. A source brings all its settings with it. A token
 * never stands on the command line, where every process could read it.
 */
#pragma once

#include "config/config.h"
#include "ctl/budget.h"
#include "ctl/verb.h"
#include "slackaudit/sync.h"

/* The options of every verb that calls the API: the first of its table. */
enum { API_SOURCE, API_TOKEN_FILE, API_CREDENTIAL, API_BASE_URL, API_VERBOSE, API_OPTIONS };

/* clang-format off */
#define API_OPTION_ROWS                                                                            \
    [API_SOURCE] = {"source", "NAME", "the token and settings of this source"},                    \
    [API_TOKEN_FILE] = {"token-file", "FILE", "the token in this file, which others may not read"},\
    [API_CREDENTIAL] = {"credential", "NAME", "the token below $CREDENTIALS_DIRECTORY"},           \
    [API_BASE_URL] = {"base-url", "URL", "where the API is, for a token without a source"},        \
    [API_VERBOSE] = {"verbose", NULL, "tell each attempt on standard error"}
/* clang-format on */

/* For the help of these verbs. */
#define API_ABOUT_TOKEN                                                                            \
    "Without --source, --token-file and --credential the token is that of the only\n"              \
    "source of --config FILE, else of the environment variable SLACKAUDIT_TOKEN, else\n"           \
    "of the only source of the default configuration. Calls count in the budget of\n"              \
    "the running daemon that reads the same source; without it, at most 45 a minute.\n"

enum api_token { API_TOKEN_WANTED, API_TOKEN_OPTIONAL };

/* Embedded object; `{0}` can be deinitialised. */
struct api {
    struct config *config;              /* NULL without a source */
    const struct config_source *source; /* of `config`, or NULL */
    struct secret *token;               /* NULL: none */
    struct slackaudit_retry_stack *retry;
    struct clock *clock;
    struct budget budget;
    struct slackaudit_client *client;
    const char *base_url; /* without a source; NULL: Slack's */
    bool talks;           /* tells a person what it waits for */
    int64_t started_us;   /* the last attempt, when it had its turn */
    int status;           /* how it ended, and Slack's name for its error */
    char error[64];
};

/* Each returns DAEMON_EXIT_DONE, or another exit code, having said what is wrong. The second makes
 * one attempt a call, whatever the source's stack says. */
int api_open(struct api *api, const struct ctl_request *request, enum api_token token);
int api_open_source(struct api *api, const struct ctl_request *request, const char *name);
void api_deinit(struct api *api);

/* Says what a call ended with that gave no answer, and returns the exit code for it. */
int api_complain(const struct api *api, int code, const char *message);

/* DAEMON_EXIT_DONE for an answer of 200 without an error; else says what Slack answered, and what
 * can be done about it. */
int api_judge(const struct api *api, const struct slackaudit_answer *answer);
