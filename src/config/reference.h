/*
 * References to secrets in the file: `{file: PATH}`, `{credential: NAME}`, `{env: NAME}`. No
 * message here repeats a value, nor a name that may be a value written in the wrong place.
 */
#pragma once

#include "config/schema.h"

/* Reads a mapping with exactly one of the three keys. */
int config_reference_read(struct schema_reader *reader, const struct schema_site *site,
    struct secret_reference *reference);

/* The same, or the plain text itself (SECRET_PLAIN). */
int config_reference_read_open(struct schema_reader *reader, const struct schema_site *site,
    struct secret_reference *reference);

/* True when the value stands elsewhere: neither unset nor plain. */
bool config_reference_is_set(const struct secret_reference *reference);

/* Loads the secret to see that it can be, and adds the problem when it cannot. With `ret_secret`,
 * which must hold NULL, it comes back for a look at its form; it stays NULL when there was a
 * problem. */
int config_reference_load(struct schema_reader *reader, const struct schema_site *site,
    const struct secret_reference *reference, struct secret **ret_secret);

/* Each writes what stands behind "key:", with the line break. The first writes the reference. The
 * second stands for a value in the file itself: `shown` bytes of it may be seen; the rest is
 * `(redacted)`, or a checksum where texts are only compared. */
void config_reference_write(struct schema_writer *writer, const struct secret_reference *reference);
void config_reference_write_hidden(struct schema_writer *writer, const char *value, size_t shown);
