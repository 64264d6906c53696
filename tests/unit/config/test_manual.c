/* The manual and the shipped files say what the schema says: each of its keys, with its default. */
#include "config_test.h"

#include "config/document.h"
#include "config/manual.h"
#include "config/tables.h"
#include "config/types.h"
#include "sys/file.h"

/* A file of the tree, found from where this one stands. */
static void read_tree_file(const char *name, struct buffer *text)
{
    static const char here[] = "tests/unit/config/test_manual.c", file[] = __FILE__;
    char path[1024];
    size_t root = strlen(file) - strlen(here);
    ck_assert_str_eq(&file[root], here);
    (void)snprintf(path, sizeof(path), "%.*s%s", (int)root, file, name);
    struct error error = ERROR_INIT;
    ck_assert_msg(file_read(path, text, &error) == 0, "%s", error.text);
}

START_TEST(the_manual_has_the_tables_of_the_schema_word_for_word)
{
    struct buffer manual = BUFFER_INIT(LIMIT_CONFIG), tables = BUFFER_INIT(LIMIT_CONFIG);
    read_tree_file("docs/configuration.md", &manual);
    ck_assert_int_eq(config_manual(&tables), 0);
    const char *text = buffer_text(&manual);
    char *lines = strdup(buffer_text(&tables));
    size_t count = 0;
    for (char *line = strtok(lines, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        char whole[2048];
        (void)snprintf(whole, sizeof(whole), "\n%s\n", line);
        ck_assert_msg(
            strstr(text, whole) != NULL, "docs/configuration.md lacks this line:\n%s", line);
        count++;
    }
    ck_assert_uint_gt(count, 80);
    free(lines);
    buffer_deinit(&manual);
    buffer_deinit(&tables);
}
END_TEST

/* ---- The full file ---- */

static struct config *parse_whole(struct slice text)
{
    struct config *config = NULL;
    struct config_problems problems = {0};
    forget_directories();
    int code = config_parse("full", text, &config, &problems);
    show_problems(&problems);
    ck_assert_int_eq(code, 0);
    config_problems_deinit(&problems);
    return config;
}

/* Brings keys behind a bare "#" to life; a comment has a space there. */
static void uncomment(struct buffer *text)
{
    bool in_margin = true;
    for (size_t i = 0; i + 1 < text->size; i++) {
        char *byte = &text->data[i];
        if (in_margin && *byte == '#' && byte[1] != ' ')
            memmove(byte, byte + 1, --text->size - i);
        in_margin = *byte == '\n' || (in_margin && *byte == ' ');
    }
}

START_TEST(the_small_file_loads_clean_and_has_ten_lines)
{
    struct buffer text = BUFFER_INIT(LIMIT_CONFIG);
    read_tree_file("config/slackauditd.yaml", &text);
    struct config *config = parse_whole(buffer_slice(&text));
    ck_assert_uint_eq(config->source_count, 1);
    ck_assert_uint_eq(config->output_count, 1);
    ck_assert_int_eq(config->outputs[0].type, CONFIG_OUTPUT_FILE);
    size_t lines = 0;
    for (size_t i = 0; i < text.size; i++)
        lines += text.data[i] == '\n';
    ck_assert_uint_le(lines, 10);
    config_free(config);
    buffer_deinit(&text);
}
END_TEST

START_TEST(the_full_file_loads_clean_and_changes_no_default)
{
    struct buffer text = BUFFER_INIT(LIMIT_CONFIG);
    read_tree_file("config/slackauditd.full.yaml", &text);
    struct config *full = parse_whole(buffer_slice(&text));
    struct config *bare = parse_good(
        "sources: [{name: acme, token: {file: /etc/slackauditd/acme.token}}]\n"
        "outputs:\n"
        "  - {name: archive, type: file, path: /var/log/slackauditd/acme.ndjson}\n"
        "  - {name: console, type: stdout}\n"
        "  - {name: siem, type: syslog, address: \"tls://siem.example.com:6514\"}\n"
        "  - {name: splunk, type: http, api: splunk_hec, url: \"https://splunk.example.com:8088\", "
        "token: {credential: splunk-hec}}\n"
        "  - {name: collector, type: http, url: \"https://collector.example.com/slack\"}\n");
    char *full_dump = dump_of(full), *bare_dump = dump_of(bare);
    ck_assert_str_eq(full_dump, bare_dump);
    free(full_dump);
    free(bare_dump);
    config_free(full);
    config_free(bare);
    buffer_deinit(&text);
}
END_TEST

START_TEST(the_full_file_stays_clean_with_its_examples_brought_to_life)
{
    struct buffer text = BUFFER_INIT(LIMIT_CONFIG);
    read_tree_file("config/slackauditd.full.yaml", &text);
    uncomment(&text);
    struct config *config = parse_whole(buffer_slice(&text));
    ck_assert_uint_eq(config->retry.count, 4);
    ck_assert(config->sources[0].has_proxy);
    ck_assert_int_eq(config->outputs[4].http.token.kind, SECRET_ENV);
    config_free(config);
    buffer_deinit(&text);
}
END_TEST

/* Mappings of the file that one group of the schema describes. */
struct mappings {
    const struct config_node *items[64];
    size_t count;
};

static void add_mapping(struct mappings *mappings, const struct config_node *node)
{
    ck_assert_uint_lt(mappings->count, 64);
    if (node->kind == CONFIG_NODE_MAPPING)
        mappings->items[mappings->count++] = node;
}

static void expect_keys(
    const struct schema_group *group, const struct mappings *mappings, const char *place)
{
    for (size_t i = 0; i < group->count; i++) {
        const struct schema_key *key = &group->keys[i];
        struct mappings inner = {.count = 0};
        size_t found = 0;
        for (size_t j = 0; j < mappings->count; j++) {
            const struct config_node *value = config_node_get(mappings->items[j], key->name);
            if (value == NULL)
                continue;
            found++;
            for (size_t k = 0; key->type == &schema_mappings && k < value->count; k++)
                add_mapping(&inner, &value->items[k]);
            add_mapping(&inner, value);
        }
        ck_assert_msg(found > 0, "the full file lacks %s%s", place, key->name);
        bool shared = group != &schema_document && key->group == &schema_retry_handler;
        if (key->group == NULL || shared) /* shown once, at the top */
            continue;
        char inner_place[128];
        (void)snprintf(inner_place, sizeof(inner_place), "%s%s.", place, key->name);
        expect_keys(key->group, &inner, inner_place);
    }
}

START_TEST(the_full_file_has_every_key_in_its_place)
{
    struct buffer text = BUFFER_INIT(LIMIT_CONFIG);
    struct config_problems problems = {0};
    struct config_node root = {0};
    read_tree_file("config/slackauditd.full.yaml", &text);
    uncomment(&text);
    ck_assert_int_eq(config_document_read(buffer_slice(&text), &root, &problems), 0);
    struct mappings top = {.count = 0};
    add_mapping(&top, &root);
    expect_keys(&schema_document, &top, "");
    config_node_deinit(&root);
    buffer_deinit(&text);
}
END_TEST

/* ---- The schema itself ---- */

static void check_rows(const struct schema_group *group)
{
    for (size_t i = 0; i < group->count; i++) {
        const struct schema_key *key = &group->keys[i];
        ck_assert_ptr_nonnull(key->type);
        ck_assert_msg(
            key->meaning != NULL && *key->meaning != '\0', "%s has no meaning", key->name);
        bool is_group = key->type == &schema_mapping || key->type == &schema_mappings;
        ck_assert_msg(is_group == (key->group != NULL), "%s", key->name);
        bool is_required = (key->flags & SCHEMA_REQUIRED) != 0;
        ck_assert_msg(!(is_required && key->initial != NULL), "%s has a default", key->name);
        /* Two rows of one key must not claim one kind. */
        for (size_t j = 0; j < i; j++)
            if (strcmp(group->keys[j].name, key->name) == 0)
                ck_assert_msg(key->kinds != 0 && group->keys[j].kinds != 0 &&
                                  (group->keys[j].kinds & key->kinds) == 0,
                    "%s", key->name);
        if (key->group != NULL)
            check_rows(key->group);
    }
}

START_TEST(the_rows_of_the_schema_agree_with_each_other)
{
    check_rows(&schema_document);
}
END_TEST

CHECK_MAIN("config manual", the_manual_has_the_tables_of_the_schema_word_for_word,
    the_small_file_loads_clean_and_has_ten_lines, the_full_file_loads_clean_and_changes_no_default,
    the_full_file_stays_clean_with_its_examples_brought_to_life,
    the_full_file_has_every_key_in_its_place, the_rows_of_the_schema_agree_with_each_other)
