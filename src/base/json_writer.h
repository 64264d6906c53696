/*
 * Writing JSON by hand, field by field: the status, the verbs' answers, the JSON Schema. A field
 * that does not fit leaves the buffer's error to the end: json_writer_end() says whether all of it
 * is there. Embedded object; the buffer is the caller's.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"

struct json_writer {
    struct buffer *output;
    bool is_indented; /* for people: each value on a line of its own */
    int depth;
    bool needs_comma;
    int error; /* the first */
};

/* `name` is NULL inside an array. */
void json_writer_open(struct json_writer *writer, const char *name, char bracket); /* '{' or '[' */
void json_writer_close(struct json_writer *writer, char bracket);                  /* '}' or ']' */
void json_writer_string(
    struct json_writer *writer, const char *name, const char *value); /* NULL writes null */
void json_writer_number(struct json_writer *writer, const char *name, int64_t value);
void json_writer_boolean(struct json_writer *writer, const char *name, bool value);
/* `text` is JSON already: a number as it was spelled. */
void json_writer_raw(struct json_writer *writer, const char *name, const char *text);
/* A time as RFC 3339, or null when it is negative. */
void json_writer_time(struct json_writer *writer, const char *name, int64_t seconds);
/* 0, or the first error. */
int json_writer_end(const struct json_writer *writer);
