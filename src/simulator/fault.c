#include "simulator/fault.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/units.h"

static const struct {
    const char *name;
    enum fault_scope scope;
    int64_t for_us; /* unless given */
} kinds[FAULT_KINDS] = {
    [FAULT_NONE] = {"none", FAULT_SCOPE_CALL, 0},
    [FAULT_429] = {"429", FAULT_SCOPE_CALL, 1 * USEC_PER_SEC},
    [FAULT_500] = {"500", FAULT_SCOPE_CALL, 0},
    [FAULT_503] = {"503", FAULT_SCOPE_CALL, 1 * USEC_PER_SEC},
    [FAULT_RESET] = {"reset", FAULT_SCOPE_CALL, 0},
    [FAULT_RESET_BODY] = {"reset-body", FAULT_SCOPE_CALL, 0},
    [FAULT_TRUNCATE] = {"truncate", FAULT_SCOPE_CALL, 0},
    [FAULT_HTML] = {"html", FAULT_SCOPE_CALL, 0},
    [FAULT_BROKEN_JSON] = {"broken-json", FAULT_SCOPE_CALL, 0},
    [FAULT_UNAUTHORIZED] = {"unauthorized", FAULT_SCOPE_CALL, 0},
    [FAULT_SLOW] = {"slow", FAULT_SCOPE_CALL, 3 * USEC_PER_SEC},
    [FAULT_STALL] = {"stall", FAULT_SCOPE_CALL, 3 * USEC_PER_SEC},
    [FAULT_REPEAT_ENTRIES] = {"repeat-entries", FAULT_SCOPE_LOGS, 0},
    [FAULT_WRONG_ORDER] = {"wrong-order", FAULT_SCOPE_LOGS, 0},
    [FAULT_OUTSIDE] = {"outside", FAULT_SCOPE_LOGS, 0},
    [FAULT_REPEAT_CURSOR] = {"repeat-cursor", FAULT_SCOPE_CURSOR, 0},
    [FAULT_EXPIRE_CURSOR] = {"expire-cursor", FAULT_SCOPE_CURSOR, 0},
};

const char *fault_kind_name(enum fault_kind kind)
{
    return kinds[kind].name;
}

static enum fault_kind kind_of(const char *name)
{
    for (int kind = FAULT_NONE + 1; kind < FAULT_KINDS; kind++) {
        if (strcmp(kinds[kind].name, name) == 0)
            return (enum fault_kind)kind;
    }
    return FAULT_NONE;
}

static bool read_count(const char *text, uint64_t *ret_count)
{
    char *end;
    if (*text < '0' || *text > '9')
        return false;
    unsigned long long count = strtoull(text, &end, 10);
    if (*end != '\0' || count == 0 || count > INT64_MAX)
        return false;
    *ret_count = count;
    return true;
}

static bool read_probability(const char *text, double *ret_probability)
{
    char *end;
    double probability = strtod(text, &end);
    if (end == text || *end != '\0' || !(probability > 0 && probability <= 1))
        return false;
    *ret_probability = probability;
    return true;
}

/* Reads one `name=value`. */
static int read_when(struct fault_rule *rule, char *text, struct error *error)
{
    char *value = strchr(text, '=');
    if (value == NULL)
        return error_set(error, ERROR_INVALID,
            "\"%s\" is none of every=N, at=N, count=N, probability=P and for=DURATION", text);
    *value++ = '\0';
    bool is_good = false;
    if (strcmp(text, "every") == 0)
        is_good = read_count(value, &rule->every);
    else if (strcmp(text, "at") == 0)
        is_good = read_count(value, &rule->at);
    else if (strcmp(text, "count") == 0)
        is_good = read_count(value, &rule->count);
    else if (strcmp(text, "probability") == 0)
        is_good = read_probability(value, &rule->probability);
    else if (strcmp(text, "for") == 0)
        is_good = units_parse_duration(value, &rule->for_us, NULL) == 0;
    else
        return error_set(
            error, ERROR_INVALID, "\"%s\" is none of every, at, count, probability and for", text);
    if (!is_good)
        return error_set(error, ERROR_INVALID,
            "\"%s=%s\": counts are 1 or more, a probability is above 0 and at most 1, a duration "
            "like 3s",
            text, value);
    return 0;
}

static int read_rule(struct fault_rule *rule, char *text, struct error *error)
{
    char *rest = strchr(text, ':');
    if (rest != NULL)
        *rest++ = '\0';
    enum fault_kind kind = kind_of(text);
    if (kind == FAULT_NONE)
        return error_set(error, ERROR_INVALID, "there is no fault of the kind \"%s\"", text);
    if (rest == NULL)
        return error_set(
            error, ERROR_INVALID, "it must say when, as in %s:every=10 or %s:at=3", text, text);
    *rule = (struct fault_rule){.kind = kind, .for_us = kinds[kind].for_us};
    char *place = NULL;
    for (char *when = strtok_r(rest, ",", &place); when != NULL;
         when = strtok_r(NULL, ",", &place)) {
        int r = read_when(rule, when, error);
        if (r < 0)
            return r;
    }
    int ways = (rule->every > 0) + (rule->at > 0) + (rule->probability > 0);
    if (ways > 1 || (ways == 0 && rule->count == 0))
        return error_set(
            error, ERROR_INVALID, "it needs one of every=N, at=N, probability=P, or count=N alone");
    return 0;
}

int fault_plan_add(struct fault_plan *plan, const char *text, struct error *error)
{
    if (plan->rule_count == FAULT_RULES_MOST)
        return error_set(
            error, ERROR_LIMIT, "fault \"%s\": at most %d rules", text, FAULT_RULES_MOST);
    _cleanup_free_ char *copy = strdup(text);
    if (copy == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the faults");
    int r = read_rule(&plan->rules[plan->rule_count], copy, error);
    if (r < 0)
        return error_prefix(error, r, "fault \"%s\"", text);
    plan->rule_count++;
    return 0;
}

int fault_plan_replace(struct fault_plan *plan, const char *text, struct error *error)
{
    struct fault_plan made = {.dice = plan->dice};
    _cleanup_free_ char *copy = strdup(text);
    if (copy == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the faults");
    char *place = NULL;
    for (char *line = strtok_r(copy, "\r\n", &place); line != NULL;
         line = strtok_r(NULL, "\r\n", &place)) {
        int r = fault_plan_add(&made, line, error);
        if (r < 0)
            return r;
    }
    *plan = made;
    return 0;
}

/* Counts a call and says whether the rule's turn has come, apart from its limit of strikes. */
static bool is_turn(struct fault_rule *rule, struct dice *dice)
{
    rule->calls++;
    if (rule->every > 0)
        return rule->calls % rule->every == 0;
    if (rule->at > 0)
        return rule->calls >= rule->at;
    if (rule->probability > 0)
        return dice_is_within(dice_roll(dice), rule->probability * 100);
    return true;
}

static uint64_t strikes_most(const struct fault_rule *rule)
{
    if (rule->count > 0)
        return rule->count;
    return rule->at > 0 ? 1 : UINT64_MAX;
}

struct fault fault_plan_draw(struct fault_plan *plan, enum fault_scope scope)
{
    struct fault_rule *striking = NULL;
    for (size_t i = 0; i < plan->rule_count; i++) {
        struct fault_rule *rule = &plan->rules[i];
        if (scope < kinds[rule->kind].scope)
            continue;
        bool is_due = is_turn(rule, &plan->dice) || rule->is_due;
        if (!is_due || rule->strikes >= strikes_most(rule))
            continue;
        rule->is_due = striking != NULL;
        if (striking == NULL)
            striking = rule;
    }
    if (striking == NULL)
        return (struct fault){.kind = FAULT_NONE};
    striking->strikes++;
    return (struct fault){.kind = striking->kind, .for_us = striking->for_us};
}
