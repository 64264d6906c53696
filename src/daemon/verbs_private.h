/* Verbs that stand in files of their own, for the table in verbs.c. Each appends the value
 * `result`, or returns a negative code with the error. */
#pragma once

#include "base/json_writer.h"
#include "daemon/verbs.h"

/* verbs_checkpoint.c */
int verb_checkpoint_show(const struct verb_context *context, const char *const *words, size_t count,
    struct json_writer *result, struct error *error);
int verb_checkpoint_set(const struct verb_context *context, const char *const *words, size_t count,
    struct json_writer *result, struct error *error);

/* verbs_forget.c */
int verb_forget_name(const struct verb_context *context, const char *const *words, size_t count,
    struct json_writer *result, struct error *error);

/* verbs_ledger.c */
int verb_ledger_judge(const struct verb_context *context, const char *const *words, size_t count,
    struct json_writer *result, struct error *error);

/* verbs_backfill.c */
int verb_backfill_start(const struct verb_context *context, const char *const *words, size_t count,
    struct json_writer *result, struct error *error);
int verb_backfill_list(const struct verb_context *context, const char *const *words, size_t count,
    struct json_writer *result, struct error *error);
int verb_backfill_cancel(const struct verb_context *context, const char *const *words, size_t count,
    struct json_writer *result, struct error *error);

/* verbs_deadletter.c */
int verb_deadletter_list(const struct verb_context *context, const char *const *words, size_t count,
    struct json_writer *result, struct error *error);

/* verbs_deadletter_retry.c */
int verb_deadletter_retry(const struct verb_context *context, const char *const *words,
    size_t count, struct json_writer *result, struct error *error);
