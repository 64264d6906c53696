#include "output/delivery_parts.h"

bool fates_answer_is_lost(const struct output_answer *answer)
{
    if (answer->status == 502 || answer->status == 504)
        return true; /* a gateway's, which does not know either */
    return answer->status == 0 && (answer->transport == SLACKAUDIT_TRANSPORT_TIMEOUT ||
                                      answer->transport == SLACKAUDIT_TRANSPORT_RESET);
}

/* Of each entry: that of its message, or nobody wanted it. */
static int list_messages(struct stretch *stretch, enum store_fate fate)
{
    const struct encoding *encoding = stretch->encoding;
    struct fate_run run = {.count = 0};
    uint64_t next = stretch->first;
    int code = 0;
    for (size_t i = 0; code == 0 && i < encoding->count; i++) {
        uint64_t sequence = encoding->sequences[i];
        code = fates_add(&stretch->fates, &run, sequence - next, STORE_UNWANTED);
        if (code == 0)
            code = fates_add(&stretch->fates, &run, 1, fate);
        next = sequence + 1;
    }
    if (code == 0)
        code = fates_add(&stretch->fates, &run, stretch->end - next, STORE_UNWANTED);
    return code == 0 ? fates_end(&stretch->fates, &run) : code;
}

int fates_note(struct stretch *stretch, enum store_fate fate)
{
    const struct encoding *encoding = stretch->encoding;
    stretch->fate = fate;
    buffer_clear(&stretch->fates);
    bool all_wanted = encoding->count == stretch->end - stretch->first;
    return all_wanted ? 0 : list_messages(stretch, fate);
}

static int add_stretch(struct buffer *list, struct fate_run *run, const struct stretch *stretch)
{
    if (stretch->fates.size == 0)
        return fates_add(list, run, stretch->end - stretch->first, stretch->fate);
    struct slice left = buffer_slice(&stretch->fates);
    struct fate_run each;
    int code = 0;
    while (code == 0 && fates_next(&left, &each) > 0)
        code = fates_add(list, run, each.count, each.fate);
    return code;
}

int fates_gather(
    const struct delivery_source *source, uint64_t end, struct buffer *list, struct error *error)
{
    struct fate_run run = {.count = 0};
    int code = 0;
    for (const struct stretch *stretch = source->head;
         code == 0 && stretch != NULL && stretch->end <= end; stretch = stretch->next)
        code = add_stretch(list, &run, stretch);
    if (code == 0 && list->size == 0 && run.fate == STORE_DELIVERED)
        return 0; /* each delivered once: that is what no list says */
    if (code == 0)
        code = fates_end(list, &run);
    return code < 0 ? error_set(error, code, "no memory for the ledger") : 0;
}
