#include "output/rotated.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"

static const char *const endings[] = {
    [ROTATED_PLAIN] = "", [ROTATED_GZIP] = ".gz", [ROTATED_UNFINISHED] = ".gz.tmp"};

/* ---- Names ---- */

void rotated_suffix(const struct rotated *rotated, char *suffix)
{
    int size = snprintf(suffix, ROTATED_SUFFIX_SIZE, "%s", rotated->stamp);
    if (rotated->number > 0)
        (void)snprintf(suffix + size, (size_t)(ROTATED_SUFFIX_SIZE - size), "-%u",
            rotated->number); /* it fits */
}

char *rotated_path(const char *path, const char *suffix, enum rotated_form form)
{
    char *text;
    return asprintf(&text, "%s.%s%s", path, suffix, endings[form]) < 0 ? NULL : text;
}

static bool is_stamp(const char *text)
{
    static const char form[] = "00000000T000000Z";
    for (size_t i = 0; form[i] != '\0'; i++) {
        bool fits = form[i] == '0' ? isdigit((unsigned char)text[i]) != 0 : text[i] == form[i];
        if (!fits)
            return false; /* the end of the text does not fit either */
    }
    return true;
}

/* "-17" with no leading zero; `text` moves behind it. No number is 0. */
static bool take_number(const char **text, unsigned *ret_number)
{
    *ret_number = 0;
    if (**text != '-')
        return true;
    if ((*text)[1] < '1' || (*text)[1] > '9')
        return false;
    char *end;
    errno = 0;
    unsigned long number = strtoul(*text + 1, &end, 10);
    if (errno != 0 || number >= UINT32_MAX)
        return false;
    *ret_number = (unsigned)number;
    *text = end;
    return true;
}

/* Reads what stands behind "PATH." in a name. */
static bool parse_suffix(const char *text, struct rotated *ret_rotated)
{
    if (!is_stamp(text))
        return false;
    memcpy(ret_rotated->stamp, text, ROTATED_STAMP_SIZE - 1);
    ret_rotated->stamp[ROTATED_STAMP_SIZE - 1] = '\0';
    text += ROTATED_STAMP_SIZE - 1;
    if (!take_number(&text, &ret_rotated->number))
        return false;
    ret_rotated->forms = ROTATED_PLAIN;
    while (
        ret_rotated->forms <= ROTATED_UNFINISHED && strcmp(text, endings[ret_rotated->forms]) != 0)
        ret_rotated->forms <<= 1;
    return ret_rotated->forms <= ROTATED_UNFINISHED;
}

static int compare(const void *left, const void *right)
{
    const struct rotated *one = left, *other = right;
    int order = strcmp(one->stamp, other->stamp);
    if (order != 0)
        return order;
    return (one->number > other->number) - (one->number < other->number);
}

/* ---- The list ---- */

void rotated_list_deinit(struct rotated_list *list)
{
    free(list->items);
    *list = (struct rotated_list){.items = NULL};
}

static int add(struct rotated_list *list, const struct rotated *rotated)
{
    if (list->count == ROTATED_FILES)
        return ERROR_LIMIT;
    if ((list->count & (list->count - 1)) == 0) { /* doubled at each power of two */
        size_t capacity = list->count == 0 ? 1 : list->count * 2;
        struct rotated *items = realloc(list->items, capacity * sizeof(*items));
        if (items == NULL)
            return ERROR_MEMORY;
        list->items = items;
    }
    list->items[list->count++] = *rotated;
    return 0;
}

/* One item for all forms of a file. */
static void merge(struct rotated_list *list)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (kept > 0 && compare(&list->items[kept - 1], &list->items[i]) == 0)
            list->items[kept - 1].forms |= list->items[i].forms;
        else
            list->items[kept++] = list->items[i];
    }
    list->count = kept;
}

static int read_directory(struct rotated_list *list, DIR *directory, const char *name)
{
    size_t size = strlen(name);
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(directory);
        if (entry == NULL)
            return errno == 0 ? 0 : ERROR_IO;
        struct rotated rotated;
        if (strncmp(entry->d_name, name, size) != 0 || entry->d_name[size] != '.' ||
            !parse_suffix(entry->d_name + size + 1, &rotated))
            continue;
        int code = add(list, &rotated);
        if (code < 0)
            return code;
    }
}

static void cleanup_closedir(DIR **directory)
{
    if (*directory != NULL)
        (void)closedir(*directory); /* it was only read */
}

int rotated_list_read(struct rotated_list *ret_list, const char *path, struct error *error)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    _cleanup_free_ char *parent = slash == NULL   ? strdup(".")
                                  : slash == path ? strdup("/")
                                                  : strndup(path, (size_t)(slash - path));
    if (parent == NULL)
        return error_set(error, ERROR_MEMORY, "no memory to list %s", path);
    _cleanup_(cleanup_closedir) DIR *directory = opendir(parent);
    if (directory == NULL)
        return error_set_errno(error, errno, "cannot list the directory %s", parent);
    _cleanup_(rotated_list_deinit) struct rotated_list list = {.items = NULL};
    int code = read_directory(&list, directory, name);
    if (code == ERROR_LIMIT)
        return error_set(error, code,
            "more than %d rotated files of %s; remove some, or set "
            "rotate.keep",
            ROTATED_FILES, path);
    if (code < 0)
        return error_set(error, code, "cannot list the directory %s", parent);
    if (list.count > 0)
        qsort(list.items, list.count, sizeof(*list.items), compare);
    merge(&list);
    *ret_list = list;
    list = (struct rotated_list){.items = NULL};
    return 0;
}

void rotated_next_suffix(const struct rotated_list *list, int64_t now, char *suffix)
{
    struct rotated next = {.number = 0};
    time_t time = (time_t)now;
    struct tm parts;
    if (gmtime_r(&time, &parts) == NULL ||
        strftime(next.stamp, sizeof(next.stamp), "%Y%m%dT%H%M%SZ", &parts) == 0)
        (void)snprintf(next.stamp, sizeof(next.stamp), "19700101T000000Z"); /* fits */
    if (list->count > 0) {
        const struct rotated *newest = &list->items[list->count - 1];
        if (strcmp(newest->stamp, next.stamp) >= 0) {
            next = *newest;
            next.number++;
        }
    }
    rotated_suffix(&next, suffix);
}
