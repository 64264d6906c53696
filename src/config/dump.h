/*
 * The configuration as text again: config_dump() of config/config.h, and the text by which a reload
 * sees whether a source or an output changed.
 */
#pragma once

#include "config/config.h"

/* Fills `canonical` of every source and output. Returns 0, or what a buffer refused with. */
int config_write_canonical(struct config *config);
