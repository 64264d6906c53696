/* Words out of a fixed list. */
#include <string.h>

#include "base/cleanup.h"
#include "config/types.h"

/* Enums are written through pointers to int. */
_Static_assert(sizeof(enum config_handler) == sizeof(int), "an enum is an int");

static const struct schema_choice *find_word(const struct schema_key *key, const char *word)
{
    for (const struct schema_choice *choice = key->choices; choice->word != NULL; choice++)
        if (strcmp(choice->word, word) == 0)
            return choice;
    return NULL;
}

static const char *word_of(const struct schema_key *key, int value)
{
    for (const struct schema_choice *choice = key->choices; choice->word != NULL; choice++)
        if (choice->value == value)
            return choice->word;
    return "";
}

/* "must be one of json, rfc5424, rfc3164, found ..." */
static int refuse_word(struct schema_reader *reader, const struct schema_site *site)
{
    enum { WORDS = 512 };
    _cleanup_(buffer_deinit) struct buffer words = BUFFER_INIT(WORDS);
    if (site->node->kind == CONFIG_NODE_REFUSED)
        return 0;
    for (const struct schema_choice *choice = site->key->choices; choice->word != NULL; choice++) {
        int code = buffer_printf(&words, "%s%s", words.size > 0 ? ", " : "", choice->word);
        if (code < 0)
            return code;
    }
    char found[CONFIG_NODE_WORDS];
    return schema_problem(reader, site, "must be %s%.*s, found %s",
        site->key->choices[1].word != NULL ? "one of " : "", SLICE_PRINT(buffer_slice(&words)),
        config_node_describe(site->node, found));
}

/* Yields NULL after telling what is wrong. */
static int take_word(struct schema_reader *reader, const struct schema_site *site,
    const struct schema_choice **ret_choice)
{
    const char *text = schema_scalar(site->node);
    *ret_choice = text == NULL ? NULL : find_word(site->key, text);
    return *ret_choice == NULL ? refuse_word(reader, site) : 0;
}

static void write_word_line(struct schema_writer *writer, const char *word)
{
    schema_write_raw(writer, " ");
    schema_write_text(writer, word);
    schema_write_raw(writer, "\n");
}

/* ---- One word ---- */

static int read_choice(struct schema_reader *reader, const struct schema_site *site)
{
    const struct schema_choice *choice;
    int code = take_word(reader, site, &choice);
    if (choice != NULL)
        *(int *)schema_field(site->key, site->object) = choice->value;
    return code;
}

static void write_choice(
    struct schema_writer *writer, const struct schema_key *key, const void *object)
{
    write_word_line(writer, word_of(key, *(const int *)schema_field(key, object)));
}

static bool is_choice(
    const struct schema_key *key, const void *object, const struct schema_choice *choice)
{
    return *(const int *)schema_field(key, object) == choice->value;
}

static int read_switch(struct schema_reader *reader, const struct schema_site *site)
{
    const struct schema_choice *choice;
    int code = take_word(reader, site, &choice);
    if (choice != NULL)
        *(bool *)schema_field(site->key, site->object) = choice->value != 0;
    return code;
}

static void write_switch(
    struct schema_writer *writer, const struct schema_key *key, const void *object)
{
    write_word_line(writer, word_of(key, *(const bool *)schema_field(key, object)));
}

static int read_word(struct schema_reader *reader, const struct schema_site *site)
{
    const struct schema_choice *choice;
    int code = take_word(reader, site, &choice);
    if (choice == NULL)
        return code;
    return schema_keep_text(schema_field(site->key, site->object), choice->word);
}

static void write_word(
    struct schema_writer *writer, const struct schema_key *key, const void *object)
{
    write_word_line(writer, *(char *const *)schema_field(key, object));
}

static bool is_word(
    const struct schema_key *key, const void *object, const struct schema_choice *choice)
{
    return strcmp(*(char *const *)schema_field(key, object), choice->word) == 0;
}

const struct schema_type schema_choice = {
    .name = "one of",
    .expected = "a word",
    .read = read_choice,
    .write = write_choice,
    .is_choice = is_choice,
};

const struct schema_type schema_switch = {
    .name = "one of",
    .expected = "a word",
    .read = read_switch,
    .write = write_switch,
};

const struct schema_type schema_word = {
    .name = "one of",
    .expected = "a word",
    .read = read_word,
    .write = write_word,
    .release = schema_release_text,
    .is_choice = is_word,
};
