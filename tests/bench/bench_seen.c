/*
 * Bytes an id of the seen-set: fills a set, then forgets it from its old end in steps, and prints
 * for either the ids and the worst ratio of memory to ids on the way, from the first 10,000 ids on
 * (the smallest array has room for 1,024).
 *
 *     bench_seen [IDS]
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/seen.h"

enum { FIRST = 10000, LOOK_EVERY = 97, STEPS = 200 };

static const size_t slack = (size_t)1 << 20; /* of the process's memory that is not the set's */

static void check(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "bench_seen: %s\n", what);
    exit(EXIT_FAILURE);
}

static struct hash_key key_of_number(size_t number)
{
    char text[40];
    int size = snprintf(text, sizeof(text), "%08zx-6c7d-8900-e12f-%012zx", number * 7919, number);
    return hash_key_of((struct slice){.data = text, .size = (size_t)size});
}

/* This program's own memory in bytes: "VmHWM" is the most that was ever resident, "VmRSS" what is
 * now. */
static size_t memory(const char *name)
{
    char line[256];
    size_t kib = 0, length = strlen(name);
    FILE *file = fopen("/proc/self/status", "r");
    check(file != NULL, "the kernel gives no account of memory");
    while (kib == 0 && fgets(line, sizeof(line), file) != NULL)
        if (strncmp(line, name, length) == 0 && line[length] == ':')
            kib = strtoul(line + length + 1, NULL, 10);
    fclose(file);
    check(kib > 0, "the kernel's account of memory has another form");
    return kib << 10;
}

static void look(const struct seen *seen, double *worst)
{
    if (seen->count < FIRST)
        return;
    double bytes = (double)seen_memory(seen) / (double)seen->count;
    if (bytes > *worst)
        *worst = bytes;
}

int main(int argc, char **argv)
{
    long given = argc > 1 ? atol(argv[1]) : 2000000;
    check(given >= 2 * FIRST, "usage: bench_seen [IDS], at least 20000");
    size_t ids = (size_t)given;
    struct seen seen = {0};
    double filling = 0, forgetting = 0;
    size_t before = memory("VmRSS");
    for (size_t i = 0; i < ids; i++) {
        check(seen_add(&seen, key_of_number(i), (int64_t)i + 1) == 1, "an id is not new");
        if (i % LOOK_EVERY == 0)
            look(&seen, &filling);
    }
    check(seen.count == ids, "ids are missing");
    check(memory("VmHWM") < before + seen_memory(&seen) + slack, "there was more than the set has");
    printf("filling %zu %.2f\n", ids, filling);
    for (size_t step = 1; step < STEPS; step++) {
        seen_forget(&seen, 0, (int64_t)(ids * step / STEPS) + 1);
        check(seen.count == ids - ids * step / STEPS, "ids are missing");
        look(&seen, &forgetting);
    }
    check(memory("VmRSS") < before + seen_memory(&seen) + slack, "what was forgotten is kept");
    printf("forgetting %zu %.2f\n", ids, forgetting);
    seen_deinit(&seen);
    return EXIT_SUCCESS;
}
