#include "slackaudit/problem.h"

#include <assert.h>
#include <string.h>

static_assert((int)SLACKAUDIT_TEXT == (int)ERROR_TEXT_SIZE, "a text is copied whole");

/* What both have has one number, so that the library's own functions return either. The others of
 * base/error.h go out through problem_code() only: their numbers may mean something else here. */
static_assert((int)SLACKAUDIT_OK == (int)ERROR_NONE &&
                  (int)SLACKAUDIT_ERROR_MEMORY == (int)ERROR_MEMORY &&
                  (int)SLACKAUDIT_ERROR_SYSTEM == (int)ERROR_IO &&
                  (int)SLACKAUDIT_ERROR_INVALID == (int)ERROR_INVALID &&
                  (int)SLACKAUDIT_ERROR_LIMIT == (int)ERROR_LIMIT,
    "the codes of the library are those of base/error.h");

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

void problem_fill(struct slackaudit_problem *problem, int code, const char *text)
{
    if (problem == NULL)
        return;
    problem->code = code;
    size_t size = strnlen(text, sizeof(problem->text) - 1);
    memcpy(problem->text, text, size);
    problem->text[size] = '\0';
}

int problem_tell(struct slackaudit_problem *problem, int code, const struct error *error)
{
    int told = problem_code(code);
    problem_fill(problem, told, error->code != ERROR_NONE ? error->text : error_code_name(code));
    return told;
}

int problem_of_null(struct slackaudit_problem *problem, const char *name)
{
    struct error error = ERROR_INIT;
    int code = error_set(&error, ERROR_INVALID, "%s is NULL", name);
    return problem_tell(problem, code, &error);
}

const char *slackaudit_error_name(int code)
{
    switch (code) {
    case SLACKAUDIT_OK:
        return "ok";
    case SLACKAUDIT_ERROR_MEMORY:
        return "memory";
    case SLACKAUDIT_ERROR_SYSTEM:
        return "system";
    case SLACKAUDIT_ERROR_INVALID:
        return "invalid";
    case SLACKAUDIT_ERROR_LIMIT:
        return "limit";
    case SLACKAUDIT_ERROR_TRANSPORT:
        return "transport";
    case SLACKAUDIT_ERROR_CALLBACK:
        return "callback";
    case SLACKAUDIT_ERROR_REFUSED:
        return "refused";
    default:
        return "unknown";
    }
}

const char *slackaudit_version(void)
{
    return SLACKAUDIT_VERSION;
}
