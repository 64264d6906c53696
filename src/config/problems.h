/*
 * The list of what is wrong with a configuration (struct config_problems of config/config.h). It
 * holds LIMIT_CONFIG_PROBLEMS of them; past that they are only counted.
 */
#pragma once

#include "base/error.h"
#include "config/config.h"

/* Adds one. Lines and columns count from 1; 0 when there is no place in the file. Returns 0 or
 * ERROR_MEMORY. */
int config_problems_add(
    struct config_problems *problems, int line, int column, const char *format, ...) _printf_(4, 5);

/* All that were found, the uncounted texts too. */
static inline size_t config_problems_total(const struct config_problems *problems)
{
    return problems->count + problems->more;
}

/* In the order of the file; those of one place stay as they were found. */
void config_problems_sort(struct config_problems *problems);
