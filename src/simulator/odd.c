#include "simulator/odd.h"

#include <stdlib.h>
#include <string.h>

#include "simulator/dice.h"

static const char *const names[ODD_KINDS] = {
    [ODD_NONE] = "none",
    [ODD_NO_ID] = "no-id",
    [ODD_NO_DATE] = "no-date",
    [ODD_HUGE] = "huge",
    [ODD_DEEP] = "deep",
    [ODD_INVALID_UTF8] = "invalid-utf8",
    [ODD_UNKNOWN_ENTITY] = "unknown-entity",
    [ODD_NOT_AN_OBJECT] = "not-an-object",
    [ODD_DUPLICATE_ID] = "duplicate-id",
};

const char *odd_kind_name(enum odd_kind kind)
{
    return names[kind];
}

static enum odd_kind kind_of(const char *name, size_t size)
{
    for (int kind = ODD_NONE + 1; kind < ODD_KINDS; kind++) {
        if (strlen(names[kind]) == size && memcmp(names[kind], name, size) == 0)
            return (enum odd_kind)kind;
    }
    return ODD_NONE;
}

int odd_plan_add(struct odd_plan *plan, const char *text, struct error *error)
{
    size_t name_size = strcspn(text, "=");
    enum odd_kind kind = kind_of(text, name_size);
    if (kind == ODD_NONE)
        return error_set(error, ERROR_INVALID,
            "odd entry \"%s\": the kinds are no-id, no-date, huge, deep, invalid-utf8, "
            "unknown-entity, "
            "not-an-object and duplicate-id, each with or without =COUNT",
            text);
    unsigned long long count = 1;
    if (text[name_size] == '=') {
        char *end;
        const char *number = text + name_size + 1;
        count = *number >= '0' && *number <= '9' ? strtoull(number, &end, 10) : 0;
        if (count == 0 || *end != '\0')
            return error_set(
                error, ERROR_INVALID, "odd entry \"%s\": the count must be 1 or more", text);
    }
    if (count > ODD_MOST - plan->count)
        return error_set(error, ERROR_LIMIT, "odd entry \"%s\": at most %d in all", text, ODD_MOST);
    memset(plan->kinds + plan->count, kind, count);
    plan->count += (uint32_t)count;
    return 0;
}

int odd_plan_place(struct odd_plan *plan, uint64_t entries, uint64_t seed, struct error *error)
{
    if (plan->count == 0)
        return 0;
    if (entries / 2 < plan->count)
        return error_set(error, ERROR_INVALID,
            "%u odd entries need a history of at least %u entries, not %llu", plan->count,
            2 * plan->count, (unsigned long long)entries);
    struct dice dice = {.state = seed};
    for (uint32_t i = plan->count - 1; i > 0; i--) {
        uint32_t other = dice_below(&dice, i + 1);
        uint8_t kind = plan->kinds[i];
        plan->kinds[i] = plan->kinds[other];
        plan->kinds[other] = kind;
    }
    plan->entries = entries;
    return 0;
}
