/*
 * Formats: how one entry is written for a receiver.
 *
 * A format turns the stored bytes of an entry into the text of one message. It keeps nothing
 * between entries and never changes the bytes it is given (invariant 5): `json` passes them on as
 * they are; the others look up the few fields they need in the slice. Framing between messages
 * (line breaks, octet counts, array commas) is the output's. No message holds a line feed, so that
 * an output may frame by lines without looking inside.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"

/* What a message is made from. */
struct format_entry {
    struct slice bytes; /* the entry, one line */
    int64_t time;       /* its date_create, Unix seconds */
    const char *source; /* name of the source */
};

/* Settings that come from the output's configuration. Strings belong to whoever made it. */
struct format_options {
    const char *app_name;
    const char *host_name; /* of this machine; "-" when unknown */
    int facility;          /* syslog's code */
};

struct format_type {
    const char *name; /* as in the configuration */
    /* Appends the message, as format_encode() for callers; what a failure has left behind is taken
     * back there. */
    int (*append)(const struct format_options *options, const struct format_entry *entry,
        struct buffer *output);
};

/* Appends the message. Returns 0, what the buffer refused with, or ERROR_INVALID when the entry
 * cannot be expressed (it then goes to dead letter); the buffer is then as it was. */
int format_encode(const struct format_type *type, const struct format_options *options,
    const struct format_entry *entry, struct buffer *output);

extern const struct format_type format_json; /* the entry exactly as Slack sent it */
/* Syslog, RFC 5424: header, structured data with source, id and action, BOM, the entry. */
extern const struct format_type format_rfc5424;
extern const struct format_type format_rfc3164; /* syslog, RFC 3164 (BSD): header, the entry */

/* All of them, ended by NULL. */
extern const struct format_type *const format_types[];

/* By name, or NULL. */
const struct format_type *format_find(const char *name);
