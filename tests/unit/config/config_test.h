/*
 * What the tests of the configuration share: a text goes in, a configuration or a list of problems
 * comes out, and the test says which it expects.
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check_main.h"

#include "base/limits.h"
#include "config/config.h"

/* The shortest source and output, for texts that are about something else. */
#define A_SOURCE  "sources: [{name: acme, token: {env: TOKEN}}]\n"
#define AN_OUTPUT "outputs: [{name: archive, type: file, path: /tmp/archive.ndjson}]\n"

/* Further keys of the source may follow, indented by four. */
#define SOURCE_BEGINS AN_OUTPUT "sources:\n  - name: acme\n    token: {env: TOKEN}\n"

static inline void show_problems(const struct config_problems *problems)
{
    for (size_t i = 0; i < problems->count; i++)
        fprintf(stderr, "%d:%d: %s\n", problems->items[i].line, problems->items[i].column,
            problems->items[i].text);
}

/* Defaults that depend on the environment must not depend on the machine. */
static inline void forget_directories(void)
{
    unsetenv("STATE_DIRECTORY");
    unsetenv("RUNTIME_DIRECTORY");
    unsetenv("CREDENTIALS_DIRECTORY");
}

/* The configuration of a text that must be accepted. */
static inline struct config *parse_good(const char *text)
{
    struct config *config = NULL;
    struct config_problems problems = {0};
    forget_directories();
    int code = config_parse("test.yaml", slice_of(text), &config, &problems);
    show_problems(&problems);
    ck_assert_int_eq(code, 0);
    ck_assert_uint_eq(problems.count, 0);
    ck_assert_ptr_nonnull(config);
    config_problems_deinit(&problems);
    return config;
}

/* The problems of a text that must be refused. */
static inline struct config_problems parse_bad(struct slice text)
{
    struct config *config = NULL;
    struct config_problems problems = {0};
    forget_directories();
    ck_assert_int_eq(config_parse("test.yaml", text, &config, &problems), ERROR_INVALID);
    ck_assert_ptr_null(config);
    ck_assert_uint_gt(problems.count, 0);
    return problems;
}

static inline bool has_problem(
    const struct config_problems *problems, int line, int column, const char *text)
{
    for (size_t i = 0; i < problems->count; i++)
        if (problems->items[i].line == line && problems->items[i].column == column &&
            strcmp(problems->items[i].text, text) == 0)
            return true;
    show_problems(problems);
    return false;
}

/* The text must be refused for exactly this one reason. */
static inline void expect_problem(const char *text, int line, int column, const char *problem)
{
    struct config_problems problems = parse_bad(slice_of(text));
    ck_assert_msg(
        has_problem(&problems, line, column, problem), "expected %d:%d: %s", line, column, problem);
    ck_assert_uint_eq(problems.count, 1);
    config_problems_deinit(&problems);
}

static inline struct config *parse_source(const char *key)
{
    char text[1024];
    (void)snprintf(text, sizeof(text), SOURCE_BEGINS "    %s\n", key);
    return parse_good(text);
}

static inline struct config *parse_output(const char *keys)
{
    char text[1024];
    (void)snprintf(text, sizeof(text), A_SOURCE "outputs:\n  - {name: one, %s}\n", keys);
    return parse_good(text);
}

/* Where `at` begins, when what it occurs in first begins at `column`. */
static inline int column_of(const char *keys, const char *at, int column)
{
    const char *found = strstr(keys, at);
    ck_assert_ptr_nonnull(found);
    return column + (int)(found - keys);
}

/* A source with this key must be refused for exactly this reason, which points at the text `at`. */
static inline void expect_source_problem(const char *key, const char *at, const char *problem)
{
    char text[1024];
    (void)snprintf(text, sizeof(text), SOURCE_BEGINS "    %s\n", key);
    expect_problem(text, 5, column_of(key, at, 5), problem);
}

/* The same for keys of an output; without `at` the problem points at the whole output. */
static inline void expect_output_problem(const char *keys, const char *at, const char *problem)
{
    static const char begins[] = "  - {name: one, ";
    char text[1024];
    (void)snprintf(text, sizeof(text), A_SOURCE "outputs:\n%s%s}\n", begins, keys);
    int column = at == NULL ? 5 : column_of(keys, at, (int)sizeof(begins));
    expect_problem(text, 3, column, problem);
}

/* The dump, to be freed. */
static inline char *dump_of(const struct config *config)
{
    struct buffer text = BUFFER_INIT(4 * LIMIT_CONFIG);
    ck_assert_int_eq(config_dump(config, &text), 0);
    char *copy = strdup(buffer_text(&text));
    buffer_deinit(&text);
    return copy;
}
