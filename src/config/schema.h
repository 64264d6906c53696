/*
 * The schema: one row for each key of the configuration, and the machine that walks the rows.
 *
 * A row names a key, its type, its default as it would be written in the file, its range, the kinds
 * of output (or retry handler) it belongs to, where its value is kept and one sentence for the
 * manual. Reading, checking, filling in defaults, dumping, freeing and the manual (config/manual.h)
 * all walk the same rows. To add a key: a field in config/config.h, a row in one of the tables
 * (config/table_*.c), and what the tests then ask for in docs/configuration.md and
 * config/slackauditd.full.yaml.
 *
 * Functions here return negative only for what ends the pass (no memory). What is wrong with the
 * file is added to the reader's problems, and the walk goes on, so that everything is told at once;
 * a field whose value was wrong stays zero, and every later check copes with that.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "config/config.h"
#include "config/node.h"
#include "config/place.h"
#include "config/problems.h"

/* What a key may depend on. A key with no kinds belongs to all. */
enum schema_kind {
    KIND_FILE = 1 << 0,
    KIND_STDOUT = 1 << 1,
    KIND_UDP = 1 << 2,
    KIND_TCP = 1 << 3,
    KIND_TLS = 1 << 4,
    KIND_UNIX = 1 << 5,
    KIND_SYSLOG = KIND_UDP | KIND_TCP | KIND_TLS | KIND_UNIX,
    KIND_GENERIC = 1 << 6,
    KIND_SPLUNK_HEC = 1 << 7,
    KIND_HTTP = KIND_GENERIC | KIND_SPLUNK_HEC,

    KIND_CONNECTION_ERROR = 1 << 8,
    KIND_RATE_LIMIT = 1 << 9,
    KIND_SERVER_ERROR = 1 << 10,
    KIND_MATCH = 1 << 11,

    KIND_BACKOFF = 1 << 12,
    KIND_FIXED = 1 << 13,

    KIND_ANY_OUTPUT = KIND_FILE | KIND_STDOUT | KIND_SYSLOG | KIND_HTTP,
    KIND_ANY_HANDLER = KIND_CONNECTION_ERROR | KIND_RATE_LIMIT | KIND_SERVER_ERROR | KIND_MATCH,
    KIND_ANY_INTERVAL = KIND_BACKOFF | KIND_FIXED,
};

enum { SCHEMA_KINDS_TEXT = 128 };

/* "type syslog", "type http with api splunk_hec", ... joined by " or ". */
const char *schema_kinds_text(unsigned kinds, char *text);

enum schema_flag {
    SCHEMA_REQUIRED = 1 << 0, /* there is no default */
    SCHEMA_NONEMPTY = 1 << 1, /* a text or list that is given must not be empty */
};

#define SCHEMA_NO_LIMIT INT64_MAX /* as `high`: whatever the type holds */

struct schema_choice {
    const char *word; /* NULL ends the list */
    int value;
    unsigned
        kinds; /* choosing this word makes the mapping one of these kinds; 0: it decides nothing */
};

struct schema_reader {
    struct config_problems *problems;
    struct config *config; /* the root object; rows are read in the order of the table, so earlier
                              keys are there */
    bool world;            /* look at secrets and paths too */
    unsigned kinds;        /* that the mapping may be of: several while it is not clear */
};

/* One key at one place in the file. */
struct schema_site {
    const struct schema_key *key;
    const struct config_node *node;
    const struct config_place *place;
    void *object; /* the struct that the row's offsets count from */
};

struct schema_writer {
    struct buffer *output;
    int indent;
    bool dash;      /* the next line begins an element of a list */
    bool canonical; /* tell values apart that a dump hides: they stand as a checksum */
    unsigned kinds;
    int code; /* the first failure of `output` */
};

/* How values of one type are treated. One constant for each, in config/types.h. */
struct schema_type {
    const char *name;     /* in the manual */
    const char *expected; /* "expected ..., found ..." */
    /* Turns site->node into the field. */
    int (*read)(struct schema_reader *reader, const struct schema_site *site);
    /* After a clean read: what depends on keys read before or, with reader->world, on the world
     * outside. */
    int (*examine)(
        struct schema_reader *reader, const struct schema_site *site); /* NULL: nothing */
    bool (*is_set)(const struct schema_key *key, const void *object);  /* NULL: always */
    /* Writes what stands behind "key:", with the line break. */
    void (*write)(struct schema_writer *writer, const struct schema_key *key, const void *object);
    void (*release)(const struct schema_key *key, void *object); /* NULL: owns nothing */
    /* For the keys that decide kinds only: whether a text of the file (NULL: the word itself is the
     * text) or the field makes this choice. */
    bool (*names_choice)(const struct schema_choice *choice, const char *text);
    bool (*is_choice)(
        const struct schema_key *key, const void *object, const struct schema_choice *choice);
};

struct schema_group;

struct schema_key {
    const char *name;
    const struct schema_type *type;
    /* The default as text in the file. With `supply`: only words for the manual. NULL: unset or
     * required. */
    const char *initial;
    /* Sets a default that depends on something else. Returns 0; 1 when nothing is left to examine.
     */
    int (*supply)(struct schema_reader *reader, const struct schema_site *site);
    int64_t low, high; /* of a number; of a text in bytes; of a list in elements */
    unsigned flags, kinds;
    const struct schema_choice *choices;
    const char *(*fault)(const char *text); /* what is wrong with a text ("must ..."), or NULL */
    const struct schema_group *group;       /* of a mapping, or of the mappings of a list */
    size_t offset;
    size_t partner; /* a second field: the count of a list, the switch beside an address */
    const char *meaning;
};

struct schema_group {
    const char *noun; /* "a source" */
    const struct schema_key *keys;
    size_t count;
    size_t size; /* of the struct, for elements of lists */
    /* After all keys, also when some were wrong. NULL: nothing. */
    int (*examine)(struct schema_reader *reader, const struct schema_site *site);
};

static inline void *schema_field(const struct schema_key *key, const void *object)
{
    return (char *)object + key->offset;
}

static inline void *schema_partner(const struct schema_key *key, const void *object)
{
    return (char *)object + key->partner;
}

/* ---- Reading ---- */

/* Adds "PLACE: text" at the node. */
int schema_problem(struct schema_reader *reader, const struct schema_site *site, const char *format,
    ...) _printf_(3, 4);

/* "expected ..., found ...", in the words of the key's type. */
int schema_unexpected(struct schema_reader *reader, const struct schema_site *site);

/* Adds "PLACE.KEY: text" at the value of `key` in site->node, or at site->node without one: for the
 * checks of a group. */
int schema_problem_at(struct schema_reader *reader, const struct schema_site *site, const char *key,
    const char *format, ...) _printf_(4, 5);

/* Reads site->node, which is a mapping, into site->object: all keys of the group, defaults, checks.
 */
int schema_read_group(
    struct schema_reader *reader, const struct schema_group *group, const struct schema_site *site);

/* ---- Writing: failures are kept in writer->code ---- */

void schema_write_group(
    struct schema_writer *writer, const struct schema_group *group, const void *object);
/* Begins a line: its indentation, and the dash of a list's element. */
void schema_write_indent(struct schema_writer *writer);
void schema_write_raw(struct schema_writer *writer, const char *text);
/* As a YAML scalar that reads back as this text, in quotes where it needs them. */
void schema_write_text(struct schema_writer *writer, const char *text);

/* ---- */

void schema_release_group(const struct schema_group *group, void *object);

/* All kinds that the choices can decide; 0 for NULL. */
unsigned schema_kinds_of_choices(const struct schema_choice *choices);

/* The row of a key for these kinds, or NULL. A key may have several rows with different kinds. */
const struct schema_key *schema_find(
    const struct schema_group *group, const char *name, unsigned kinds);

/* The whole document, a source, an output. */
extern const struct schema_group schema_document;
extern const struct schema_group schema_source;
extern const struct schema_group schema_output;
