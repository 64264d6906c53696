/*
 * What happens to a call past its retry stack, in words. Private to explain*.c.
 */
#pragma once

#include "ctl/explain.h"

/* Fills in `pasts` of a failure that this attempt stands for. */
void explain_outcome(const struct explain_subject *subject,
    const struct slackaudit_attempt *attempt, struct explain_failure *failure);
