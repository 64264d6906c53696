/*
 * The rig with the file output: a directory `log` below the rig's, and what is in it.
 */
#pragma once

#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>

#include "base/gzip.h"
#include "rig.h"
#include "sys/file.h"

static char file_directory[PATH_SIZE], file_path[PATH_SIZE];

static inline void file_rig_init(void)
{
    umask(0);
    rig_init();
    (void)folder_path(file_directory, rig->directory, "log");
    (void)folder_path(file_path, rig->directory, "log/x.ndjson");
    rig->config.type = CONFIG_OUTPUT_FILE;
    rig->config.file.path = file_path;
    rig->type = output_file;
}

/* The path of that name in the directory. */
static inline const char *file_at(char path[static PATH_SIZE], const char *name)
{
    snprintf(path, PATH_SIZE, "%.240s/log/%.200s", rig->directory, name);
    return path;
}

/* The names in the directory, sorted, joined by spaces. */
static inline const char *file_names(void)
{
    static char text[8192];
    struct dirent **names = NULL;
    text[0] = '\0';
    int count = scandir(file_directory, &names, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        if (names[i]->d_name[0] != '.') {
            size_t size = strlen(text);
            snprintf(
                text + size, sizeof(text) - size, "%s%s", size == 0 ? "" : " ", names[i]->d_name);
        }
        free(names[i]);
    }
    free(names);
    return text;
}

static inline void file_read_name(const char *name, struct buffer *content)
{
    char path[PATH_SIZE];
    (void)file_at(path, name);
    struct error error = ERROR_INIT;
    ck_assert_msg(file_read(path, content, &error) == 0, "%s", error.text);
}

/* What a file of that name holds, expanded. Valid until the next call. */
static inline const char *file_content(const char *name)
{
    static struct buffer raw = BUFFER_INIT(MIB(4)), expanded = BUFFER_INIT(MIB(16));
    file_read_name(name, &raw);
    size_t size = strlen(name);
    if (size < 3 || strcmp(name + size - 3, ".gz") != 0)
        return buffer_text(&raw);
    buffer_clear(&expanded);
    ck_assert_int_eq(gzip_expand(buffer_slice(&raw), &expanded), 0);
    return buffer_text(&expanded);
}

/* All files one after the other, in the order of their rotation. The caller frees. */
static inline char *file_all(void)
{
    char *names = strdup(file_names());
    char *all = calloc(1, MIB(8));
    bool current = false;
    for (char *name = strtok(names, " "); name != NULL; name = strtok(NULL, " ")) {
        if (strcmp(name, "x.ndjson") == 0)
            current = true;
        else
            strcat(all, file_content(name));
    }
    if (current)
        strcat(all, file_content("x.ndjson"));
    free(names);
    return all;
}

/* The entries of the source, one line each, from the first on. The caller frees. */
static inline char *file_expected(const struct store_source *source, size_t from, size_t to)
{
    char *text = calloc(1, MIB(8));
    char *end = text;
    for (size_t i = from; i <= to; i++)
        end += sprintf(end, "%s\n", source->entries[i - 1].bytes);
    return text;
}

/* All files together hold each entry of the source once, in order. */
static inline void file_check_complete(const struct store_source *source)
{
    char *all = file_all(), *expected = file_expected(source, 1, source->count);
    ck_assert_str_eq(all, expected);
    free(all);
    free(expected);
}

static inline void file_write(const char *name, const char *content)
{
    char path[PATH_SIZE];
    (void)file_at(path, name);
    folder_write(path, content, 0640);
}

static inline void file_rename(const char *from, const char *to)
{
    char old[PATH_SIZE], new[PATH_SIZE];
    ck_assert_int_eq(rename(file_at(old, from), file_at(new, to)), 0);
}

static inline void file_remove(const char *name)
{
    char path[PATH_SIZE];
    (void)file_at(path, name);
    ck_assert_int_eq(unlink(path), 0);
}

/* A crash: the last batch is in the file and its position is not in the store. */
static inline void file_crash_before_acknowledgement(struct store_source *source, size_t entries)
{
    fake_store_add_many(source, entries, "x");
    rig->store.fail_acknowledge = 1;
    delivery_wake(rig->delivery);
    rig_settle();
    ck_assert_int_eq(rig_status().state, DELIVERY_WAITING);
    rig_stop();
    ck_assert_uint_eq(rig->store.fail_acknowledge, 0);
}
