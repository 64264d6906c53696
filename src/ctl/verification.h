/*
 * A verification at work: what Slack shows of a range, gathered some hundreds of entries at a time,
 * what the ledger says that every output got of them, and what is told of it. Findings are told as
 * they come; nothing grows with the range.
 *
 * Asking (the walk over the API, and the repair) stands in verb_verify.c, comparing in
 * verification_judge.c, showing in verification_tell.c.
 */
#pragma once

#include "base/buffer.h"
#include "base/limits.h"
#include "ctl/api.h"
#include "ctl/asker.h"
#include "ctl/progress.h"
#include "ctl/verb.h"

enum { VERIFICATION_CHUNK = 1500 };

/* What is to be told of an entry at an output. */
enum finding {
    FINDING_NEVER,
    FINDING_TWICE,
    FINDING_DEAD,
    /* From here on nothing is wrong: */
    FINDING_POSSIBLY_TWICE,
    FINDING_REDELIVERED,
    FINDING_REREAD,
    FINDING_BACKFILLED,
    FINDINGS,
};

static inline bool finding_is_fault(enum finding finding)
{
    return finding < FINDING_POSSIBLY_TWICE;
}

/* As machines are told it, and as the daemon calls it. */
extern const char *const finding_names[FINDINGS];

/* An entry of Slack's. */
struct seen_entry {
    uint64_t key;
    int64_t time;
    char id[LIMIT_ENTRY_ID + 1]; /* "" where it has none */
};

struct output_totals {
    char name[LIMIT_NAME + 1];
    int64_t got, unwanted, pending, before, found[FINDINGS];
    int64_t lacks_from, lacks_to; /* times of what it never got */
    int64_t mended;
};

struct verification {
    const struct ctl_request *request;
    struct api api;
    struct asker asker;
    struct progress progress;
    const char *source;
    int64_t from, to;
    struct seen_entry *chunk; /* VERIFICATION_CHUNK of them */
    size_t count;
    struct output_totals outputs[LIMIT_OUTPUTS];
    size_t output_count;
    int64_t entries, findings, faults;
    int64_t unjudged, unjudged_until; /* entries that the ledger has forgotten, all before then */
    struct buffer text;
};

/* Asks the ledger about the entries of the chunk, notes and tells what it says, and empties the
 * chunk. Returns an exit code, having said what is wrong. */
int verification_judge(struct verification *verification);

/* One finding, as it comes. Returns 0, or what its JSON was refused with. */
int verification_tell_finding(struct verification *verification, const struct output_totals *output,
    enum finding finding, const struct seen_entry *entry);

/* What all of it came to, for people. */
void verification_tell_end(struct verification *verification);

/* The end of the JSON object that the verb has begun, whatever happened. */
void verification_end_json(struct verification *verification, int exit_code);
