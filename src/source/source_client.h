/*
 * The client of a configured source: its address, certificates, proxy, headers and time-out. Who
 * makes calls in a source's name, the walker or an operator, makes them the same way.
 */
#pragma once

#include "config/config.h"
#include "slackaudit/calls.h"

/* The filter and the page limit as Slack takes them; the times are the caller's. `*ret_actions` is
 * what the query points to, for the caller to free after it. ERROR_MEMORY. */
int source_query(
    const struct config_source *config, struct slackaudit_query *ret_query, char **ret_actions);
/* How many actions must be filtered here, because Slack does not take so many; 0: it does it. */
size_t source_own_actions(const struct config_source *config);

/* Makes a client with the settings of `config`, whose secrets are loaded for it. The rest comes
 * from `own`, of which the other members are not looked at: token, user agent, retry stack, hooks.
 * `engine` may be NULL, as in slackaudit_client_new(). The caller frees the client; `config` and
 * what `own` points to, the hooks' `user` and the stack apart, need not outlive the call.
 * ERROR_... as secret_load() and slackaudit_client_new(); the text names the setting, never a
 * secret. */
int source_client_new(struct slackaudit_client **ret_client, struct slackaudit_engine *engine,
    const struct config_source *config, const struct slackaudit_options *own, struct error *error);
