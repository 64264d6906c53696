/* The dead letter file: one whole line for each letter, also after a crash or on a full disk. */
#include "check_main.h"

#include <signal.h>
#include <sys/resource.h>

#include "base/limits.h"
#include "output/dead_letter.h"
#include "sys/file.h"
#include "sys/folder.h"

static char folder[FOLDER_SIZE], path[PATH_SIZE];
static struct dead_letter letters;

static void begin(void)
{
    folder_make(folder);
    ck_assert_int_eq(
        dead_letter_init(&letters, folder_path(path, folder, "deep/er/out.ndjson"), "out"), 0);
}

static void end(void)
{
    dead_letter_deinit(&letters);
    folder_remove(folder);
}

static int write_letter(const char *bytes, unsigned flags, struct error *error)
{
    const struct store_entry entry = {
        .bytes = slice_of(bytes), .time = 1, .sequence = 7, .flags = flags};
    return dead_letter_write(&letters, "a", &entry, "because \"so\"", 0, error);
}

static void check_content(const char *expected)
{
    struct buffer content = BUFFER_INIT(MIB(32));
    ck_assert_int_eq(file_read(path, &content, NULL), 0);
    ck_assert_str_eq(buffer_text(&content), expected);
    buffer_deinit(&content);
}

#define HEAD                                                                                       \
    "{\"time\":\"1970-01-01T00:00:00Z\",\"output\":\"out\",\"source\":\"a\",\"sequence\":7,"
#define LETTER(id, entry) HEAD "\"id\":" id ",\"reason\":\"because \\\"so\\\"\"," entry "}\n"

START_TEST(the_file_is_made_at_the_first_letter_for_the_owner_only)
{
    begin();
    ck_assert_int_eq(access(path, F_OK), -1);
    ck_assert_int_eq(write_letter("{\"id\":\"x\\u0041\",\"n\":1.0}", 0, NULL), 0);
    check_content(LETTER("\"x\\u0041\"", "\"entry\":{\"id\":\"x\\u0041\",\"n\":1.0}"));
    ck_assert_uint_eq(letters.count, 1);
    struct stat status;
    ck_assert_int_eq(stat(path, &status), 0);
    ck_assert_uint_eq(status.st_mode & 0777, 0600);
    end();
}
END_TEST

START_TEST(what_is_no_json_is_kept_in_base64)
{
    begin();
    static const char *const damaged[] = {"\xff\xfe", "{\"a", "[[[", "[[[["};
    for (size_t i = 0; i < 4; i++)
        ck_assert_int_eq(write_letter(damaged[i], STORE_ENTRY_DAMAGED, NULL), 0);
    ck_assert_int_eq(write_letter("{\"not\":marked}", 0, NULL), 0);
    check_content(LETTER("null", "\"entry_base64\":\"//4=\"")
            LETTER("null", "\"entry_base64\":\"eyJh\"") LETTER("null", "\"entry_base64\":\"W1tb\"")
                LETTER("null", "\"entry_base64\":\"W1tbWw==\"")
                    LETTER("null", "\"entry_base64\":\"eyJub3QiOm1hcmtlZH0=\""));
    end();
}
END_TEST

START_TEST(an_unfinished_last_line_is_cut_off_by_the_next_letter)
{
    begin();
    ck_assert_int_eq(write_letter("{}", 0, NULL), 0);
    int fd = open(path, O_WRONLY | O_APPEND);
    char torn[10000]; /* longer than what is looked at in one step */
    memset(torn, 'x', sizeof(torn));
    ck_assert_int_eq(write(fd, torn, sizeof(torn)), (ssize_t)sizeof(torn));
    close(fd);
    ck_assert_int_eq(write_letter("{}", 0, NULL), 0);
    check_content(LETTER("null", "\"entry\":{}") LETTER("null", "\"entry\":{}"));
    ck_assert_int_eq(truncate(path, 20), 0);
    ck_assert_int_eq(write_letter("[]", 0, NULL), 0);
    check_content(LETTER("null", "\"entry\":[]"));
    end();
}
END_TEST

START_TEST(a_letter_that_cannot_be_written_leaves_nothing_behind)
{
    begin();
    ck_assert_int_eq(write_letter("{}", 0, NULL), 0);
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit limit;
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
    struct rlimit small = limit;
    small.rlim_cur = 200; /* in the middle of the second */
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
    struct error error = ERROR_INIT;
    ck_assert_int_lt(write_letter("{}", 0, &error), 0);
    ck_assert_ptr_nonnull(strstr(error.text, path));
    ck_assert_uint_eq(letters.count, 1);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    check_content(LETTER("null", "\"entry\":{}"));
    end();
}
END_TEST

START_TEST(a_file_that_was_moved_away_is_made_anew)
{
    begin();
    ck_assert_int_eq(write_letter("{}", 0, NULL), 0);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(write_letter("[]", 0, NULL), 0);
    check_content(LETTER("null", "\"entry\":[]"));
    end();
}
END_TEST

START_TEST(an_entry_of_the_largest_size_fits)
{
    begin();
    char *large = malloc(LIMIT_ENTRY + 1);
    memset(large, ' ', LIMIT_ENTRY);
    large[0] = '[';
    large[LIMIT_ENTRY - 1] = ']';
    large[LIMIT_ENTRY] = '\0';
    ck_assert_int_eq(write_letter(large, 0, NULL), 0);
    free(large);
    end();
}
END_TEST

CHECK_MAIN("dead_letter", the_file_is_made_at_the_first_letter_for_the_owner_only,
    what_is_no_json_is_kept_in_base64, an_unfinished_last_line_is_cut_off_by_the_next_letter,
    a_letter_that_cannot_be_written_leaves_nothing_behind, a_file_that_was_moved_away_is_made_anew,
    an_entry_of_the_largest_size_fits)
