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

/* In the head, of no machine: a note is missing, for the disk did not take it. */
#define NOT_KNOWN INT64_MAX

/* One of them stood in a file, and may be anything. */
static bool is_same_start(int64_t one, int64_t other)
{
    uint64_t apart =
        one > other ? (uint64_t)one - (uint64_t)other : (uint64_t)other - (uint64_t)one;
    return apart <= SAME_START_US;
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

/* False: the place is damaged. */
static bool read_note(
    const struct unanswered *unanswered, size_t place, struct unanswered_note *note)
{
    struct packed_note packed;
    return file_read_at(
               unanswered->fd, &packed, sizeof(packed), (int64_t)(place * PLACE_SIZE), NULL) == 0 &&
           unpack(&packed, note);
}

/* What is damaged makes nothing worse than an end of the machine: it is not known then. */
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
    unanswered->is_known = status.st_size % PLACE_SIZE == 0 && places <= MOST_PLACES &&
                           file_read_at(unanswered->fd, &head, sizeof(head), 0, NULL) == 0 &&
                           is_known(&head, started_us);
    if (places > MOST_PLACES)
        return 0; /* no file of ours: its places are taken from the first on */
    for (size_t place = 1; place < places; place++) {
        struct unanswered_note note;
        if (read_note(unanswered, place, &note))
            visit(user, place, &note);
        else
            unanswered->is_known = false;
    }
    unanswered->places = places;
    return 0;
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

/* Whoever reads the notes must not take them for all there are, now nor after a later note. */
static void give_up(struct unanswered *unanswered)
{
    unanswered->is_incomplete = true;
    if (unanswered->fd >= 0)
        (void)write_head(unanswered, NOT_KNOWN); /* or nothing can be written any more */
}

void unanswered_note(struct unanswered *unanswered, const char *path, int64_t started_us,
    size_t *place, const struct unanswered_note *note)
{
    struct packed_note packed;
    bool is_new = *place == UNANSWERED_NO_PLACE;
    size_t at = is_new ? unanswered->places : *place;
    if (unanswered->is_incomplete || (is_new && note->first == note->end))
        return;
    pack(note, &packed);
    if ((!is_same_start(unanswered->noted_us, started_us) &&
            begin_notes(unanswered, path, started_us) < 0) ||
        pwrite(unanswered->fd, &packed, sizeof(packed), (off_t)(at * PLACE_SIZE)) !=
            (ssize_t)sizeof(packed)) {
        give_up(unanswered);
        return;
    }
    *place = at;
    if (is_new)
        unanswered->places++;
}

void unanswered_close(struct unanswered *unanswered)
{
    if (unanswered == NULL)
        return;
    if (unanswered->noted_us != 0 && !unanswered->is_incomplete && fdatasync(unanswered->fd) == 0)
        (void)write_head(unanswered, 0); /* else it stays: the next one takes care */
    cleanup_close(&unanswered->fd);
    *unanswered = (struct unanswered)UNANSWERED_INIT;
}
