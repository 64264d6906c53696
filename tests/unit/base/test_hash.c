#include "base/hash.h"

#include "check_main.h"

/* The values are XXH3's published ones, as xxhsum prints them: keys and checksums lie in stores
 * that another build must be able to read. */
START_TEST(hashes_are_those_of_xxh3)
{
    ck_assert_uint_eq(hash64(SLICE_LITERAL("")), UINT64_C(0x2d06800538d394c2));
    ck_assert_uint_eq(hash64(SLICE_LITERAL("abc")), UINT64_C(0x78af5f94892f3950));
    struct hash_key key = hash_key_of(SLICE_LITERAL("abc")); /* 06b05ab6733a618578af5f94892f3950 */
    ck_assert_uint_eq(key.word[0], 0x892f3950);
    ck_assert_uint_eq(key.word[1], 0x78af5f94);
    ck_assert_uint_eq(key.word[2], 0x733a6185);
}
END_TEST

START_TEST(an_empty_slice_without_data_hashes_like_the_empty_text)
{
    struct slice nothing = {NULL, 0};
    ck_assert_uint_eq(hash64(nothing), hash64(SLICE_LITERAL("")));
    struct hash_key key = hash_key_of(nothing);
    struct hash_key empty = hash_key_of(SLICE_LITERAL(""));
    ck_assert_mem_eq(&key, &empty, sizeof(key));
}
END_TEST

START_TEST(ids_that_differ_in_one_character_have_keys_that_differ_in_every_word)
{
    char id[] = "0123a45b-6c7d-8900-e12f-3456789gh0i1";
    struct hash_key first = hash_key_of(slice_of(id));
    for (size_t i = 0; i < sizeof(id) - 1; i++) {
        char kept = id[i];
        id[i] = kept == 'z' ? 'y' : 'z';
        struct hash_key other = hash_key_of(slice_of(id));
        id[i] = kept;
        for (int word = 0; word < 3; word++)
            ck_assert_uint_ne(first.word[word], other.word[word]);
    }
}
END_TEST

CHECK_MAIN("hash", hashes_are_those_of_xxh3, an_empty_slice_without_data_hashes_like_the_empty_text,
    ids_that_differ_in_one_character_have_keys_that_differ_in_every_word)
