/*
 * The configuration: a YAML file becomes plain structs, whole and checked, or a list of everything
 * that is wrong with it.
 *
 * One table (config/schema.h) knows each key: its type, range, default and meaning. It drives the
 * check, the defaults, the dump and the manual, so they cannot disagree. A `struct config` is
 * immutable once loaded and owns all its strings; a reload loads another and compares. Secrets are
 * references here (sys/secret.h): a value is loaded by whoever needs it, and the check only looks
 * whether it can be.
 *
 * Durations are microseconds, sizes bytes, times Unix seconds. Lists of strings end with NULL and
 * are never NULL themselves.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/log.h"
#include "slackaudit/retry.h"
#include "sys/secret.h"

enum config_log_format { CONFIG_LOG_AUTO, CONFIG_LOG_JSON, CONFIG_LOG_TEXT };

enum config_interval { CONFIG_INTERVAL_BACKOFF, CONFIG_INTERVAL_FIXED };
enum config_jitter {
    CONFIG_JITTER_RANDOM,
    CONFIG_JITTER_NONE,
    CONFIG_JITTER_FULL,
    CONFIG_JITTER_EQUAL,
    CONFIG_JITTER_DECORRELATED
};
enum config_handler {
    CONFIG_HANDLER_CONNECTION_ERROR,
    CONFIG_HANDLER_RATE_LIMIT,
    CONFIG_HANDLER_SERVER_ERROR,
    CONFIG_HANDLER_MATCH
};

struct config_retry_handler {
    enum config_handler handler;
    int max_retries;
    struct {
        enum config_interval type;
        int64_t factor_us, cap_us; /* backoff */
        int64_t wait_us;           /* fixed */
        enum config_jitter jitter;
    } interval;
    struct { /* match */
        int *statuses;
        size_t status_count;
        char **errors;
        enum slackaudit_transport *transports;
        size_t transport_count;
    } when;
};

struct config_retry {
    struct config_retry_handler *handlers;
    size_t count;
};

struct config_tls {
    char *ca_file, *cert_file, *key_file; /* "" when not set */
    char *min_version;                    /* "1.2" or "1.3" */
};

struct config_header {
    char *name;
    struct secret_reference value;
};

struct config_headers {
    struct config_header *items;
    size_t count;
};

/* The first run's beginning. */
enum config_start { CONFIG_START_NOW, CONFIG_START_AGO, CONFIG_START_AT };

struct config_source {
    char *name;
    int line; /* where it stands in the file, for messages */
    struct secret_reference token;
    char *base_url;
    bool insecure_http;
    enum config_start start;
    int64_t start_value; /* AGO: seconds before now; AT: Unix seconds */
    int64_t poll_interval_us, fresh_interval_us, overlap_us, timeout_us;
    int page_limit;
    int calls_per_minute;
    struct {
        char **actions;
        char *actor, *entity; /* "" when not set */
    } filter;
    bool has_proxy;
    struct secret_reference proxy; /* SECRET_NONE with has_proxy: no proxy at all */
    struct config_headers headers;
    struct config_tls tls;
    struct config_retry retry; /* the default stack filled in */
    /* The dump of this source alone, equal when nothing changed: what a dump hides stands as a
     * checksum. For comparing only. */
    char *canonical;
};

enum config_output_type {
    CONFIG_OUTPUT_FILE,
    CONFIG_OUTPUT_STDOUT,
    CONFIG_OUTPUT_SYSLOG,
    CONFIG_OUTPUT_HTTP
};
enum config_framing { CONFIG_FRAMING_OCTET_COUNTING, CONFIG_FRAMING_LF };
enum config_oversize { CONFIG_OVERSIZE_DEAD_LETTER, CONFIG_OVERSIZE_TRUNCATE };
enum config_transport {
    CONFIG_TRANSPORT_UDP,
    CONFIG_TRANSPORT_TCP,
    CONFIG_TRANSPORT_TLS,
    CONFIG_TRANSPORT_UNIX
};
enum config_body { CONFIG_BODY_NDJSON, CONFIG_BODY_ARRAY };

/* One struct for all types: a key that does not belong to `type` is an error in the file and unset
 * here. */
struct config_output {
    char *name;
    int line;
    enum config_output_type type;
    char *format; /* the name of a format (format/format.h): json, rfc5424, rfc3164 */
    char **sources, **only, **except; /* empty: all, all, none */
    char **redact;                    /* paths of fields, for example actor.user.email */
    char *dead_letter;                /* a path; "" is never: the default is filled in */
    struct config_retry retry;
    int64_t timeout_us;
    bool has_proxy;
    struct secret_reference proxy;
    struct config_headers headers;
    struct config_tls tls;
    bool insecure_http;

    struct { /* file */
        char *path;
        uint64_t rotate_size;       /* 0: off */
        int64_t rotate_interval_us; /* 0: off */
        int rotate_keep;            /* 0: nothing is deleted */
        bool rotate_gzip;
    } file;

    struct { /* syslog */
        enum config_transport transport;
        char *host; /* or the path of a unix socket */
        uint16_t port;
        enum config_framing framing;
        int facility; /* its code, RFC 5424 table 1 */
        char *app_name;
        uint64_t max_size;
        enum config_oversize oversize;
    } syslog;

    struct {       /* http */
        char *api; /* generic, splunk_hec */
        struct secret_reference url;
        struct secret_reference token; /* SECRET_NONE when not set */
        char *method;                  /* POST or PUT */
        enum config_body body;
        bool gzip;
        char *index, *sourcetype, *host; /* splunk_hec: "" when not set */
    } http;

    struct {
        size_t max_entries;
        uint64_t max_bytes;
        int64_t max_wait_us;
    } batch;
    int max_in_flight; /* 1 for all but http */
    char *canonical;   /* as a source's */
};

struct config {
    char *path;
    char *state_dir;
    uint64_t store_max_size;
    int64_t store_ledger_us;
    char *control;     /* the path of the socket */
    char *http_listen; /* "" when there is no listener */
    enum log_level log_level;
    enum config_log_format log_format;
    struct config_retry retry; /* the default stack; a source or output that sets none has a copy */
    struct config_source *sources;
    size_t source_count;
    struct config_output *outputs;
    size_t output_count;
};

/* One thing that is wrong. Lines and columns count from 1; 0: no place in the file. */
struct config_problem {
    int line, column;
    char *text;
};

struct config_problems {
    struct config_problem *items;
    size_t count;
    size_t more; /* past LIMIT_CONFIG_PROBLEMS, only counted */
};

void config_problems_deinit(struct config_problems *problems);

/* Appends `PATH:LINE:COLUMN: TEXT`, without a line break; the text alone when the problem has no
 * place in the file: such a text names the file itself. Returns 0, ERROR_MEMORY or ERROR_LIMIT. */
int config_problem_write(
    const struct config_problem *problem, const char *path, struct buffer *output);

/* All of them, a line each, and a line that counts those past the limit. */
int config_problems_write(
    const struct config_problems *problems, const char *path, struct buffer *output);

/* Reads, checks and completes the file. Returns 0; ERROR_INVALID with at least one problem added to
 * `problems` ({0} at first), in the order of the file: all that one pass finds, where a syntax
 * error ends the pass; ERROR_MEMORY. Nothing outside is created or changed. Also an error: a secret
 * that cannot be loaded, a path that cannot be written, two sources or outputs of one name, two
 * outputs that write one file, an alias or anchor (a YAML bomb needs them). The environment
 * variables STATE_DIRECTORY and RUNTIME_DIRECTORY are looked at for defaults. */
int config_load(const char *path, struct config **ret_config, struct config_problems *problems);

/* The same from memory, without looking at the world (secrets, paths): for the fuzz target and
 * tests. `name` stands for the file. */
int config_parse(const char *name, struct slice text, struct config **ret_config,
    struct config_problems *problems);

/* Of a text that config_parse() refuses: where its daemon is asked. `*ret_config` has `control`,
 * and maybe more, which may be wrong. ERROR_MISSING: neither the text (by a right `control` or
 * `state_dir`) nor the environment says it. */
int config_parse_control(const char *name, struct slice text, struct config **ret_config);

void config_free(struct config *config);

/* Appends the effective configuration as YAML that config_load() reads back to an equal dump; keys
 * that have no value stand as comments. Secrets given in the file itself (values of headers, the
 * query of an address) are `(redacted)`, references stay references. */
int config_dump(const struct config *config, struct buffer *output);

const struct config_source *config_find_source(const struct config *config, const char *name);
const struct config_output *config_find_output(const struct config *config, const char *name);

/* Builds the stack that a `retry:` list describes. NULL without memory. */
struct slackaudit_retry_stack *config_retry_build(const struct config_retry *retry);
