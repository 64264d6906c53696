/* Showing: findings as they come, and what a verification has found in the end. */
#include <inttypes.h>
#include <stdio.h>

#include "base/json_writer.h"
#include "base/order.h"
#include "base/units.h"
#include "ctl/print.h"
#include "ctl/verification.h"
#include "daemon/daemon.h"

const char *const finding_names[FINDINGS] = {
    "never", "twice", "dead_letter", "possibly_twice", "redelivered", "reread", "backfilled"};
/* What somebody asked for is only counted: by the thousand it would hide what is wrong. */
static const char *const finding_words[FINDINGS] = {
    [FINDING_NEVER] = "never got",
    [FINDING_TWICE] = "got twice",
    [FINDING_DEAD] = "in dead letter",
    [FINDING_POSSIBLY_TWICE] = "may have got twice, since no answer had come,",
    [FINDING_REREAD] = "got again, since the store had it damaged,",
};

static void count(struct verification *verification, enum finding finding)
{
    verification->findings++;
    verification->faults += finding_is_fault(finding);
}

int verification_tell_finding(struct verification *verification, const struct output_totals *output,
    enum finding finding, const struct seen_entry *entry)
{
    char time[UNITS_TEXT_SIZE];
    (void)units_format_time(entry->time, time); /* returns its buffer */
    const char *id = entry->id[0] == '\0' ? NULL : entry->id;
    if (!verification->request->json) {
        count(verification, finding);
        if (finding_words[finding] == NULL)
            return 0;
        progress_clear(&verification->progress);
        print_fit(stdout, "%s: %s %s of %s\n", output->name, finding_words[finding],
            id == NULL ? "an entry without an id" : id, time);
        return 0;
    }
    struct json_writer writer = {
        .output = &verification->text, .needs_comma = verification->findings > 0};
    buffer_clear(&verification->text);
    json_writer_open(&writer, NULL, '{');
    json_writer_string(&writer, "output", output->name);
    json_writer_string(&writer, "finding", finding_names[finding]);
    json_writer_boolean(&writer, "fault", finding_is_fault(finding));
    json_writer_string(&writer, "id", id);
    json_writer_string(&writer, "time", time);
    json_writer_close(&writer, '}');
    printf("%.*s", SLICE_PRINT(buffer_slice(&verification->text)));
    count(verification, finding);
    return json_writer_end(&writer);
}

/* What is no fault is told where there is any, so that the line fits a terminal. */
static void tell_amount(const char *what, int64_t amount)
{
    if (amount > 0)
        printf(", %s %" PRId64, what, amount);
}

static void tell_output(const struct output_totals *output)
{
    int64_t redelivered = output->found[FINDING_REDELIVERED];
    int64_t backfilled = output->found[FINDING_BACKFILLED];
    printf("%s: got %" PRId64 ", never got %" PRId64 ", got twice %" PRId64
           ", in dead letter %" PRId64,
        output->name, output->got, output->found[FINDING_NEVER], output->found[FINDING_TWICE],
        output->found[FINDING_DEAD]);
    tell_amount("on the way", output->pending);
    tell_amount("does not want", output->unwanted);
    tell_amount("from before its time", output->before);
    printf("\n");
    if (output->found[FINDING_POSSIBLY_TWICE] > 0)
        printf("%s: %" PRId64 " may have come twice: they were sent again, since no answer had "
               "come before the connection or the daemon ended\n",
            output->name, output->found[FINDING_POSSIBLY_TWICE]);
    if (redelivered > 0)
        printf("%s: %" PRId64 " came again after `checkpoint set`, as somebody asked\n",
            output->name, redelivered);
    if (backfilled > 0)
        printf("%s: %" PRId64 " came again by back-fills, as somebody asked\n", output->name,
            backfilled);
    if (output->found[FINDING_REREAD] > 0)
        printf("%s: %" PRId64 " came again, since they were read again when the store had them "
               "damaged\n",
            output->name, output->found[FINDING_REREAD]);
    if (output->mended > 0)
        printf(
            "%s: %" PRId64 " entries that it never got were sent\n", output->name, output->mended);
}

void verification_tell_end(struct verification *verification)
{
    char from[UNITS_TEXT_SIZE], to[UNITS_TEXT_SIZE], until[UNITS_TEXT_SIZE];
    for (size_t i = 0; i < verification->output_count; i++)
        tell_output(&verification->outputs[i]);
    if (verification->unjudged_until > verification->from)
        printf("not judged: %s to %s, of which the ledger knows no more (%" PRId64 " entries)\n",
            units_format_time(verification->from, from),
            units_format_time(lower(verification->unjudged_until, verification->to), until),
            verification->unjudged);
    printf("source %s, %s to %s: %" PRId64 " entries, %s\n", verification->source,
        units_format_time(verification->from, from), units_format_time(verification->to, to),
        verification->entries, verification->faults == 0 ? "nothing is wrong" : "NOT all well");
}

static void write_output_totals(struct json_writer *writer, const struct output_totals *output)
{
    json_writer_open(writer, NULL, '{');
    json_writer_string(writer, "output", output->name);
    json_writer_number(writer, "got", output->got);
    json_writer_number(writer, "unwanted", output->unwanted);
    json_writer_number(writer, "pending", output->pending);
    json_writer_number(writer, "before", output->before);
    for (size_t i = 0; i < FINDINGS; i++)
        json_writer_number(writer, finding_names[i], output->found[i]);
    json_writer_number(writer, "mended", output->mended);
    json_writer_close(writer, '}');
}

void verification_end_json(struct verification *verification, int exit_code)
{
    struct json_writer writer = {.output = &verification->text, .needs_comma = true};
    buffer_clear(&verification->text);
    json_writer_close(&writer, ']');
    json_writer_string(&writer, "source", verification->source);
    json_writer_time(&writer, "from", verification->from);
    json_writer_time(&writer, "to", verification->to);
    json_writer_number(&writer, "entries", verification->entries);
    json_writer_time(&writer, "not_judged_before",
        verification->unjudged_until > verification->from ? verification->unjudged_until : -1);
    json_writer_number(&writer, "not_judged_entries", verification->unjudged);
    json_writer_open(&writer, "outputs", '[');
    for (size_t i = 0; i < verification->output_count; i++)
        write_output_totals(&writer, &verification->outputs[i]);
    json_writer_close(&writer, ']');
    json_writer_close(&writer, '}');
    json_writer_boolean(&writer, "ok", exit_code == DAEMON_EXIT_DONE);
    json_writer_number(&writer, "exit", exit_code);
    json_writer_close(&writer, '}');
    printf("%.*s\n", SLICE_PRINT(buffer_slice(&verification->text)));
}
