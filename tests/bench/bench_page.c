/*
 * The page splitter beside json-c, on one generated page of 9,999 entries of 650 bytes: entries a
 * second of CPU time, for each of several rounds. The goal is a million.
 *
 *     bench_page [ROUNDS]
 *
 * With ROUNDS the splitter alone goes over the page so many times and nothing is printed: for
 * callgrind, which counts instructions.
 */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "slackaudit/page.h"

enum { ENTRIES = 9999, ENTRY_SIZE = 650, ROUNDS = 15 };

static void check(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "%s\n", what);
    exit(EXIT_FAILURE);
}

/* One entry, its user agent padded so that it has ENTRY_SIZE bytes. Lengths vary as in real pages.
 */
static void append_entry(struct buffer *page, unsigned number)
{
    static const char *const actions[] = {
        "user_login", "file_downloaded", "user_channel_join", "workflow_app_token_rotated"};
    static const char *const names[] = {
        "Zo\xc3\xab", "Bob \\\"the builder\\\" O'Hara", "\xe5\xb1\xb1\xe7\x94\xb0", "Ann"};
    size_t begin = page->size;
    int result = buffer_printf(page,
        "{\"id\":\"%08x-6c7d-8900-e12f-%012x\",\"date_create\":%u,\"action\":\"%s\",\"actor\":{"
        "\"type\":\"user\",\"user\":{\"id\":\"W%08X\",\"name\":\"%s\",\"email\":\"user.%u@example."
        "com\",\"team\":\"T%08X\"}},\"entity\":{\"type\":\"file\",\"file\":{\"id\":\"F%08X\","
        "\"name\":\"report-%u.pdf\",\"filetype\":\"pdf\",\"title\":\"Q%u\"}},\"context\":{"
        "\"location\":{\"type\":\"workspace\",\"id\":\"T%08X\",\"name\":\"Acme\",\"domain\":"
        "\"acme\"},\"ip_address\":\"192.0.2.%u\",\"session_id\":%u,\"app\":null},\"details\":{"
        "\"is_internal_integration\":false,\"action_timestamp\":1760%09u},\"ua\":\"",
        number * 2654435761U, number, 1760000000U - number / 3, actions[number * 7 % 4],
        number * 40503U, names[number * 5 % 4], number * number % 100000, number % 10, number * 97U,
        number, number % 17, number % 10, number % 256, number * 7919U, number);
    check(result == 0, "no memory");
    check(page->size - begin + 2 <= ENTRY_SIZE, "the entry is too long");
    while (page->size - begin + 2 < ENTRY_SIZE)
        check(buffer_append_byte(page, "Mozilla/5.0 (X11; Linux x86_64) "[page->size % 32]) == 0,
            "no memory");
    check(buffer_append_text(page, "\"}") == 0, "no memory");
}

static void make_page(struct buffer *page)
{
    check(buffer_append_text(page, "{\"entries\":[") == 0, "no memory");
    for (unsigned i = 0; i < ENTRIES; i++) {
        if (i > 0)
            check(buffer_append_byte(page, ',') == 0, "no memory");
        append_entry(page, i);
    }
    check(buffer_append_text(page, "],\"response_metadata\":{\"next_cursor\":\"dXNlcjpVMDYx\"}}") ==
              0,
        "no memory");
}

struct tally {
    size_t entries, bytes, with_fields;
};

static int count_entry(void *user, const struct slackaudit_entry_slice *entry)
{
    struct tally *tally = user;
    tally->entries++;
    tally->bytes += entry->size;
    tally->with_fields += entry->id != NULL && entry->action != NULL && entry->has_date;
    return 0;
}

static double cpu_seconds(void)
{
    struct timespec now;
    check(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now) == 0, "no clock");
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void split(const struct buffer *body, size_t piece_size)
{
    struct tally tally = {0};
    struct slackaudit_page *page = NULL;
    struct slackaudit_page_summary summary;
    check(slackaudit_page_new(&page, false, count_entry, &tally) == 0, "no memory");
    for (size_t at = 0; at < body->size; at += piece_size) {
        size_t size = body->size - at < piece_size ? body->size - at : piece_size;
        check(slackaudit_page_feed(page, body->data + at, size) == 0, "the page is refused");
    }
    check(slackaudit_page_finish(page, &summary) == 0, "the page is refused");
    check(tally.entries == ENTRIES && tally.bytes == (size_t)ENTRIES * ENTRY_SIZE &&
              tally.with_fields == ENTRIES,
        "entries are missing");
    slackaudit_page_free(page);
}

static void parse(const struct buffer *body, size_t piece_size)
{
    struct json_tokener *tokener = json_tokener_new_ex(LIMIT_JSON_DEPTH);
    struct json_object *root = NULL;
    check(tokener != NULL, "no memory");
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    for (size_t at = 0; at < body->size; at += piece_size) {
        size_t size = body->size - at < piece_size ? body->size - at : piece_size;
        root = json_tokener_parse_ex(tokener, body->data + at, (int)size);
    }
    check(root != NULL, "json-c refuses the page");
    json_object_put(root);
    json_tokener_free(tokener);
}

static struct {
    const char *name;
    void (*run)(const struct buffer *, size_t piece_size);
    size_t piece_size;
    double seconds[ROUNDS];
} competitors[] = {
    {"page splitter", split, KIB(16), {0}},
    {"page splitter", split, KIB(256), {0}},
    {"json-c", parse, KIB(16), {0}},
    {"json-c", parse, KIB(256), {0}},
};

enum { COMPETITORS = sizeof(competitors) / sizeof(competitors[0]) };

/* One after the other, since json-c leaves the memory in small pieces to whoever comes next. */
static void measure(const struct buffer *body)
{
    for (int i = 0; i < COMPETITORS; i++) {
        for (int round = 0; round < ROUNDS; round++) {
            double begin = cpu_seconds();
            competitors[i].run(body, competitors[i].piece_size);
            competitors[i].seconds[round] = cpu_seconds() - begin;
        }
    }
}

static void print(void)
{
    for (int i = 0; i < COMPETITORS; i++) {
        printf("%s, pieces of %zu KiB:", competitors[i].name, competitors[i].piece_size / KIB(1));
        for (int round = 0; round < ROUNDS; round++)
            printf(" %.0f", ENTRIES / competitors[i].seconds[round]);
        printf("\n");
    }
}

int main(int argc, char **argv)
{
    _cleanup_(buffer_deinit) struct buffer body = BUFFER_INIT(MIB(16));
    make_page(&body);
    if (argc > 1) {
        for (int rounds = atoi(argv[1]); rounds > 0; rounds--)
            split(&body, KIB(16));
        return EXIT_SUCCESS;
    }
    measure(&body);
    print();
    return EXIT_SUCCESS;
}
