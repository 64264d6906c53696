/*
 * One entry of the made history: a pure function of the seed, its index, its time and what is odd
 * about it.
 *
 * Drawing an entry settles what a filter asks about (action, actor, entity) and is cheap; writing
 * it makes the text. A drawn entry owns nothing.
 */
#pragma once

#include "base/buffer.h"
#include "simulator/actions.h"
#include "simulator/dice.h"
#include "simulator/odd.h"
#include "simulator/vocabulary.h"

struct entry {
    uint64_t index; /* 0 is the oldest */
    int64_t date;   /* date_create */
    enum odd_kind odd;
    const struct action *action;
    uint32_t actor;
    enum entity_type entity_type;
    uint32_t entity;  /* below ENTITY_NUMBERS */
    struct dice dice; /* the rest is drawn from these */
};

enum { ENTRY_ID_SIZE = 36, ENTRY_NAME_SIZE = 24 };

void entry_draw(struct entry *ret_entry, const struct vocabulary *vocabulary, uint64_t index,
    int64_t date, enum odd_kind odd);

/* The id of the entry at `index`: shaped like a UUID, but one in sixteen is none, for it has
 * letters past `f`. It is unique, for it holds all bits of a bijection of the index. */
void entry_write_id(struct writer *writer, uint64_t seed, uint64_t index);

/* The ids that the filters `actor` and `entity` compare with. `text` has ENTRY_NAME_SIZE bytes
 * where it is asked for. */
struct slice entry_actor_id(const struct entry *entry, const struct vocabulary *vocabulary);
struct slice entry_entity_id(
    const struct entry *entry, const struct vocabulary *vocabulary, char *text);
void entry_write_entity_id(
    const struct entry *entry, const struct vocabulary *vocabulary, struct writer *writer);

/* Appends the entry in one line, padded to at least `least_size` bytes. The bytes of an
 * ODD_DUPLICATE_ID are those of an ordinary entry: its caller draws the entry before it. Returns 0
 * or what the buffer refused with. */
int entry_append(const struct entry *entry, const struct vocabulary *vocabulary, size_t least_size,
    struct buffer *output);
