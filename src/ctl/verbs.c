/* The table of verbs. */
#include "ctl/verb.h"

const struct ctl_verb *const ctl_verbs[] = {
    &verb_status,
    &verb_health,
    &verb_reload,
    &verb_checkpoint,
    &verb_forget,
    &verb_logs,
    &verb_schemas,
    &verb_actions,
    &verb_test,
    &verb_retry,
    &verb_names,
    &verb_verify,
    &verb_backfill,
    &verb_deadletter,
    NULL,
};
