/*
 * Stands in for libFuzzer where the tests only replay a corpus: gives every file that the arguments
 * name, or that lies in a folder they name, to the fuzz target once. Fails when a file cannot be
 * read and when there was none, because a corpus that went missing must not look like success.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct tally {
    size_t replayed;
    size_t failed;
};

static void complain(struct tally *tally, const char *path)
{
    fprintf(stderr, "%s: %s\n", path, strerror(errno));
    tally->failed++;
}

static void replay_file(struct tally *tally, const char *path, size_t size)
{
    /* Exactly as large as the file, so that AddressSanitizer sees a read past its end. */
    uint8_t *data = malloc(size > 0 ? size : 1);
    FILE *file = fopen(path, "rb");
    if (data == NULL || file == NULL || fread(data, 1, size, file) != size) {
        complain(tally, path);
    } else {
        (void)LLVMFuzzerTestOneInput(data, size); /* a target answers 0; a flaw ends the process */
        tally->replayed++;
    }
    if (file != NULL)
        (void)fclose(file); /* was only read */
    free(data);
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void replay(struct tally *tally, const char *path);

/* In the order of names, so that two runs of one corpus are alike. */
static void replay_folder(struct tally *tally, const char *folder)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, is_visible, alphasort);
    if (count < 0) {
        complain(tally, folder);
        return;
    }
    for (int i = 0; i < count; i++) {
        char *path;
        if (asprintf(&path, "%s/%s", folder, entries[i]->d_name) < 0) {
            complain(tally, folder);
        } else {
            replay(tally, path);
            free(path);
        }
        free(entries[i]);
    }
    free(entries);
}

static void replay(struct tally *tally, const char *path)
{
    struct stat status;
    if (stat(path, &status) < 0)
        complain(tally, path);
    else if (S_ISDIR(status.st_mode))
        replay_folder(tally, path);
    else
        replay_file(tally, path, (size_t)status.st_size);
}

int main(int argc, char **argv)
{
    struct tally tally = {0};
    for (int i = 1; i < argc; i++)
        replay(&tally, argv[i]);
    printf("replayed %zu, unreadable %zu\n", tally.replayed, tally.failed);
    if (tally.replayed == 0)
        fprintf(stderr, "nothing to replay: give files or folders of a corpus\n");
    return tally.replayed > 0 && tally.failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
