#include "slackaudit/value.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/limits.h"
#include "slackaudit/problem.h"

/* A value is a value of base/json.h under another name, but for null, which is NULL there: it is
 * the address of this byte. */
static const char null_value;

static const struct slackaudit_value *value_of(const struct json_value *json)
{
    return (const struct slackaudit_value *)(json != NULL ? (const void *)json : &null_value);
}

static const struct json_value *json_of(const struct slackaudit_value *value)
{
    return (const void *)value == &null_value ? NULL : (const struct json_value *)value;
}

/* Documents */

struct slackaudit_document {
    struct json_document *json;
};

DEFINE_CLEANUP(struct slackaudit_document, slackaudit_document_free)

static int parse(struct slackaudit_document **ret_document, struct slice bytes, struct error *error)
{
    if (bytes.data == NULL && bytes.size > 0)
        return error_set(error, ERROR_INVALID, "data is NULL");
    if (bytes.size > LIMIT_DOCUMENT)
        return error_set(error, ERROR_LIMIT, "data is %zu bytes of JSON: at most %zu are read",
            bytes.size, LIMIT_DOCUMENT);
    _cleanup_(slackaudit_document_freep) struct slackaudit_document *document =
        calloc(1, sizeof(*document));
    if (document == NULL)
        return error_set(error, ERROR_MEMORY, "no memory to read JSON");
    int code = json_parse(bytes, &document->json, error);
    if (code < 0)
        return code;
    *ret_document = TAKE(document);
    return 0;
}

int slackaudit_document_parse(struct slackaudit_document **ret_document, const char *data,
    size_t size, struct slackaudit_problem *problem)
{
    struct error error = ERROR_INIT;
    if (ret_document == NULL)
        return problem_of_null(problem, "ret_document");
    int code = parse(ret_document, (struct slice){data, size}, &error);
    return code < 0 ? problem_tell(problem, code, &error) : SLACKAUDIT_OK;
}

void slackaudit_document_free(struct slackaudit_document *document)
{
    if (document == NULL)
        return;
    json_free(document->json);
    free(document);
}

const struct slackaudit_value *slackaudit_document_root(const struct slackaudit_document *document)
{
    return document == NULL ? NULL : value_of(json_root(document->json));
}

/* Types */

enum slackaudit_type slackaudit_value_type(const struct slackaudit_value *value)
{
    static const enum slackaudit_type types[] = {
        [JSON_NULL] = SLACKAUDIT_NULL,
        [JSON_BOOLEAN] = SLACKAUDIT_BOOLEAN,
        [JSON_INTEGER] = SLACKAUDIT_INTEGER,
        [JSON_NUMBER] = SLACKAUDIT_NUMBER,
        [JSON_STRING] = SLACKAUDIT_STRING,
        [JSON_ARRAY] = SLACKAUDIT_ARRAY,
        [JSON_OBJECT] = SLACKAUDIT_OBJECT,
    };
    return value == NULL ? SLACKAUDIT_ABSENT : types[json_kind(json_of(value))];
}

const char *slackaudit_type_name(enum slackaudit_type type)
{
    switch (type) {
    case SLACKAUDIT_NULL:
        return "null";
    case SLACKAUDIT_BOOLEAN:
        return "boolean";
    case SLACKAUDIT_INTEGER:
        return "integer";
    case SLACKAUDIT_NUMBER:
        return "number";
    case SLACKAUDIT_STRING:
        return "string";
    case SLACKAUDIT_ARRAY:
        return "array";
    case SLACKAUDIT_OBJECT:
        return "object";
    default:
        return "absent";
    }
}

/* Arrays and objects */

const struct slackaudit_value *slackaudit_value_get(
    const struct slackaudit_value *object, const char *name)
{
    const struct json_value *member = NULL;
    if (name == NULL || !json_find(json_of(object), name, &member))
        return NULL;
    return value_of(member);
}

const struct slackaudit_value *slackaudit_value_at(
    const struct slackaudit_value *array, size_t index)
{
    const struct json_value *json = json_of(array);
    if (!json_is_array(json) || index >= json_length(json))
        return NULL;
    return value_of(json_at(json, index));
}

size_t slackaudit_value_count(const struct slackaudit_value *value)
{
    return json_length(json_of(value));
}

bool slackaudit_value_next(const struct slackaudit_value *object, struct slackaudit_member *member)
{
    if (member == NULL)
        return false;
    struct json_member next = {.place = member->place};
    bool found = json_next(json_of(object), &next);
    *member = (struct slackaudit_member){
        .name = next.name,
        .value = found ? value_of(next.value) : NULL,
        .place = next.place,
    };
    return found;
}

/* Scalars */

const char *slackaudit_value_string(const struct slackaudit_value *value, size_t *ret_size)
{
    struct slice text = json_text(json_of(value));
    if (text.data != NULL && ret_size != NULL)
        *ret_size = text.size;
    return text.data;
}

bool slackaudit_value_integer(const struct slackaudit_value *value, int64_t *ret_integer)
{
    if (slackaudit_value_type(value) != SLACKAUDIT_INTEGER)
        return false;
    if (ret_integer != NULL)
        *ret_integer = json_integer(json_of(value), 0);
    return true;
}

bool slackaudit_value_number(const struct slackaudit_value *value, double *ret_number)
{
    enum slackaudit_type type = slackaudit_value_type(value);
    if (type != SLACKAUDIT_INTEGER && type != SLACKAUDIT_NUMBER)
        return false;
    if (ret_number != NULL)
        *ret_number = json_number(json_of(value), 0);
    return true;
}

bool slackaudit_value_boolean(const struct slackaudit_value *value, bool *ret_boolean)
{
    if (slackaudit_value_type(value) != SLACKAUDIT_BOOLEAN)
        return false;
    if (ret_boolean != NULL)
        *ret_boolean = json_boolean(json_of(value), false);
    return true;
}

bool slackaudit_value_has(const struct slackaudit_value *value, const char *text)
{
    const struct json_value *json = json_of(value);
    struct slice wanted = slice_of(text);
    if (text == NULL)
        return false;
    if (!json_is_array(json))
        return json_kind(json) == JSON_STRING && slice_equal(json_text(json), wanted);
    for (size_t i = 0; i < json_length(json); i++) {
        const struct json_value *element = json_at(json, i);
        if (json_kind(element) == JSON_STRING && slice_equal(json_text(element), wanted))
            return true;
    }
    return false;
}

/* Text */

static size_t copy_cut(struct slice text, char *buffer, size_t size)
{
    if (size == 0)
        return text.size;
    size_t kept = text.size < size - 1 ? text.size : size - 1;
    memcpy(buffer, text.data, kept);
    buffer[kept] = '\0';
    return text.size;
}

size_t slackaudit_value_plain(const struct slackaudit_value *value, char *buffer, size_t size)
{
    const struct json_value *json = json_of(value);
    char digits[32] = "";
    switch (json_kind(json)) {
    case JSON_STRING:
        return copy_cut(json_text(json), buffer, size);
    case JSON_INTEGER:
        (void)snprintf(digits, sizeof(digits), "%" PRId64, json_integer(json, 0)); /* 20 at most */
        return copy_cut(slice_of(digits), buffer, size);
    case JSON_BOOLEAN:
        return copy_cut(slice_of(json_boolean(json, false) ? "true" : "false"), buffer, size);
    default:
        return copy_cut(SLICE_LITERAL(""), buffer, size);
    }
}

int slackaudit_value_write(const struct slackaudit_value *value, char **ret_text, size_t *ret_size)
{
    if (ret_text == NULL)
        return SLACKAUDIT_ERROR_INVALID;
    _cleanup_(buffer_deinit) struct buffer text = BUFFER_INIT(2 * LIMIT_DOCUMENT);
    int code = value == NULL ? 0 : json_write(json_of(value), false, &text);
    if (code < 0)
        return problem_code(code);
    if (buffer_text(&text) == NULL)
        return SLACKAUDIT_ERROR_MEMORY;
    if (ret_size != NULL)
        *ret_size = text.size;
    *ret_text = TAKE(text.data);
    return SLACKAUDIT_OK;
}
