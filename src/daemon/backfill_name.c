/* SOURCE//NUMBER/KIND/FROM-TO */
#include "daemon/backfill_name.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define BACKFILL "again"
#define REPAIR   "repair"

bool daemon_backfill_parse(const char *name, struct backfill_subject *ret_subject)
{
    struct backfill_subject subject = {.number = 0};
    struct slice source = source_configured(name);
    char kind[8];
    int end = 0;
    if (source.size > LIMIT_NAME ||
        sscanf(name + source.size, "//%ld/%7[a-z]/%" SCNd64 "-%" SCNd64 "%n", &subject.number, kind,
            &subject.from, &subject.to, &end) != 4 ||
        name[source.size + (size_t)end] != '\0')
        return false;
    (void)snprintf(
        subject.source, sizeof(subject.source), "%.*s", SLICE_PRINT(source)); /* it fits */
    subject.repairs = strcmp(kind, REPAIR) == 0;
    if (!subject.repairs && strcmp(kind, BACKFILL) != 0)
        return false;
    *ret_subject = subject;
    return true;
}

void daemon_backfill_name(const struct backfill_subject *subject, char name[BESIDE_NAME_SIZE])
{
    (void)snprintf(name, BESIDE_NAME_SIZE, "%s//%ld/%s/%" PRId64 "-%" PRId64, subject->source,
        subject->number, subject->repairs ? REPAIR : BACKFILL, subject->from,
        subject->to); /* it fits */
}

void daemon_backfill_show(const char *name, char *shown, size_t size)
{
    struct backfill_subject subject;
    if (!daemon_backfill_parse(name, &subject))
        (void)snprintf(shown, size, "%s", name); /* cut, as the header says; so below */
    else
        (void)snprintf(shown, size, "%s %s/%ld", subject.repairs ? "repair" : "back-fill",
            subject.source, subject.number);
}
