#include "config/problems.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"

void config_problems_deinit(struct config_problems *problems)
{
    for (size_t i = 0; i < problems->count; i++)
        free(problems->items[i].text);
    free(problems->items);
    *problems = (struct config_problems){0};
}

int config_problems_add(
    struct config_problems *problems, int line, int column, const char *format, ...)
{
    if (problems->count == LIMIT_CONFIG_PROBLEMS) {
        problems->more++;
        return 0;
    }
    if (problems->items == NULL) {
        problems->items = calloc(LIMIT_CONFIG_PROBLEMS, sizeof(*problems->items));
        if (problems->items == NULL)
            return ERROR_MEMORY;
    }
    char *text;
    va_list arguments;
    va_start(arguments, format);
    int size = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (size < 0)
        return ERROR_MEMORY;
    problems->items[problems->count++] =
        (struct config_problem){.line = line, .column = column, .text = text};
    return 0;
}

int config_problem_write(
    const struct config_problem *problem, const char *path, struct buffer *output)
{
    if (problem->line == 0)
        return buffer_append_text(output, problem->text);
    return buffer_printf(
        output, "%s:%d:%d: %s", path, problem->line, problem->column, problem->text);
}

int config_problems_write(
    const struct config_problems *problems, const char *path, struct buffer *output)
{
    int code = 0;
    for (size_t i = 0; code >= 0 && i < problems->count; i++) {
        code = config_problem_write(&problems->items[i], path, output);
        if (code >= 0)
            code = buffer_append_byte(output, '\n');
    }
    if (code >= 0 && problems->more > 0)
        code = buffer_printf(output, "%s: and %zu problems more\n", path, problems->more);
    return code;
}

static bool stands_before(const struct config_problem *left, const struct config_problem *right)
{
    if (left->line != right->line)
        return left->line < right->line;
    return left->column < right->column;
}

void config_problems_sort(struct config_problems *problems)
{
    /* By insertion: the list is short and equal ones must keep their order. */
    for (size_t i = 1; i < problems->count; i++) {
        struct config_problem moving = problems->items[i];
        size_t at = i;
        for (; at > 0 && stands_before(&moving, &problems->items[at - 1]); at--)
            problems->items[at] = problems->items[at - 1];
        problems->items[at] = moving;
    }
}
