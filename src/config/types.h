/*
 * The types that rows of the schema can have. `expected` of each is what its messages ask for.
 */
#pragma once

#include "config/schema.h"

/* One value. Field: bool; int; size_t; int64_t microseconds; uint64_t bytes. */
extern const struct schema_type schema_boolean;
extern const struct schema_type schema_integer;
extern const struct schema_type schema_count;
extern const struct schema_type schema_duration;
extern const struct schema_type schema_size;

/* One of the row's choices. Field: an enum; bool; char * (the word itself). */
extern const struct schema_type schema_choice;
extern const struct schema_type schema_switch;
extern const struct schema_type schema_word;

/* A text of `low` to `high` bytes that the row's `fault` accepts. Field: char *, never NULL when
 * read. */
extern const struct schema_type schema_text;

/* Paths. Field: char *. An output file that can be made or appended to; a directory that can be
 * made or written; a file that can be read ("" for none); the same that must be a secret. */
extern const struct schema_type schema_target;
extern const struct schema_type schema_directory;
extern const struct schema_type schema_readable;
extern const struct schema_type schema_private;

/* Lists. Field: char ** ended by NULL; int * or an enum's with the count in `partner`. */
extern const struct schema_type schema_texts;
extern const struct schema_type schema_integers;
extern const struct schema_type schema_choices;

/* A mapping with the keys of row's group: its fields lie at `offset`. A list of such: field is a
 * pointer to the group's structs, with the count in `partner`. */
extern const struct schema_type schema_mapping;
extern const struct schema_type schema_mappings;

/* Secrets. Field: struct secret_reference. The first takes references only; the address of an HTTP
 * receiver has its `insecure_http` in `partner`, the proxy its `has_proxy`. Headers: struct
 * config_headers. */
extern const struct schema_type schema_secret;
extern const struct schema_type schema_url;
extern const struct schema_type schema_proxy;
extern const struct schema_type schema_headers;

/* An address of the API, completed by a slash. Field: char *; its `insecure_http` in `partner`. */
extern const struct schema_type schema_base_url;

/* Addresses with fields of their own: a syslog server's (config_output.syslog), the control
 * socket's path (char *), a source's first start (config_source.start and start_value). */
extern const struct schema_type schema_syslog_address;
extern const struct schema_type schema_socket;
extern const struct schema_type schema_start;

/* ---- Shared by the types ---- */

/* The text of a scalar; NULL when the node is none, or stands for no value. */
const char *schema_scalar(const struct config_node *node);

/* Copies `text` into a char * field, freeing what was there. */
int schema_keep_text(char **field, const char *text);

/* What schema_text does with a text, for types that ask more of it. */
int schema_read_text(struct schema_reader *reader, const struct schema_site *site);
void schema_write_text_line(
    struct schema_writer *writer, const struct schema_key *key, const void *object);
void schema_release_text(const struct schema_key *key, void *object);
