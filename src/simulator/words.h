/*
 * The words that entries are made of: people, titles, browsers, places. Every text here is the
 * inside of a JSON string, already escaped, and the tables mix what a parser can get wrong: raw
 * UTF-8 of two, three and four bytes, `\u` escapes with surrogate pairs, `\/`, quotes, backslashes,
 * line breaks as `\n`, long texts, empty ones.
 */
#pragma once

#include <stddef.h>

struct person {
    const char *name;    /* inside of a JSON string */
    const char *mailbox; /* the part of the address before the @ */
};

/* A table of constant texts. */
struct word_list {
    const char *const *words;
    size_t count;
};

extern const struct person people[];
extern const size_t people_count;

extern const struct word_list words_titles; /* names of channels' topics, files, lists, messages */
extern const struct word_list
    words_slugs; /* names of channels, user groups, domains: one word each */
extern const struct word_list words_user_agents; /* what a client calls itself */
extern const struct word_list
    words_numbers; /* spellings of JSON numbers that a re-serialiser would change */
extern const struct word_list words_reasons; /* what an anomaly gives as its reason */
