/*
 * Retry stacks as configuration (struct config_retry): copying one. Building what it describes is
 * config_retry_build() of config/config.h.
 */
#pragma once

#include "config/config.h"

/* Returns 0 or ERROR_MEMORY. The copy is freed as a part of the configuration is, through the
 * schema. */
int config_retry_copy(const struct config_retry *retry, struct config_retry *ret_copy);

void config_retry_deinit(struct config_retry *retry);
