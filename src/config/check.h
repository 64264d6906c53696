/*
 * What one key alone cannot tell: rules between the keys of a mapping, and between mappings. Each
 * has the form of `examine` of a group in config/schema.h and runs also when some keys were wrong:
 * a field that is zero or NULL is skipped.
 */
#pragma once

#include "config/schema.h"

/* One of each name; outputs name sources that exist; no file is written by two. */
int config_check_document(struct schema_reader *reader, const struct schema_site *site);

/* Refuses a header Authorization in the `headers` of the source or output, for this reason. */
int config_check_no_authorization(
    struct schema_reader *reader, const struct schema_site *site, const char *reason);

int config_check_source(struct schema_reader *reader, const struct schema_site *site);
int config_check_tls(struct schema_reader *reader, const struct schema_site *site);

int config_check_output(struct schema_reader *reader, const struct schema_site *site);
int config_check_rotate(struct schema_reader *reader, const struct schema_site *site);

int config_check_handler(struct schema_reader *reader, const struct schema_site *site);
int config_check_interval(struct schema_reader *reader, const struct schema_site *site);
