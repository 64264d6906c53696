/*
 * The shapes that an entry's `details` take. A shape has several variants, because the API changes
 * the type of the same field from one entry to the next: `reason` is an array or a string,
 * `new_value` a string, an array or an object of arrays, `succeeded_users` an array or a string
 * that holds JSON, `inviter` a flat user or one with its type, `action_timestamp` in microseconds
 * or milliseconds.
 */
#pragma once

#include <stddef.h>

enum details_shape {
    DETAILS_NONE,      /* the field is absent */
    DETAILS_LOGIN,     /* absent, empty, or a string as reason */
    DETAILS_ANOMALY,   /* action_timestamp in two units; an array of reasons */
    DETAILS_VALUES,    /* new_value and previous_value in three types */
    DETAILS_USERS,     /* succeeded_users, failed_users in two types */
    DETAILS_INVITER,   /* inviter in two forms */
    DETAILS_KICKER,    /* kicker in two forms */
    DETAILS_TEXT,      /* free text: escapes, line breaks, other scripts */
    DETAILS_NUMBERS,   /* integers past 2^53 and spellings that a re-serialiser would change */
    DETAILS_STRUCTURE, /* nested arrays and objects, empty ones, keys that occur twice */
    DETAILS_SHAPES,
};

enum { DETAILS_VARIANTS = 4 };

/* Templates (simulator/template.h) with the markers of simulator/vocabulary.h; an empty one means
 * no details. Every shape has exactly DETAILS_VARIANTS. */
extern const char *const details_templates[DETAILS_SHAPES][DETAILS_VARIANTS];
