#include "slackaudit/query.h"

#include <stdio.h>
#include <string.h>

#include "slackaudit/client_parts.h"

static bool is_set(const char *text)
{
    return text != NULL && *text != '\0';
}

static int check_actions(const char *action, struct error *error)
{
    if (!is_set(action))
        return 0;
    int count = 1;
    bool empty_name = *action == ',';
    for (const char *byte = action; *byte != '\0'; byte++)
        if (*byte == ',') {
            count++;
            empty_name = empty_name || byte[1] == ',' || byte[1] == '\0';
        }
    if (empty_name)
        return error_set(error, ERROR_INVALID, "action has an empty name in its list");
    if (count > SLACKAUDIT_QUERY_ACTIONS)
        return error_set(error, ERROR_INVALID, "action lists %d names, and at most %d are allowed",
            count, SLACKAUDIT_QUERY_ACTIONS);
    return 0;
}

int reserved_check(const void *const *reserved, size_t count, struct error *error)
{
    for (size_t i = 0; i < count; i++)
        if (reserved[i] != NULL)
            return error_set(error, ERROR_INVALID,
                "reserved is not NULL: the caller is not initialised, or built for a later version "
                "of the library");
    return 0;
}

int extras_check(const struct slackaudit_extras *extras, struct error *error)
{
    int code = reserved_check(extras->reserved, RESERVED_COUNT(extras->reserved), error);
    for (size_t i = 0; code == 0 && extras->query != NULL && extras->query[i] != NULL; i += 2)
        if (extras->query[i + 1] == NULL)
            code = error_set(error, ERROR_INVALID, "query: %s has no value", extras->query[i]);
    return code;
}

/* A number without its flag would be left out, and the caller would not know. */
static int check_number(const char *name, bool has, int64_t number, struct error *error)
{
    if (!has && number != 0)
        return error_set(error, ERROR_INVALID, "%s is %lld, and has_%s is not set", name,
            (long long)number, name);
    if (number < 0)
        return error_set(error, ERROR_INVALID, "%s is negative", name);
    return 0;
}

static int check_range(const struct slackaudit_query *query, struct error *error)
{
    int code = check_number("oldest", query->has_oldest, query->oldest, error);
    if (code == 0)
        code = check_number("latest", query->has_latest, query->latest, error);
    if (code < 0)
        return code;
    if (query->has_oldest && query->has_latest && query->oldest > query->latest)
        return error_set(error, ERROR_INVALID, "oldest (%lld) is after latest (%lld)",
            (long long)query->oldest, (long long)query->latest);
    return 0;
}

int query_check(const struct slackaudit_client *client, const struct slackaudit_query *query,
    struct error *error)
{
    if (query == NULL)
        return error_set(error, ERROR_INVALID, "query is NULL");
    if (client->authorization == NULL)
        return error_set(
            error, ERROR_INVALID, "token is not set in the client, and /logs wants one");
    int code = check_range(query, error);
    if (code == 0)
        code = check_number("limit", query->has_limit, query->limit, error);
    if (code < 0)
        return code;
    if (query->has_limit && (query->limit < 1 || query->limit > SLACKAUDIT_QUERY_LIMIT))
        return error_set(error, ERROR_INVALID, "limit is %d, and must be 1 to %d", query->limit,
            SLACKAUDIT_QUERY_LIMIT);
    if (is_set(query->cursor) && strlen(query->cursor) > LIMIT_CURSOR)
        return error_set(
            error, ERROR_INVALID, "cursor is longer than %zu bytes", (size_t)LIMIT_CURSOR);
    code = check_actions(query->action, error);
    return code < 0 ? code : extras_check(&query->extras, error);
}

static int add_number(struct address *address, const char *name, bool has, int64_t number)
{
    if (!has)
        return 0;
    char text[24];
    (void)snprintf(text, sizeof(text), "%lld", (long long)number); /* fits */
    return address_add(address, name, text);
}

static int add_text(struct address *address, const char *name, const char *text)
{
    return is_set(text) ? address_add(address, name, text) : 0;
}

static int add_extras(struct address *address, const struct slackaudit_extras *extras)
{
    int code = 0;
    const char *const *query = extras == NULL ? NULL : extras->query;
    for (; code == 0 && query != NULL && *query != NULL; query += 2)
        code = address_add(address, query[0], query[1]);
    return code;
}

static int judge_address(int code, struct error *error)
{
    return code == 0 ? 0
                     : error_set(error, code, "query does not fit into an address of %zu bytes",
                           (size_t)LIMIT_URL);
}

int extras_address(struct address *address, const char *base_url, const char *path,
    const struct slackaudit_extras *extras, struct error *error)
{
    int code = address_begin(address, base_url, path);
    if (code == 0)
        code = add_extras(address, extras);
    return judge_address(code, error);
}

int query_address(struct address *address, const char *base_url,
    const struct slackaudit_query *query, struct error *error)
{
    int code = address_begin(address, base_url, "logs");
    if (code == 0)
        code = add_number(address, "oldest", query->has_oldest, query->oldest);
    if (code == 0)
        code = add_number(address, "latest", query->has_latest, query->latest);
    if (code == 0)
        code = add_number(address, "limit", query->has_limit, query->limit);
    if (code == 0)
        code = add_text(address, "action", query->action);
    if (code == 0)
        code = add_text(address, "actor", query->actor);
    if (code == 0)
        code = add_text(address, "entity", query->entity);
    if (code == 0)
        code = add_text(address, "cursor", query->cursor);
    if (code == 0)
        code = add_extras(address, &query->extras);
    return judge_address(code, error);
}
