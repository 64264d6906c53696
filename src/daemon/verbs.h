/*
 * The verbs: what an operator can ask of a daemon, or of its store when no daemon runs. One table;
 * slackauditctl sends the words, the answers are JSON (see daemon/control.h).
 */
#pragma once

#include "config/config.h"
#include "store/store.h"

struct daemon;

/* On what a verb works. `daemon` is NULL when none runs; then the store was opened by the asker. */
struct verb_context {
    struct daemon *daemon;
    const struct config *config;
    const struct store_type *store_type;
    struct store *store;
};

/* Appends the answer object. Wrong words are answered with exit 64. */
void verbs_answer(const struct verb_context *context, const char *const *words, size_t count,
    struct buffer *answer);

/* Whether there is such a verb that takes so many words: 0, or ERROR_INVALID with a text that says
 * which there is. */
int verbs_judge(const char *const *words, size_t count, struct error *error);

/* Whether a verb can work on the store alone. */
bool verbs_work_offline(const char *verb);
