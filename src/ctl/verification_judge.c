/* Comparing: what Slack has shown with what the ledger knows of it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/order.h"
#include "ctl/print.h"
#include "ctl/verification.h"
#include "daemon/daemon.h"

enum { DIGITS = 16 + 8 }; /* of an id, and of its entry's time */

static int compare_keys(const void *left, const void *right)
{
    uint64_t a = ((const struct seen_entry *)left)->key;
    uint64_t b = ((const struct seen_entry *)right)->key;
    return (a > b) - (a < b);
}

static struct output_totals *totals_of(struct verification *verification, const char *name)
{
    for (size_t i = 0; i < verification->output_count; i++)
        if (strcmp(verification->outputs[i].name, name) == 0)
            return &verification->outputs[i];
    if (verification->output_count == LIMIT_OUTPUTS)
        return NULL;
    struct output_totals *totals = &verification->outputs[verification->output_count++];
    *totals = (struct output_totals){0};
    (void)snprintf(totals->name, sizeof(totals->name), "%s", name); /* a name fits */
    return totals;
}

static const struct seen_entry *entry_at(
    const struct verification *verification, const struct json_value *places, size_t i)
{
    int64_t place = json_integer(json_at(places, i), -1);
    return place < 0 || place >= (int64_t)verification->count ? NULL : &verification->chunk[place];
}

static void note_lack(struct output_totals *output, const struct seen_entry *entry)
{
    bool first = output->found[FINDING_NEVER]++ == 0;
    output->lacks_from = first ? entry->time : lower(output->lacks_from, entry->time);
    output->lacks_to = first ? entry->time : higher(output->lacks_to, entry->time);
}

static int find_at(struct verification *verification, struct output_totals *output,
    const struct json_value *places, enum finding finding)
{
    int r = 0;
    for (size_t i = 0; r >= 0 && i < json_length(places); i++) {
        const struct seen_entry *entry = entry_at(verification, places, i);
        if (entry == NULL)
            return ERROR_INVALID;
        if (finding == FINDING_NEVER)
            note_lack(output, entry);
        else
            output->found[finding]++;
        r = verification_tell_finding(verification, output, finding, entry);
    }
    return r;
}

/* Ids that the store does not know: forgotten, not read yet, or never stored. */
static int judge_unknown(struct verification *verification, struct output_totals *output,
    const struct json_value *places, const struct json_value *result, int64_t *unjudged)
{
    int64_t judged_from = json_integer(json_get(result, "judged_from"), INT64_MAX);
    int64_t settled = json_integer(json_get(result, "settled_until"), -1);
    int r = 0;
    *unjudged = 0;
    for (size_t i = 0; r >= 0 && i < json_length(places); i++) {
        const struct seen_entry *entry = entry_at(verification, places, i);
        if (entry == NULL)
            return ERROR_INVALID;
        if (entry->time < judged_from) {
            ++*unjudged;
        } else if (entry->time >= settled) {
            output->pending++;
        } else {
            note_lack(output, entry);
            r = verification_tell_finding(verification, output, FINDING_NEVER, entry);
        }
    }
    return r;
}

static int judge_output(struct verification *verification, const struct json_value *answer,
    const struct json_value *result, int64_t *unjudged)
{
    const char *name = json_string(json_get(answer, "output"));
    struct output_totals *output = name == NULL ? NULL : totals_of(verification, name);
    if (output == NULL)
        return ERROR_INVALID;
    output->got += json_integer(json_get(answer, "got"), 0);
    output->unwanted += json_integer(json_get(answer, "unwanted"), 0);
    output->pending += json_integer(json_get(answer, "pending"), 0);
    output->before += json_integer(json_get(answer, "before"), 0);
    int r = 0;
    for (enum finding finding = 0; r >= 0 && finding < FINDINGS; finding++)
        r = find_at(verification, output, json_get(answer, finding_names[finding]), finding);
    return r < 0
               ? r
               : judge_unknown(verification, output, json_get(answer, "unknown"), result, unjudged);
}

static int take_answer(struct verification *verification, const struct json_value *result)
{
    const struct json_value *outputs = json_get(result, "outputs");
    int64_t forgotten = 0;
    int r = 0;
    for (size_t i = 0; r >= 0 && i < json_length(outputs); i++) {
        int64_t unjudged;
        r = judge_output(verification, json_at(outputs, i), result, &unjudged);
        forgotten = r < 0 ? 0 : higher(forgotten, unjudged);
    }
    verification->unjudged += forgotten;
    verification->unjudged_until = json_integer(json_get(result, "judged_from"), -1);
    return r < 0 ? print_complaint(DAEMON_EXIT_TRY_AGAIN, "the daemon's answer cannot be read")
                 : DAEMON_EXIT_DONE;
}

/* Ascending, each once. */
static void sort_chunk(struct verification *verification)
{
    struct seen_entry *chunk = verification->chunk;
    size_t count = 0;
    qsort(chunk, verification->count, sizeof(*chunk), compare_keys);
    for (size_t i = 0; i < verification->count; i++)
        if (count == 0 || chunk[count - 1].key != chunk[i].key)
            chunk[count++] = chunk[i];
    verification->count = count;
}

int verification_judge(struct verification *verification)
{
    char oldest[24], latest[24], ids[VERIFICATION_CHUNK * DIGITS + 1];
    int64_t low = INT64_MAX, high = -1;
    sort_chunk(verification);
    for (size_t i = 0; i < verification->count; i++) {
        const struct seen_entry *entry = &verification->chunk[i];
        low = lower(low, entry->time);
        high = higher(high, entry->time);
        (void)snprintf(ids + i * DIGITS, DIGITS + 1, "%016" PRIx64 "%08" PRIx32, entry->key,
            (uint32_t)entry->time); /* all fit */
    }
    (void)snprintf(oldest, sizeof(oldest), "%" PRId64, low);  /* fits */
    (void)snprintf(latest, sizeof(latest), "%" PRId64, high); /* fits */
    const char *const words[] = {"ledger", "judge", verification->source, oldest, latest, ids};
    const struct json_value *result = NULL;
    int exit_code = verification->count == 0
                        ? DAEMON_EXIT_DONE
                        : asker_result(&verification->asker, words, 6, &result);
    if (exit_code == DAEMON_EXIT_DONE && result != NULL)
        exit_code = take_answer(verification, result);
    verification->entries += (int64_t)verification->count;
    verification->count = 0;
    return exit_code;
}
