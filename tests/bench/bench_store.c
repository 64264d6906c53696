/*
 * What the store costs: writes pages of 9,999 entries of 650 bytes, then reads them back as one
 * output that acknowledges each MiB, and prints the processor time an entry of either side, with
 * the kernel's part apart. The figure without the kernel is the one that our code can change.
 *
 *     bench_store [PAGES [FOLDER]]
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "store/store.h"

enum { PAGE_ENTRIES = 9999, ENTRY_SIZE = 650, ACKNOWLEDGE_SIZE = 1 << 20 };

struct cost {
    double user, system, wall; /* seconds */
};

static double seconds(const struct timeval *time)
{
    return (double)time->tv_sec + (double)time->tv_usec / 1e6;
}

static struct cost cost_now(void)
{
    struct rusage usage;
    struct timespec wall;
    getrusage(RUSAGE_SELF, &usage);
    clock_gettime(CLOCK_MONOTONIC, &wall);
    return (struct cost){.user = seconds(&usage.ru_utime),
        .system = seconds(&usage.ru_stime),
        .wall = (double)wall.tv_sec + (double)wall.tv_nsec / 1e9};
}

static void report(const char *side, struct cost from, struct cost to, uint64_t entries)
{
    double scale = 1e6 / (double)entries;
    printf("%-8s %.3f us an entry: %.3f user, %.3f kernel; %.3f on the wall\n", side,
        (to.user - from.user + to.system - from.system) * scale, (to.user - from.user) * scale,
        (to.system - from.system) * scale, (to.wall - from.wall) * scale);
}

static void check(int result, const struct error *error)
{
    if (result >= 0)
        return;
    fprintf(stderr, "%s\n", error->text);
    exit(EXIT_FAILURE);
}

/* ---- Both sides ---- */

static void write_page(
    const struct store_type *type, struct store_source *source, const char *text, int64_t latest)
{
    struct error error = ERROR_INIT;
    struct store_page *page;
    check(type->page_begin(source, &page, &error), &error);
    for (int i = 0; i < PAGE_ENTRIES; i++) {
        int64_t number = latest - i;
        struct store_new_entry entry = {.bytes = {.data = text + number % 64, .size = ENTRY_SIZE},
            .time = number,
            .key = {{(uint32_t)number, (uint32_t)(number * 2654435761U), 7}}};
        check(type->page_append(page, &entry, &error), &error);
    }
    struct store_window window = {.kind = STORE_WINDOW_FULL, .latest = latest};
    check(type->commit(source, page, &window, STORE_CLOSE, NULL, &error), &error);
}

static uint64_t read_all(
    const struct store_type *type, struct store *store, struct store_source *source)
{
    struct error error = ERROR_INIT;
    struct slice none = {.data = NULL};
    struct store_block *block;
    uint64_t sequence = 1, bytes = 0, acknowledged = 0;
    int result;
    while ((result = type->read(source, sequence, &block, &error)) == 0) {
        for (size_t i = 0; i < block->count; i++)
            bytes += block->entries[i].bytes.size;
        sequence = block->first + block->count;
        type->block_release(store, block);
        if (bytes - acknowledged < ACKNOWLEDGE_SIZE)
            continue;
        check(type->acknowledge(store, "bench", source, sequence, none, none, &error), &error);
        acknowledged = bytes;
        do
            result = type->collect(store, &error);
        while (result > 0);
        check(result, &error);
    }
    check(result, &error);
    return bytes;
}

/* ---- The run ---- */

static struct store *open_store(
    const struct store_type *type, const char *folder, struct store_source **ret_source)
{
    struct error error = ERROR_INIT;
    struct store_options options = {.directory = folder, .max_bytes = UINT64_MAX};
    struct store *store;
    struct store_walk walk;
    uint64_t position;
    check(type->open(&store, &options, &error), &error);
    check(type->source(store, "bench", ret_source, &walk, &error), &error);
    check(type->attach(store, "bench", *ret_source, &position, &error), &error);
    return store;
}

int main(int argc, char **argv)
{
    int pages = argc > 1 ? atoi(argv[1]) : 100;
    char folder[256];
    snprintf(folder, sizeof(folder), "%s/bench-store-XXXXXX", argc > 2 ? argv[2] : "/tmp");
    if (pages < 1 || mkdtemp(folder) == NULL) {
        fprintf(stderr, "usage: bench_store [PAGES [FOLDER]]\n");
        return EXIT_FAILURE;
    }
    char text[ENTRY_SIZE + 64];
    for (size_t i = 0; i < sizeof(text); i++)
        text[i] = (char)('!' + i * 7 % 90);

    const struct store_type *type = &store_sqlite;
    struct store_source *source;
    struct store *store = open_store(type, folder, &source);
    uint64_t entries = (uint64_t)pages * PAGE_ENTRIES;
    struct cost start = cost_now();
    for (int i = 1; i <= pages; i++)
        write_page(type, source, text, (int64_t)i * PAGE_ENTRIES);
    struct cost written = cost_now();
    type->close(store);
    struct cost closed = cost_now();
    store = open_store(type, folder, &source);
    struct cost opened = cost_now();
    uint64_t bytes = read_all(type, store, source);
    struct cost read = cost_now();
    type->close(store);

    report("write", start, written, entries);
    report("read", opened, read, entries);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("%" PRIu64 " entries, %.1f MiB; opened again in %.1f ms; peak resident %.1f MiB\n",
        entries, (double)bytes / (1 << 20), (opened.wall - closed.wall) * 1e3,
        (double)usage.ru_maxrss / 1024);
    char command[300];
    snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    return system(command) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
