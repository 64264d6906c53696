/* Rows of an output: those of every type, then those of each. */
#include "base/limits.h"
#include "base/units.h"
#include "config/check.h"
#include "config/fault.h"
#include "config/supply.h"
#include "config/tables.h"
#include "config/types.h"

#define MSEC(n)  ((n)*USEC_PER_MSEC)
#define HOURS(n) ((n)*3600 * USEC_PER_SEC)

static const struct schema_choice types[] = {
    {.word = "file", .value = CONFIG_OUTPUT_FILE, .kinds = KIND_FILE},
    {.word = "stdout", .value = CONFIG_OUTPUT_STDOUT, .kinds = KIND_STDOUT},
    {.word = "syslog", .value = CONFIG_OUTPUT_SYSLOG, .kinds = KIND_SYSLOG},
    {.word = "http", .value = CONFIG_OUTPUT_HTTP, .kinds = KIND_HTTP},
    {0},
};

static const struct schema_choice apis[] = {
    {.word = "generic", .kinds = KIND_GENERIC},
    {.word = "splunk_hec", .kinds = KIND_SPLUNK_HEC},
    {0},
};

static const struct schema_choice formats[] = {
    {.word = "json"}, {.word = "rfc5424"}, {.word = "rfc3164"}, {0}};

static const struct schema_choice json_only[] = {{.word = "json"}, {0}};

static const struct schema_choice compressions[] = {
    {.word = "none", .value = false}, {.word = "gzip", .value = true}, {0}};

static const struct schema_choice schemes[] = {
    {.word = "udp://", .value = CONFIG_TRANSPORT_UDP, .kinds = KIND_UDP},
    {.word = "tcp://", .value = CONFIG_TRANSPORT_TCP, .kinds = KIND_TCP},
    {.word = "tls://", .value = CONFIG_TRANSPORT_TLS, .kinds = KIND_TLS},
    {.word = "unix:", .value = CONFIG_TRANSPORT_UNIX, .kinds = KIND_UNIX},
    {0},
};

static const struct schema_choice framings[] = {
    {.word = "octet_counting", .value = CONFIG_FRAMING_OCTET_COUNTING},
    {.word = "lf", .value = CONFIG_FRAMING_LF},
    {0},
};

static const struct schema_choice oversizes[] = {
    {.word = "dead_letter", .value = CONFIG_OVERSIZE_DEAD_LETTER},
    {.word = "truncate", .value = CONFIG_OVERSIZE_TRUNCATE},
    {0},
};

static const struct schema_choice methods[] = {{.word = "POST"}, {.word = "PUT"}, {0}};

static const struct schema_choice bodies[] = {
    {.word = "ndjson", .value = CONFIG_BODY_NDJSON},
    {.word = "array", .value = CONFIG_BODY_ARRAY},
    {0},
};

/* RFC 5424, table 1. */
static const struct schema_choice facilities[] = {
    {.word = "kern", .value = 0},
    {.word = "user", .value = 1},
    {.word = "mail", .value = 2},
    {.word = "daemon", .value = 3},
    {.word = "auth", .value = 4},
    {.word = "syslog", .value = 5},
    {.word = "lpr", .value = 6},
    {.word = "news", .value = 7},
    {.word = "uucp", .value = 8},
    {.word = "cron", .value = 9},
    {.word = "authpriv", .value = 10},
    {.word = "ftp", .value = 11},
    {.word = "ntp", .value = 12},
    {.word = "audit", .value = 13},
    {.word = "alert", .value = 14},
    {.word = "clock", .value = 15},
    {.word = "local0", .value = 16},
    {.word = "local1", .value = 17},
    {.word = "local2", .value = 18},
    {.word = "local3", .value = 19},
    {.word = "local4", .value = 20},
    {.word = "local5", .value = 21},
    {.word = "local6", .value = 22},
    {.word = "local7", .value = 23},
    {0},
};

static const struct schema_key only_keys[] = {
    {.name = "actions",
        .type = &schema_texts,
        .initial = "[]",
        .high = 1000,
        .offset = offsetof(struct config_output, only),
        .meaning = "Shell patterns of actions (`user_*`); empty: all."},
};

static const struct schema_group only = {
    .noun = "a choice of entries",
    SCHEMA_GROUP_KEYS(only_keys),
};

static const struct schema_key except_keys[] = {
    {.name = "actions",
        .type = &schema_texts,
        .initial = "[]",
        .high = 1000,
        .offset = offsetof(struct config_output, except),
        .meaning = "Shell patterns of actions; empty: none."},
};

static const struct schema_group except = {
    .noun = "a choice of entries",
    SCHEMA_GROUP_KEYS(except_keys),
};

static const struct schema_key rotate_keys[] = {
    {.name = "size",
        .type = &schema_size,
        .initial = "0",
        .high = SCHEMA_NO_LIMIT,
        .offset = offsetof(struct config_output, file.rotate_size),
        .meaning = "Rotate before the file passes this size, at least 4KiB; 0: off."},
    {.name = "interval",
        .type = &schema_duration,
        .initial = "0",
        .high = HOURS(24 * 3650),
        .offset = offsetof(struct config_output, file.rotate_interval_us),
        .meaning = "Rotate a file that is this old, at least 1s; 0: off."},
    {.name = "keep",
        .type = &schema_integer,
        .initial = "0",
        .high = 100000,
        .offset = offsetof(struct config_output, file.rotate_keep),
        .meaning = "Rotated files to keep; older ones are deleted. 0: nothing is deleted."},
    {.name = "compress",
        .type = &schema_switch,
        .initial = "none",
        .choices = compressions,
        .offset = offsetof(struct config_output, file.rotate_gzip),
        .meaning = "What becomes of a rotated file."},
};

static const struct schema_group rotate = {
    .noun = "a rotation",
    SCHEMA_GROUP_KEYS(rotate_keys),
    .examine = config_check_rotate,
};

static const struct schema_key batch_keys[] = {
    {.name = "max_entries",
        .type = &schema_count,
        .initial = "10000",
        .low = 1,
        .high = LIMIT_BATCH_ENTRIES,
        .kinds = KIND_FILE,
        .offset = offsetof(struct config_output, batch.max_entries),
        .meaning = "Entries in one batch: for a file, what is synced at once."},
    {.name = "max_entries",
        .type = &schema_count,
        .initial = "1000",
        .low = 1,
        .high = LIMIT_BATCH_ENTRIES,
        .kinds = KIND_STDOUT | KIND_SYSLOG | KIND_HTTP,
        .offset = offsetof(struct config_output, batch.max_entries),
        .meaning = "Entries in one batch: for HTTP, one request."},
    {.name = "max_bytes",
        .type = &schema_size,
        .initial = "1MiB",
        .low = (int64_t)KIB(1),
        .high = (int64_t)LIMIT_BATCH,
        .offset = offsetof(struct config_output, batch.max_bytes),
        .meaning = "Bytes in one batch before compression. A longer entry goes alone."},
    {.name = "max_wait",
        .type = &schema_duration,
        .initial = "1s",
        .high = HOURS(1),
        .kinds = KIND_HTTP,
        .offset = offsetof(struct config_output, batch.max_wait_us),
        .meaning = "How long a batch that is not full waits for more; 0: not at all."},
    {.name = "max_wait",
        .type = &schema_duration,
        .initial = "0",
        .high = HOURS(1),
        .kinds = KIND_FILE | KIND_STDOUT | KIND_SYSLOG,
        .offset = offsetof(struct config_output, batch.max_wait_us),
        .meaning = "How long a batch that is not full waits for more; 0: not at all."},
};

static const struct schema_group batch = {
    .noun = "a batch",
    SCHEMA_GROUP_KEYS(batch_keys),
};

static const char format_meaning[] = "How an entry is written. `json`: exactly as Slack sent it, "
                                     "one line; the syslog formats carry the "
                                     "same bytes as their message.";

static const char max_size_meaning[] = "The longest message that the receiver takes.";

static const struct schema_key keys[] = {
    {.name = "name",
        .type = &schema_text,
        .high = LIMIT_NAME,
        .flags = SCHEMA_REQUIRED | SCHEMA_NONEMPTY,
        .fault = config_fault_name,
        .offset = offsetof(struct config_output, name),
        .meaning = "What its position, its log lines and its metrics are called. State belongs to "
                   "the name."},
    {.name = "type",
        .type = &schema_choice,
        .flags = SCHEMA_REQUIRED,
        .choices = types,
        .offset = offsetof(struct config_output, type),
        .meaning = "What kind of receiver it is. `stdout` writes lines to standard output."},
    {.name = "api",
        .type = &schema_word,
        .initial = "generic",
        .kinds = KIND_HTTP,
        .choices = apis,
        .offset = offsetof(struct config_output, http.api),
        .meaning =
            "How the receiver is spoken to. `generic` posts what `format` makes; `splunk_hec` is "
            "Splunk's HTTP Event Collector."},

    /* file */
    {.name = "path",
        .type = &schema_target,
        .high = LONGEST_PATH,
        .flags = SCHEMA_REQUIRED | SCHEMA_NONEMPTY,
        .kinds = KIND_FILE,
        .offset = offsetof(struct config_output, file.path),
        .meaning = "The file to append to. Directories are created with mode 0750."},
    {.name = "rotate",
        .type = &schema_mapping,
        .initial = "{}",
        .kinds = KIND_FILE,
        .group = &rotate,
        .meaning = "When to begin a new file."},

    /* syslog */
    {.name = "address",
        .type = &schema_syslog_address,
        .flags = SCHEMA_REQUIRED,
        .kinds = KIND_SYSLOG,
        .choices = schemes,
        .meaning = "`udp://host` (port 514), `tcp://host` (514), `tls://host` (6514), each with "
                   "`:port` if "
                   "it is another, or `unix:///path`. An IPv6 address stands in brackets."},
    {.name = "framing",
        .type = &schema_choice,
        .initial = "octet_counting",
        .kinds = KIND_TCP | KIND_TLS | KIND_UNIX,
        .choices = framings,
        .offset = offsetof(struct config_output, syslog.framing),
        .meaning = "How messages are told apart in a stream (RFC 6587)."},
    {.name = "facility",
        .type = &schema_choice,
        .initial = "authpriv",
        .kinds = KIND_SYSLOG,
        .choices = facilities,
        .offset = offsetof(struct config_output, syslog.facility),
        .meaning = "The facility of each message."},
    {.name = "app_name",
        .type = &schema_text,
        .initial = "slackaudit",
        .high = 48, /* RFC 5424, 6 */
        .flags = SCHEMA_NONEMPTY,
        .kinds = KIND_SYSLOG,
        .fault = config_fault_app_name,
        .offset = offsetof(struct config_output, syslog.app_name),
        .meaning = "APP-NAME of RFC 5424, TAG of RFC 3164."},
    {.name = "max_size",
        .type = &schema_size,
        .initial = "8KiB",
        .low = 480, /* what every receiver must take: RFC 5424, 6.1 */
        .high = (int64_t)LIMIT_ENTRY,
        .kinds = KIND_TCP | KIND_TLS | KIND_UNIX,
        .offset = offsetof(struct config_output, syslog.max_size),
        .meaning = max_size_meaning},
    {.name = "max_size",
        .type = &schema_size,
        .initial = "8KiB",
        .low = 480,
        .high = 65507, /* one datagram: 65535 less the headers of IPv4 and UDP */
        .kinds = KIND_UDP,
        .offset = offsetof(struct config_output, syslog.max_size),
        .meaning = max_size_meaning},
    {.name = "oversize",
        .type = &schema_choice,
        .initial = "dead_letter",
        .kinds = KIND_SYSLOG,
        .choices = oversizes,
        .offset = offsetof(struct config_output, syslog.oversize),
        .meaning = "What becomes of a longer one."},

    /* http */
    {.name = "insecure_http",
        .type = &schema_boolean,
        .initial = "false",
        .kinds = KIND_HTTP,
        .offset = offsetof(struct config_output, insecure_http),
        .meaning = "Accept an `http://` address of a host that is not this one."},
    {.name = "url",
        .type = &schema_url,
        .flags = SCHEMA_REQUIRED,
        .kinds = KIND_HTTP,
        .offset = offsetof(struct config_output, http.url),
        .partner = offsetof(struct config_output, insecure_http),
        .meaning = "Where to send. For `splunk_hec` without the path of the collector."},
    {.name = "token",
        .type = &schema_secret,
        .flags = SCHEMA_REQUIRED,
        .kinds = KIND_SPLUNK_HEC,
        .offset = offsetof(struct config_output, http.token),
        .meaning = "The token of the collector (`Authorization: Splunk ...`)."},
    {.name = "token",
        .type = &schema_secret,
        .kinds = KIND_GENERIC,
        .offset = offsetof(struct config_output, http.token),
        .meaning = "A bearer token (`Authorization: Bearer ...`); absent: none."},
    {.name = "method",
        .type = &schema_word,
        .initial = "POST",
        .kinds = KIND_GENERIC,
        .choices = methods,
        .offset = offsetof(struct config_output, http.method),
        .meaning = "The method of each request."},
    {.name = "body",
        .type = &schema_choice,
        .initial = "ndjson",
        .kinds = KIND_GENERIC,
        .choices = bodies,
        .offset = offsetof(struct config_output, http.body),
        .meaning = "`ndjson`: one entry a line; `array`: a JSON array, for `format: json` only."},
    {.name = "compression",
        .type = &schema_switch,
        .initial = "none",
        .kinds = KIND_HTTP,
        .choices = compressions,
        .offset = offsetof(struct config_output, http.gzip),
        .meaning = "Of each request's body."},
    {.name = "index",
        .type = &schema_text,
        .initial = "\"\"",
        .high = LONGEST_TEXT,
        .kinds = KIND_SPLUNK_HEC,
        .offset = offsetof(struct config_output, http.index),
        .meaning = "The index of each event; empty: the token's."},
    {.name = "sourcetype",
        .type = &schema_text,
        .initial = "slack:audit",
        .high = LONGEST_TEXT,
        .kinds = KIND_SPLUNK_HEC,
        .offset = offsetof(struct config_output, http.sourcetype),
        .meaning = "The source type of each event; empty: the token's."},
    {.name = "host",
        .type = &schema_text,
        .initial = "\"\"",
        .high = LONGEST_TEXT,
        .kinds = KIND_SPLUNK_HEC,
        .offset = offsetof(struct config_output, http.host),
        .meaning = "The host of each event; empty: the token's."},
    {.name = "max_in_flight",
        .type = &schema_integer,
        .initial = "1",
        .low = 1,
        .high = 64,
        .kinds = KIND_HTTP,
        .offset = offsetof(struct config_output, max_in_flight),
        .meaning = "Requests at once. More is faster, and more may be sent again after a crash."},

    /* network */
    {.name = "timeout",
        .type = &schema_duration,
        .initial = "30s",
        .low = MSEC(100),
        .high = HOURS(1),
        .kinds = KIND_SYSLOG | KIND_HTTP,
        .offset = offsetof(struct config_output, timeout_us),
        .meaning = "For each attempt, from the name lookup to the answer."},
    {.name = "proxy",
        .type = &schema_proxy,
        .kinds = KIND_TCP | KIND_TLS | KIND_HTTP,
        .offset = offsetof(struct config_output, proxy),
        .partner = offsetof(struct config_output, has_proxy),
        .meaning = "The proxy to go through; absent: `HTTPS_PROXY` and its kin; `\"\"`: none. A "
                   "secret may hold user information."},
    {.name = "headers",
        .type = &schema_headers,
        .initial = "{}",
        .high = 64,
        .kinds = KIND_HTTP,
        .offset = offsetof(struct config_output, headers),
        .meaning = "Further headers of each request; a value may be a secret."},
    {.name = "tls",
        .type = &schema_mapping,
        .initial = "{}",
        .kinds = KIND_TLS | KIND_HTTP,
        .group = &schema_tls,
        .offset = offsetof(struct config_output, tls),
        .meaning = "How to trust and to be trusted."},

    /* every type */
    {.name = "format",
        .type = &schema_word,
        .initial = "json",
        .kinds = KIND_FILE | KIND_STDOUT | KIND_GENERIC,
        .choices = formats,
        .offset = offsetof(struct config_output, format),
        .meaning = format_meaning},
    {.name = "format",
        .type = &schema_word,
        .initial = "rfc5424",
        .kinds = KIND_SYSLOG,
        .choices = formats,
        .offset = offsetof(struct config_output, format),
        .meaning = format_meaning},
    {.name = "format",
        .type = &schema_word,
        .initial = "json",
        .kinds = KIND_SPLUNK_HEC,
        .choices = json_only,
        .offset = offsetof(struct config_output, format),
        .meaning = "Each event holds the entry exactly as Slack sent it."},
    {.name = "batch",
        .type = &schema_mapping,
        .initial = "{}",
        .group = &batch,
        .meaning = "What is sent, acknowledged and, after a failure, sent again together."},
    {.name = "sources",
        .type = &schema_texts,
        .initial = "[]",
        .high = LIMIT_SOURCES,
        .fault = config_fault_name,
        .offset = offsetof(struct config_output, sources),
        .meaning = "Names of sources whose entries it wants; empty: all."},
    {.name = "only",
        .type = &schema_mapping,
        .initial = "{}",
        .group = &only,
        .meaning = "The entries it wants."},
    {.name = "except",
        .type = &schema_mapping,
        .initial = "{}",
        .group = &except,
        .meaning = "The entries it does not want, even if `only` names them."},
    {.name = "redact",
        .type = &schema_texts,
        .initial = "[]",
        .high = 256,
        .fault = config_fault_field,
        .offset = offsetof(struct config_output, redact),
        .meaning =
            "Fields whose values are replaced, such as `actor.user.email`; nothing else changes."},
    {.name = "dead_letter",
        .type = &schema_target,
        .initial = "dead/NAME.ndjson in state_dir",
        .supply = config_supply_dead_letter,
        .high = LONGEST_PATH,
        .flags = SCHEMA_NONEMPTY,
        .offset = offsetof(struct config_output, dead_letter),
        .meaning = "The file for entries that the receiver refuses for good."},
    {.name = "retry",
        .type = &schema_mappings,
        .initial = "the stack of the top `retry`",
        .supply = config_supply_output_retry,
        .high = LIMIT_RETRY_HANDLERS,
        .group = &schema_retry_handler,
        .offset = offsetof(struct config_output, retry.handlers),
        .partner = offsetof(struct config_output, retry.count),
        .meaning = "A stack of its own; `[]`: no retries."},
};

const struct schema_group schema_output = {
    .noun = "an output",
    SCHEMA_GROUP_KEYS(keys),
    .size = sizeof(struct config_output),
    .examine = config_check_output,
};
