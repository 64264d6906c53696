/*
 * The help, written from the tables of verbs and options.
 */
#pragma once

#include "ctl/verb.h"

/* Writes the help of one verb, or of the command (NULL), to standard output. */
void help_write(const struct ctl_verb *verb);

/* Returns DAEMON_EXIT_USAGE, having said on standard error which words the verb takes. */
int help_refuse_words(const struct ctl_verb *verb);
