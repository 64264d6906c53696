/* Rows of the whole document. */
#include "base/limits.h"
#include "base/units.h"
#include "config/check.h"
#include "config/supply.h"
#include "config/tables.h"
#include "config/types.h"
#include "sys/listen.h"

static const struct schema_choice levels[] = {
    {.word = "error", .value = LOG_LEVEL_ERROR},
    {.word = "warning", .value = LOG_LEVEL_WARNING},
    {.word = "info", .value = LOG_LEVEL_INFO},
    {.word = "debug", .value = LOG_LEVEL_DEBUG},
    {0},
};

static const struct schema_choice log_formats[] = {
    {.word = "auto", .value = CONFIG_LOG_AUTO},
    {.word = "json", .value = CONFIG_LOG_JSON},
    {.word = "text", .value = CONFIG_LOG_TEXT},
    {0},
};

static const struct schema_key store_keys[] = {
    {.name = "max_size",
        .type = &schema_size,
        .initial = "1GiB",
        .low = (int64_t)MIB(64),
        .high = SCHEMA_NO_LIMIT,
        .offset = offsetof(struct config, store_max_size),
        .meaning =
            "Undelivered entries kept on disk. At the cap polling pauses; nothing is dropped."},
    {.name = "ledger",
        .type = &schema_duration,
        .initial = "30d",
        .low = USEC_PER_HOUR,
        .high = 3650 * USEC_PER_DAY,
        .offset = offsetof(struct config, store_ledger_us),
        .meaning = "How long it is kept, as 8 bytes an id, what each output acknowledged: what "
                   "`slackauditctl verify` judges from."},
};

static const struct schema_group store = {
    .noun = "the store",
    SCHEMA_GROUP_KEYS(store_keys),
};

static const struct schema_key log_keys[] = {
    {.name = "level",
        .type = &schema_choice,
        .initial = "info",
        .choices = levels,
        .offset = offsetof(struct config, log_level),
        .meaning =
            "The least severe level that is written. `-v` and `-q` on the command line win."},
    {.name = "format",
        .type = &schema_choice,
        .initial = "auto",
        .choices = log_formats,
        .offset = offsetof(struct config, log_format),
        .meaning = "`auto`: the journal under systemd, else text on standard error."},
};

static const struct schema_group log_group = {
    .noun = "the log",
    SCHEMA_GROUP_KEYS(log_keys),
};

static const struct schema_key http_keys[] = {
    {.name = "listen",
        .type = &schema_text,
        .initial = "\"\"",
        .high = 127,
        .fault = listener_fault,
        .offset = offsetof(struct config, http_listen),
        .meaning =
            "Where `/metrics`, `/healthz`, `/readyz` and `/status` are served, read only: "
            "`ADDRESS:PORT` as in 127.0.0.1:9464, `unix:PATH`, or `systemd`: the socket that a "
            "socket unit passes; empty: nowhere."},
};

static const struct schema_group http = {
    .noun = "the HTTP listener",
    SCHEMA_GROUP_KEYS(http_keys),
};

static const char default_stack[] =
    "[{handler: connection_error, max_retries: 5,"
    " interval: {type: backoff, factor: 500ms, cap: 60s, jitter: random}},"
    " {handler: rate_limit, max_retries: 10},"
    " {handler: server_error, max_retries: 5,"
    " interval: {type: backoff, factor: 500ms, cap: 60s, jitter: full}}]";

static const struct schema_key keys[] = {
    {.name = "state_dir",
        .type = &schema_directory,
        .initial = "$STATE_DIRECTORY, else /var/lib/slackauditd",
        .supply = config_supply_state_dir,
        .high = LONGEST_PATH / 2, /* names are put behind it */
        .flags = SCHEMA_NONEMPTY,
        .offset = offsetof(struct config, state_dir),
        .meaning = "Where the store lives. Created with mode 0700."},
    {.name = "store",
        .type = &schema_mapping,
        .initial = "{}",
        .group = &store,
        .meaning = "Limits of the store."},
    {.name = "control",
        .type = &schema_socket,
        .initial = "unix:$RUNTIME_DIRECTORY/control.sock, else control.sock in state_dir",
        .supply = config_supply_control,
        .offset = offsetof(struct config, control),
        .meaning = "The socket that `slackauditctl` talks to; for owner and group only."},
    {.name = "log",
        .type = &schema_mapping,
        .initial = "{}",
        .group = &log_group,
        .meaning = "The daemon's own log."},
    {.name = "http",
        .type = &schema_mapping,
        .initial = "{}",
        .group = &http,
        .meaning = "The listener for metrics, probes and the status page."},
    {.name = "retry",
        .type = &schema_mappings,
        .initial = default_stack,
        .high = LIMIT_RETRY_HANDLERS,
        .group = &schema_retry_handler,
        .offset = offsetof(struct config, retry.handlers),
        .partner = offsetof(struct config, retry.count),
        .meaning =
            "The default stack, for every source and output that sets none of its own. `[]`: no "
            "retries."},
    {.name = "sources",
        .type = &schema_mappings,
        .low = 1,
        .high = LIMIT_SOURCES,
        .flags = SCHEMA_REQUIRED,
        .group = &schema_source,
        .offset = offsetof(struct config, sources),
        .partner = offsetof(struct config, source_count),
        .meaning = "The organizations to poll."},
    {.name = "outputs",
        .type = &schema_mappings,
        .low = 1,
        .high = LIMIT_OUTPUTS,
        .flags = SCHEMA_REQUIRED,
        .group = &schema_output,
        .offset = offsetof(struct config, outputs),
        .partner = offsetof(struct config, output_count),
        .meaning = "The receivers of the entries."},
};

const struct schema_group schema_document = {
    .noun = "the configuration",
    SCHEMA_GROUP_KEYS(keys),
    .size = sizeof(struct config),
    .examine = config_check_document,
};
