/*
 * Defaults that depend on something else: on the environment, on a key read before. Each has the
 * form of `supply` in config/schema.h.
 */
#pragma once

#include "config/schema.h"

int config_supply_state_dir(struct schema_reader *reader, const struct schema_site *site);
int config_supply_control(struct schema_reader *reader, const struct schema_site *site);
int config_supply_dead_letter(struct schema_reader *reader, const struct schema_site *site);
int config_supply_source_retry(struct schema_reader *reader, const struct schema_site *site);
int config_supply_output_retry(struct schema_reader *reader, const struct schema_site *site);
