#include "base/seen.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

/* A slot is empty while its time is 0; a key of that time is kept with time 1. */
struct seen_slot {
    struct hash_key key;
    uint32_t time;
};

enum {
    SEEN_FIRST = 1024, /* homes of the first array */
    SEEN_FULL =
        87, /* percent in use at which it grows by a quarter: 16 / 0.87 * 1.25 = 23 bytes an id */
    SEEN_SPARSE = 68, /* percent in use below which it shrinks: 16 / 0.68 and the overflow = 23.6
                         bytes an id */
};

/* Behind the last home, room for keys that were pushed on; grows with the array because clusters
 * do. */
static size_t overflow_of(size_t home_count)
{
    return 64 + home_count / 256;
}

/* Monotone in the key's first word, so that order by key and order by home agree at every size of
 * the array. */
static size_t home_of(size_t home_count, struct hash_key key)
{
    return (size_t)(((uint64_t)key.word[0] * home_count) >> 32);
}

static bool is_empty(const struct seen_slot *slot)
{
    return slot->time == 0;
}

static bool same_key(struct hash_key left, struct hash_key right)
{
    return left.word[0] == right.word[0] && left.word[1] == right.word[1] &&
           left.word[2] == right.word[2];
}

void seen_deinit(struct seen *seen)
{
    free(seen->slots);
    *seen = (struct seen){0};
}

size_t seen_memory(const struct seen *seen)
{
    return seen->slot_count * sizeof(struct seen_slot);
}

/* Where the key stands, or where it would be put in: the first slot at or behind its home that is
 * empty or holds a greater key. */
static size_t place_of(const struct seen *seen, struct hash_key key, bool *ret_found)
{
    size_t place = home_of(seen->home_count, key);
    *ret_found = false;
    for (; place < seen->slot_count && !is_empty(&seen->slots[place]); place++) {
        const struct seen_slot *slot = &seen->slots[place];
        if (same_key(slot->key, key)) {
            *ret_found = true;
            return place;
        }
        if (slot->key.word[0] > key.word[0])
            return place;
    }
    return place;
}

/* Seconds whose keys are dropped: [from, to). */
struct dropped {
    uint32_t from, to;
};

/* Lays the keys of `slots[from..from + count)` out again from the front for `home_count` homes,
 * without the dropped ones. Each key's new place is never behind the place it is read from
 * (see resize), so this works within one array. Returns the slots used, or 0 when the overflow does
 * not suffice. */
static size_t lay_out(
    struct seen *seen, size_t from, size_t count, size_t home_count, struct dropped dropped)
{
    size_t next = 0;
    seen->count = 0;
    for (size_t i = from; i < from + count; i++) {
        struct seen_slot slot = seen->slots[i];
        seen->slots[i].time = 0;
        if (is_empty(&slot) || (slot.time >= dropped.from && slot.time < dropped.to))
            continue;
        size_t place = home_of(home_count, slot.key);
        if (place < next)
            place = next;
        seen->slots[place] = slot;
        seen->count++;
        next = place + 1;
    }
    return next;
}

/* Grows the array in place: the old slots move to its end and are laid out again from the front. A
 * key that is pushed `d` slots from its home now is pushed no more than that in a larger array, and
 * its home moves by less than the array grows, so writing never passes reading. */
static int grow(struct seen *seen)
{
    size_t home_count =
        seen->home_count == 0 ? SEEN_FIRST : seen->home_count + seen->home_count / 4;
    size_t slot_count = home_count + overflow_of(home_count);
    if (seen->count > LIMIT_SEEN)
        return ERROR_LIMIT;
    struct seen_slot *slots = realloc(seen->slots, slot_count * sizeof(*slots));
    if (slots == NULL)
        return ERROR_MEMORY;
    size_t old_count = seen->slot_count;
    size_t shift = slot_count - old_count;
    memmove(slots + shift, slots, old_count * sizeof(*slots));
    memset(slots, 0, shift * sizeof(*slots));
    seen->slots = slots;
    (void)lay_out(seen, shift, old_count, home_count,
        (struct dropped){0}); /* fits: every key moved forward by less than `shift` */
    seen->home_count = home_count;
    seen->slot_count = slot_count;
    return 0;
}

int seen_add(struct seen *seen, struct hash_key key, int64_t time)
{
    if (seen->count * 100 >= seen->home_count * SEEN_FULL) {
        int r = grow(seen);
        if (r < 0)
            return r;
    }
    bool found;
    size_t place = place_of(seen, key, &found);
    if (found)
        return 0;
    size_t end = place;
    while (end < seen->slot_count && !is_empty(&seen->slots[end]))
        end++;
    if (end == seen->slot_count) { /* the overflow is used up: rare, and a larger array has more */
        int r = grow(seen);
        return r < 0 ? r : seen_add(seen, key, time);
    }
    memmove(&seen->slots[place + 1], &seen->slots[place], (end - place) * sizeof(seen->slots[0]));
    uint32_t kept = time <= 0 ? 1 : time > UINT32_MAX ? UINT32_MAX : (uint32_t)time;
    seen->slots[place] = (struct seen_slot){.key = key, .time = kept};
    seen->count++;
    return 1;
}

bool seen_has(const struct seen *seen, struct hash_key key)
{
    bool found = false;
    if (seen->home_count > 0)
        (void)place_of(seen, key, &found); /* only whether it is there */
    return found;
}

void seen_remove(struct seen *seen, struct hash_key key)
{
    bool found = false;
    size_t place = seen->home_count == 0 ? 0 : place_of(seen, key, &found);
    if (!found)
        return;
    /* Pulls back the keys behind it that are not at home. */
    size_t next = place + 1;
    while (next < seen->slot_count && !is_empty(&seen->slots[next]) &&
           home_of(seen->home_count, seen->slots[next].key) < next) {
        seen->slots[next - 1] = seen->slots[next];
        next++;
    }
    seen->slots[next - 1].time = 0;
    seen->count--;
}

static uint32_t clamp(int64_t time)
{
    return time <= 0 ? 0 : time > UINT32_MAX ? UINT32_MAX : (uint32_t)time;
}

void seen_forget(struct seen *seen, int64_t from, int64_t to)
{
    if (seen->home_count == 0)
        return;
    struct dropped dropped = {.from = clamp(from), .to = clamp(to)};
    (void)lay_out(seen, 0, seen->slot_count, seen->home_count,
        dropped); /* keys only move towards their homes */
    if (seen->count * 100 >= seen->home_count * SEEN_SPARSE || seen->home_count <= SEEN_FIRST)
        return;
    size_t home_count = seen->count * 100 / (SEEN_FULL - 10) + 1;
    if (home_count < SEEN_FIRST)
        home_count = SEEN_FIRST;
    size_t used = lay_out(seen, 0, seen->slot_count, home_count, (struct dropped){0});
    size_t slot_count = home_count + overflow_of(home_count);
    if (slot_count < used)
        slot_count = used;
    seen->home_count = home_count;
    seen->slot_count = slot_count;
    struct seen_slot *slots = realloc(seen->slots, slot_count * sizeof(*slots));
    if (slots != NULL) /* else the larger array serves as well */
        seen->slots = slots;
}
