/* Letters of protocols, whatever the program's locale. */
#include "base/ascii.h"

#include "check_main.h"

START_TEST(the_case_of_ascii_letters_does_not_matter)
{
    ck_assert(ascii_same("SET-COOKIE", "set-Cookie"));
    ck_assert(ascii_same("", ""));
    ck_assert(!ascii_same("Date", "Dat"));
    ck_assert(!ascii_same("Dat", "Date"));
    ck_assert(!ascii_same("[a]", "{a}")); /* 32 apart, and no letters */
    ck_assert(!ascii_same("@", "`"));
    ck_assert(!ascii_same("\xC9", "\xE9")); /* a letter in Latin-1 */
}
END_TEST

START_TEST(a_text_begins_with_its_beginning)
{
    ck_assert(ascii_begins("HTTPS://a", "https://"));
    ck_assert(ascii_begins("x", ""));
    ck_assert(!ascii_begins("http", "https"));
    ck_assert(!ascii_begins("", "h"));
}
END_TEST

START_TEST(bytes_are_compared_up_to_their_size)
{
    ck_assert(ascii_same_bytes("HTTPx", "httpy", 4));
    ck_assert(!ascii_same_bytes("HTTPx", "httpy", 5));
    ck_assert(!ascii_same_bytes("a\0b", "a\0c", 3));
    ck_assert(ascii_same_bytes("a", "b", 0));
}
END_TEST

CHECK_MAIN("ascii", the_case_of_ascii_letters_does_not_matter, a_text_begins_with_its_beginning,
    bytes_are_compared_up_to_their_size)
