/*
 * Asking what the daemon can be asked: over its control socket or, when none runs and the verb
 * allows it, from the store itself, which is then locked until the asker is closed.
 */
#pragma once

#include "base/json.h"
#include "config/config.h"
#include "store/store.h"

/* Embedded; `{0}` can be closed. */
struct asker {
    const struct config *config;
    struct clock *clock;
    struct store *store; /* NULL: the daemon is asked */
    struct buffer answer;
    struct json_document *document; /* of the last answer */
};

/* `config` outlives the asker. */
void asker_init(struct asker *asker, const struct config *config);
void asker_close(struct asker *asker);

/* Asks, and leaves the answer as it came in asker->answer. DAEMON_EXIT_DONE, or another exit code,
 * having said why there is no answer. */
int asker_ask(struct asker *asker, const char *const *words, size_t count);

/* The same, and takes the answer apart: `*ret_result` is valid until the next question. An answer
 * that says no is a failure, said and with its exit code. */
int asker_result(struct asker *asker, const char *const *words, size_t count,
    const struct json_value **ret_result);
