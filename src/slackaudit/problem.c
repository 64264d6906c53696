#include "slackaudit/problem.h"

#include <assert.h>
#include <string.h>

static_assert((int)SLACKAUDIT_TEXT == (int)ERROR_TEXT_SIZE, "a text is copied whole");

int problem_code(int error_code)
{
    switch (error_code) {
    case ERROR_NONE:
        return SLACKAUDIT_OK;
    case ERROR_MEMORY:
        return SLACKAUDIT_ERROR_MEMORY;
    case ERROR_INVALID:
        return SLACKAUDIT_ERROR_INVALID;
    case ERROR_LIMIT:
        return SLACKAUDIT_ERROR_LIMIT;
    default:
        return SLACKAUDIT_ERROR_SYSTEM;
    }
}

int problem_tell(struct slackaudit_problem *problem, int code, const struct error *error)
{
    int told = problem_code(code);
    if (problem == NULL)
        return told;
    const char *text = error->code != ERROR_NONE ? error->text : error_code_name(code);
    problem->code = told;
    size_t size = strnlen(text, sizeof(problem->text) - 1);
    memcpy(problem->text, text, size);
    problem->text[size] = '\0';
    return told;
}
