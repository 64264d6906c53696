/* Rows of a source, and those of TLS that it shares with outputs. */
#include "base/limits.h"
#include "base/units.h"
#include "config/check.h"
#include "config/fault.h"
#include "config/supply.h"
#include "config/tables.h"
#include "config/types.h"
#include "slackaudit/calls.h"

#define MSEC(n)    ((n)*USEC_PER_MSEC)
#define SECONDS(n) ((n)*USEC_PER_SEC)

static const struct schema_choice tls_versions[] = {
    {.word = "1.2"},
    {.word = "1.3"},
    {0},
};

static const struct schema_key tls_keys[] = {
    {.name = "ca_file",
        .type = &schema_readable,
        .initial = "\"\"",
        .high = LONGEST_PATH,
        .offset = offsetof(struct config_tls, ca_file),
        .meaning = "Certificates to trust (PEM) instead of the system's; empty: the system's."},
    {.name = "cert_file",
        .type = &schema_readable,
        .initial = "\"\"",
        .high = LONGEST_PATH,
        .offset = offsetof(struct config_tls, cert_file),
        .meaning = "The certificate to show (PEM); empty: none."},
    {.name = "key_file",
        .type = &schema_private,
        .initial = "\"\"",
        .high = LONGEST_PATH,
        .offset = offsetof(struct config_tls, key_file),
        .meaning =
            "Its private key (PEM), guarded as a secret file is; empty: it stands in `cert_file`."},
    {.name = "min_version",
        .type = &schema_word,
        .initial = "1.2",
        .choices = tls_versions,
        .offset = offsetof(struct config_tls, min_version),
        .meaning = "The oldest version of TLS to accept."},
};

const struct schema_group schema_tls = {
    .noun = "TLS",
    SCHEMA_GROUP_KEYS(tls_keys),
    .size = sizeof(struct config_tls),
    .examine = config_check_tls,
};

static const struct schema_key filter_keys[] = {
    {.name = "actions",
        .type = &schema_texts,
        .initial = "[]",
        .high = 1000,
        .fault = config_fault_action,
        .offset = offsetof(struct config_source, filter.actions),
        .meaning =
            "Only these actions; empty: all. Slack takes up to 30; more are sorted out here."},
    {.name = "actor",
        .type = &schema_text,
        .initial = "\"\"",
        .high = LONGEST_TEXT,
        .fault = config_fault_id,
        .offset = offsetof(struct config_source, filter.actor),
        .meaning = "Only what this user did (an id); empty: all."},
    {.name = "entity",
        .type = &schema_text,
        .initial = "\"\"",
        .high = LONGEST_TEXT,
        .fault = config_fault_id,
        .offset = offsetof(struct config_source, filter.entity),
        .meaning = "Only what was done to this entity (an id); empty: all."},
};

static const struct schema_group filter = {
    .noun = "the filter",
    SCHEMA_GROUP_KEYS(filter_keys),
};

static const struct schema_key keys[] = {
    {.name = "name",
        .type = &schema_text,
        .high = LIMIT_NAME,
        .flags = SCHEMA_REQUIRED | SCHEMA_NONEMPTY,
        .fault = config_fault_name,
        .offset = offsetof(struct config_source, name),
        .meaning =
            "What its state, its log lines and its metrics are called. State belongs to the name."},
    {.name = "token",
        .type = &schema_secret,
        .flags = SCHEMA_REQUIRED,
        .offset = offsetof(struct config_source, token),
        .meaning =
            "The user token of an owner of the Enterprise organization, with `auditlogs:read`."},
    {.name = "insecure_http",
        .type = &schema_boolean,
        .initial = "false",
        .offset = offsetof(struct config_source, insecure_http),
        .meaning = "Accept an `http://` address of a host that is not this one."},
    {.name = "base_url",
        .type = &schema_base_url,
        .initial = "https://api.slack.com/audit/v1/",
        .offset = offsetof(struct config_source, base_url),
        .partner = offsetof(struct config_source, insecure_http),
        .meaning = "The API. A slash at the end is added when it is missing."},
    {.name = "start",
        .type = &schema_start,
        .initial = "-7d",
        .meaning = "Where the first run begins: `now`, an age, an RFC 3339 time or Unix seconds. "
                   "Later runs "
                   "go on where the last one was."},
    {.name = "poll_interval",
        .type = &schema_duration,
        .initial = "60s",
        .low = MSEC(100),
        .high = USEC_PER_DAY,
        .offset = offsetof(struct config_source, poll_interval_us),
        .meaning = "The whole overlap is read once in this time."},
    {.name = "fresh_interval",
        .type = &schema_duration,
        .initial = "2s",
        .low = 0,
        .high = USEC_PER_HOUR,
        .offset = offsetof(struct config_source, fresh_interval_us),
        .meaning = "Short polls in between, while entries flow; 0: none."},
    {.name = "overlap",
        .type = &schema_duration,
        .initial = "10m",
        .low = SECONDS(1),
        .high = 30 * USEC_PER_DAY,
        .offset = offsetof(struct config_source, overlap_us),
        .meaning = "How far back each poll reads again, for entries that Slack shows late."},
    {.name = "page_limit",
        .type = &schema_integer,
        .initial = "9999",
        .low = 1,
        .high = SLACKAUDIT_QUERY_LIMIT,
        .offset = offsetof(struct config_source, page_limit),
        .meaning = "Entries to ask for in one page."},
    {.name = "calls_per_minute",
        .type = &schema_integer,
        .initial = "45",
        .low = 1,
        .high = 60000,
        .offset = offsetof(struct config_source, calls_per_minute),
        .meaning = "The budget of calls, shared by sources with the same token. Slack's limit is "
                   "50 for the "
                   "whole organization and all its apps."},
    {.name = "filter",
        .type = &schema_mapping,
        .initial = "{}",
        .group = &filter,
        .meaning = "What to ask Slack for; the parts narrow each other."},
    {.name = "timeout",
        .type = &schema_duration,
        .initial = "30s",
        .low = MSEC(100),
        .high = USEC_PER_HOUR,
        .offset = offsetof(struct config_source, timeout_us),
        .meaning = "For each attempt of a call, from the name lookup to the last byte."},
    {.name = "proxy",
        .type = &schema_proxy,
        .offset = offsetof(struct config_source, proxy),
        .partner = offsetof(struct config_source, has_proxy),
        .meaning = "The proxy to go through; absent: `HTTPS_PROXY` and its kin; `\"\"`: none. A "
                   "secret may "
                   "hold user information."},
    {.name = "headers",
        .type = &schema_headers,
        .initial = "{}",
        .high = 64,
        .offset = offsetof(struct config_source, headers),
        .meaning = "Further headers of each call; a value may be a secret."},
    {.name = "tls",
        .type = &schema_mapping,
        .initial = "{}",
        .group = &schema_tls,
        .offset = offsetof(struct config_source, tls),
        .meaning = "How to trust and to be trusted."},
    {.name = "retry",
        .type = &schema_mappings,
        .initial = "the stack of the top `retry`",
        .supply = config_supply_source_retry,
        .high = LIMIT_RETRY_HANDLERS,
        .group = &schema_retry_handler,
        .offset = offsetof(struct config_source, retry.handlers),
        .partner = offsetof(struct config_source, retry.count),
        .meaning = "A stack of its own; `[]`: no retries."},
};

const struct schema_group schema_source = {
    .noun = "a source",
    SCHEMA_GROUP_KEYS(keys),
    .size = sizeof(struct config_source),
    .examine = config_check_source,
};
