#include "simulator/tokens.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"

void tokens_deinit(struct tokens *tokens)
{
    for (size_t i = 0; i < tokens->count; i++)
        free(tokens->values[i]);
    *tokens = (struct tokens){0};
}

static bool is_token(const char *value)
{
    size_t size = 0;
    for (; value[size] != '\0'; size++) {
        if (value[size] <= ' ' || value[size] > '~')
            return false;
    }
    return size > 0 && size <= TOKEN_SIZE_MOST;
}

int tokens_add(struct tokens *tokens, const char *value, struct error *error)
{
    if (!is_token(value))
        return error_set(error, ERROR_INVALID,
            "a token is 1 to %d printable ASCII characters without a space", TOKEN_SIZE_MOST);
    if (tokens->count == TOKENS_MOST)
        return error_set(error, ERROR_LIMIT, "at most %d tokens", TOKENS_MOST);
    char *copy = strdup(value);
    if (copy == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the tokens");
    tokens->values[tokens->count++] = copy;
    return 0;
}

int tokens_add_lines(struct tokens *tokens, const char *text, struct error *error)
{
    _cleanup_free_ char *copy = strdup(text);
    if (copy == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the tokens");
    char *place = NULL;
    for (char *line = strtok_r(copy, "\r\n", &place); line != NULL;
         line = strtok_r(NULL, "\r\n", &place)) {
        int r = tokens_add(tokens, line, error);
        if (r < 0)
            return r;
    }
    return 0;
}

int tokens_replace(struct tokens *tokens, const char *text, struct error *error)
{
    _cleanup_(tokens_deinit) struct tokens made = {0};
    int r = tokens_add_lines(&made, text, error);
    if (r < 0)
        return r;
    struct tokens old = *tokens;
    *tokens = made;
    made = old;
    return 0;
}

bool tokens_accept(const struct tokens *tokens, const char *authorization)
{
    static const char scheme[] = "Bearer ";
    if (authorization == NULL || strncasecmp(authorization, scheme, sizeof(scheme) - 1) != 0)
        return false;
    const char *value = authorization + sizeof(scheme) - 1;
    if (tokens->count == 0)
        return is_token(value);
    for (size_t i = 0; i < tokens->count; i++) {
        if (strcmp(tokens->values[i], value) == 0)
            return true;
    }
    return false;
}
