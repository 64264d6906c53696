/* The nearest known word. */
#include "config_test.h"

#include "config/spelling.h"

static const char *nearest(const char *word)
{
    static const char *const known[] = {"state_dir", "store", "sources", "outputs", "log", "retry"};
    struct spelling spelling = SPELLING_INIT(word);
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        spelling_offer(&spelling, known[i]);
    return spelling_nearest(&spelling);
}

START_TEST(slips_of_typing_find_the_word)
{
    static const char *const words[][2] = {
        {"state_dri", "state_dir"},  /* two swapped */
        {"statedir", "state_dir"},   /* one missing */
        {"state__dir", "state_dir"}, /* one too many */
        {"state-dir", "state_dir"},  /* one wrong */
        {"source", "sources"},
        {"ouptut", "outputs"},
        {"lgo", "log"},
        {"logs", "log"},
        {"Retry", "retry"},
    };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        ck_assert_str_eq(nearest(words[i][0]), words[i][1]);
}
END_TEST

START_TEST(what_is_far_from_all_gets_no_hint)
{
    static const char *const words[] = {"", "http", "x", "tls", "kafka", "state_directory_path"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        ck_assert_ptr_null(nearest(words[i]));
    char longest[4096];
    memset(longest, 'a', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    ck_assert_ptr_null(nearest(longest));
}
END_TEST

CHECK_MAIN("config spelling", slips_of_typing_find_the_word, what_is_far_from_all_gets_no_hint)
