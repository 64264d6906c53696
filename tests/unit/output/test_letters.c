/* Dead letters are read back as they were written, and what is none is told as such. */
#include "check_main.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "output/dead_letter.h"
#include "output/letters.h"
#include "sys/file.h"
#include "sys/folder.h"

struct desk {
    char folder[FOLDER_SIZE], path[PATH_SIZE];
    struct dead_letter dead;
    struct letters letters;
};

static void begin(struct desk *desk)
{
    *desk = (struct desk){.letters = LETTERS_INIT};
    folder_make(desk->folder);
    (void)folder_path(desk->path, desk->folder, "dead.ndjson");
    ck_assert_int_eq(dead_letter_init(&desk->dead, desk->path, "out"), 0);
}

static void end(struct desk *desk)
{
    letters_deinit(&desk->letters);
    dead_letter_deinit(&desk->dead);
    folder_remove(desk->folder);
}

static void write_letter(struct desk *desk, const char *bytes, unsigned flags, const char *reason)
{
    const struct store_entry entry = {.bytes = slice_of(bytes), .sequence = 7, .flags = flags};
    ck_assert_int_eq(dead_letter_write(&desk->dead, "acme", &entry, reason, 1700000000, NULL), 0);
}

static void write_raw(struct desk *desk, const char *text)
{
    _cleanup_close_ int fd = open(desk->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(file_write_all(fd, slice_of(text), NULL), 0);
}

static struct letter next(struct desk *desk)
{
    struct letter letter;
    ck_assert_int_eq(letters_next(&desk->letters, &letter, NULL), 1);
    return letter;
}

static void expect_entry(const struct letter *letter, const char *bytes, const char *id)
{
    ck_assert(letter->sound);
    ck_assert(slice_equal(letter->entry, slice_of(bytes)));
    ck_assert(slice_equal(letter->id, slice_of(id)));
    ck_assert_str_eq(letter->output, "out");
    ck_assert_str_eq(letter->source, "acme");
    ck_assert_str_eq(letter->time, "2023-11-14T22:13:20Z");
}

START_TEST(what_was_written_is_read_back_byte_for_byte)
{
    static const char odd[] = "{\"id\":\"a\\\"b\\u0041\",\"x\":\",\\\"entry\\\":\", \"n\":1e0}";
    struct desk desk;
    begin(&desk);
    write_letter(&desk, odd, 0, "it said ,\"entry\":{}} and \"entry_base64\":\"x\"");
    write_letter(&desk, "{\"no\":1}", 0, "none");
    write_letter(&desk, "{\"id\":", STORE_ENTRY_DAMAGED, "it is no valid JSON");
    ck_assert_int_eq(letters_open(&desk.letters, desk.path, 0, NULL), 0);
    struct letter letter = next(&desk);
    expect_entry(&letter, odd, "a\\\"b\\u0041");
    ck_assert_str_eq(letter.reason, "it said ,\"entry\":{}} and \"entry_base64\":\"x\"");
    int64_t second = desk.letters.next;
    letter = next(&desk);
    expect_entry(&letter, "{\"no\":1}", "");
    ck_assert_ptr_null(letter.id.data);
    letter = next(&desk);
    ck_assert(letter.sound);
    ck_assert_ptr_null(letter.entry.data);
    ck_assert_int_eq(letters_next(&desk.letters, &letter, NULL), 0);
    letters_deinit(&desk.letters);

    ck_assert_int_eq(letters_open(&desk.letters, desk.path, second, NULL), 0);
    letter = next(&desk);
    expect_entry(&letter, "{\"no\":1}", "");
    end(&desk);
}
END_TEST

START_TEST(what_is_no_letter_is_told_as_unsound_and_an_unfinished_one_not_at_all)
{
    static const char *const lines[] = {"", "text", "{}", "{\"entry\":{}}", ",\"entry\":}",
        "{\"time\":\"t\",\"output\":\"o\",\"source\":\"s\",\"entry\":{}}",
        "{\"time\":\"t\",\"output\":\"o\",\"source\":\"s\",\"reason\":\"r\",\"entry\":{]}",
        "{\"time\":\"t\",\"output\":\"o\",\"source\":\"s\",\"reason\":\"r\",\"entry\":}"};
    struct desk desk;
    begin(&desk);
    struct letter letter;
    ck_assert_int_eq(letters_open(&desk.letters, desk.path, 0, NULL), 1);
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        write_raw(&desk, lines[i]);
        write_raw(&desk, "\n");
    }
    write_letter(&desk, "{\"id\":\"x\"}", 0, "last");
    write_raw(&desk, "{\"time\":\"unfinished");
    letters_deinit(&desk.letters);
    ck_assert_int_eq(letters_open(&desk.letters, desk.path, 0, NULL), 0);
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        letter = next(&desk);
        ck_assert_msg(!letter.sound, "%s", lines[i]);
        ck_assert(slice_equal(letter.line, slice_of(lines[i])));
    }
    letter = next(&desk);
    expect_entry(&letter, "{\"id\":\"x\"}", "x");
    ck_assert_int_eq(letters_next(&desk.letters, &letter, NULL), 0);
    end(&desk);
}
END_TEST

START_TEST(a_letter_longer_than_what_is_read_at_once_is_whole)
{
    struct desk desk;
    begin(&desk);
    size_t size = 3 << 20;
    char *entry = malloc(size + 1);
    ck_assert_ptr_nonnull(entry);
    memset(entry, 'x', size);
    memcpy(entry, "{\"id\":\"long\",\"t\":\"", 18);
    memcpy(entry + size - 2, "\"}", 3);
    write_letter(&desk, "{\"id\":\"a\"}", 0, "r");
    write_letter(&desk, entry, 0, "r");
    write_letter(&desk, "{\"id\":\"b\"}", 0, "r");
    ck_assert_int_eq(letters_open(&desk.letters, desk.path, 0, NULL), 0);
    struct letter letter = next(&desk);
    expect_entry(&letter, "{\"id\":\"a\"}", "a");
    letter = next(&desk);
    expect_entry(&letter, entry, "long");
    letter = next(&desk);
    expect_entry(&letter, "{\"id\":\"b\"}", "b");
    free(entry);
    end(&desk);
}
END_TEST

CHECK_MAIN("output letters", what_was_written_is_read_back_byte_for_byte,
    what_is_no_letter_is_told_as_unsound_and_an_unfinished_one_not_at_all,
    a_letter_longer_than_what_is_read_at_once_is_whole)
