/*
 * What a request about dead letters is about: an output, and a place in one of its two files. The
 * answer names the place where the next request goes on, as "aside:OFFSET:SINCE" (in FILE.retry,
 * which a retry sets aside) or "file:OFFSET". SINCE says which file it is: when it was set aside.
 * Another retry may have ended that one and begun the next, with other letters in it.
 */
#pragma once

#include "base/json_writer.h"
#include "daemon/verbs.h"
#include "output/letters.h"

/* Of one request. */
enum { LETTERS_SLICE = 256, LETTERS_SLICE_BYTES = 1 << 20 };

struct letters_place {
    const struct verb_context *context;
    const struct config_output *output;
    char *aside_path;
    bool aside; /* in the file that was set aside */
    int64_t offset;
    int64_t since_ns; /* of the file that was set aside; 0: of whichever is there */
};

/* From the words of the verb: its two, the output, and maybe a place. ERROR_MISSING for an output
 * that is not configured, ERROR_INVALID for what is no place, ERROR_MEMORY. */
int letters_place_init(struct letters_place *place, const struct verb_context *context,
    const char *const *words, size_t count, struct error *error);
void letters_place_deinit(struct letters_place *place);

/* Where to go on, as the member `next`. */
void letters_place_write(const struct letters_place *place, struct json_writer *result);

/* Fills in which file is set aside, or fails with ERROR_INVALID when the place was in another one.
 * Where there is none, nothing changes. */
int letters_place_hold(struct letters_place *place, struct error *error);

/* The letter is whole, and one of the output's: a file may be that of several. */
bool letters_place_owns(const struct letters_place *place, const struct letter *letter);
