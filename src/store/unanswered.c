#include "store/unanswered.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "base/slice.h"
#include "base/units.h"
#include "sys/file.h"

enum { PLACE_SIZE = 40, MOST_PLACES = 1000000 };

/* Clocks are set, by steps of less than that as a rule; two starts are further apart, unless the
 * machine ended in its first seconds. */
#define SAME_START_US (2 * USEC_PER_SEC)

static const char mark[8] = "slad-u1\n";

struct head {
    char mark[sizeof(mark)];
    uint64_t started_us;
    uint64_t unused[3];
};

_Static_assert(sizeof(struct head) == PLACE_SIZE, "the head takes one place");

/* ---- The head ---- */

static bool is_same_start(int64_t one, int64_t other)
{
    return one - other <= SAME_START_US && other - one <= SAME_START_US;
}

/* Synced, so that notes never stand below a head that is not theirs. */
static int write_head(struct unanswered *unanswered, int64_t started_us)
{
    struct head head = {.started_us = htole64((uint64_t)started_us)};
    memcpy(head.mark, mark, sizeof(mark));
    if (pwrite(unanswered->fd, &head, sizeof(head), 0) != (ssize_t)sizeof(head) ||
        fdatasync(unanswered->fd) < 0)
        return ERROR_IO;
    unanswered->noted_us = started_us;
    return 0;
}

/* Before the first note, and after the clock was set. */
static int begin_notes(struct unanswered *unanswered, const char *path, int64_t started_us)
{
    if (unanswered->fd < 0)
        unanswered->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0600);
    return unanswered->fd < 0 ? ERROR_IO : write_head(unanswered, started_us);
}

static bool is_known(const struct head *head, int64_t started_us)
{
    int64_t noted_us = (int64_t)le64toh(head->started_us);
    return memcmp(head->mark, mark, sizeof(mark)) == 0 &&
           (noted_us == 0 || is_same_start(noted_us, started_us));
}

/* ---- Notes ---- */

struct packed_note {
    uint64_t words[4], hash;
};

_Static_assert(sizeof(struct packed_note) == PLACE_SIZE, "a note takes one place");

static uint64_t hash_of(const struct packed_note *packed)
{
    return hash64(
        (struct slice){.data = (const char *)packed->words, .size = sizeof(packed->words)});
}

static void pack(const struct unanswered_note *note, struct packed_note *packed)
{
    packed->words[0] = htole64((uint64_t)note->output);
    packed->words[1] = htole64((uint64_t)note->source);
    packed->words[2] = htole64(note->first);
    packed->words[3] = htole64(note->end);
    packed->hash = htole64(hash_of(packed));
}

static bool unpack(const struct packed_note *packed, struct unanswered_note *note)
{
    *note = (struct unanswered_note){.output = (int64_t)le64toh(packed->words[0]),
        .source = (int64_t)le64toh(packed->words[1]),
        .first = le64toh(packed->words[2]),
        .end = le64toh(packed->words[3])};
    return le64toh(packed->hash) == hash_of(packed);
}

static int read_notes(struct unanswered *unanswered, int64_t started_us,
    void (*visit)(void *user, size_t place, const struct unanswered_note *note), void *user,
    struct error *error)
{
    struct head head;
    struct stat status;
    if (fstat(unanswered->fd, &status) < 0)
        return error_set_errno(error, errno, "cannot look at it");
    size_t places = (size_t)status.st_size / PLACE_SIZE;
    if (places == 0)
        return 0; /* a crash before the head was written: before any note */
    if (places > MOST_PLACES)
        return error_set(error, ERROR_CORRUPT, "it is longer than any that we write");
    int result = file_read_at(unanswered->fd, &head, sizeof(head), 0, error);
    unanswered->is_known = result == 0 && is_known(&head, started_us);
    for (size_t place = 1; result == 0 && place < places; place++) {
        struct packed_note packed;
        struct unanswered_note note;
        result = file_read_at(
            unanswered->fd, &packed, sizeof(packed), (int64_t)(place * PLACE_SIZE), error);
        if (result == 0 && unpack(&packed, &note))
            visit(user, place, &note);
    }
    unanswered->places = places;
    return result;
}

int unanswered_open(struct unanswered *unanswered, const char *path, int64_t started_us,
    void (*visit)(void *user, size_t place, const struct unanswered_note *note), void *user,
    struct error *error)
{
    unanswered->is_known = true;
    unanswered->places = 1;
    unanswered->fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY);
    if (unanswered->fd < 0)
        return errno == ENOENT ? 0 : error_set_errno(error, errno, "cannot open %s", path);
    int result = read_notes(unanswered, started_us, visit, user, error);
    return result < 0 ? error_prefix(error, result, "%s", path) : 0;
}

void unanswered_note(struct unanswered *unanswered, const char *path, int64_t started_us,
    size_t *place, const struct unanswered_note *note)
{
    struct packed_note packed;
    bool is_new = *place == UNANSWERED_NO_PLACE;
    size_t at = is_new ? unanswered->places : *place;
    if (is_new && note->first == note->end)
        return;
    pack(note, &packed);
    if ((!is_same_start(unanswered->noted_us, started_us) &&
            begin_notes(unanswered, path, started_us) < 0) ||
        pwrite(unanswered->fd, &packed, sizeof(packed), (off_t)(at * PLACE_SIZE)) !=
            (ssize_t)sizeof(packed))
        return;
    *place = at;
    if (is_new)
        unanswered->places++;
}

void unanswered_close(struct unanswered *unanswered)
{
    if (unanswered == NULL)
        return;
    if (unanswered->noted_us != 0 && fdatasync(unanswered->fd) == 0)
        (void)write_head(unanswered, 0); /* else it stays: the next one takes care */
    cleanup_close(&unanswered->fd);
    *unanswered = (struct unanswered)UNANSWERED_INIT;
}
