#include "base/json.h"

#include <limits.h>
#include <stdlib.h>

#include <json-c/json.h>

#include "base/cleanup.h"
#include "base/json_check.h"
#include "base/limits.h"

/* A `struct json_value` is a json-c object under another name; `null` is NULL in both. */
struct json_document {
    struct json_object *root;
};

/* json-c asks for a writable object even where it only reads. */
static struct json_object *object_of(const struct json_value *value)
{
    return (struct json_object *)value;
}

static const struct json_value *value_of(const struct json_object *object)
{
    return (const struct json_value *)object;
}

/* Parsing: json_check() reads the text, and json-c gets it in pieces */

struct parser {
    struct json_tokener *tokener;
    struct slice bytes;
    size_t fed;
    struct json_object *root;
    bool done; /* the outermost value is complete; only white space can follow */
    struct error *error;
};

static void parser_deinit(struct parser *parser)
{
    if (parser->tokener != NULL)
        json_tokener_free(parser->tokener);
    json_object_put(parser->root);
}

/* The text is known to be valid; json-c refuses it only for want of memory (for which not every
 * version has an error of its own). */
static int refused(const struct parser *parser)
{
    return error_set(parser->error, ERROR_MEMORY, "cannot hold JSON of %zu bytes: %s",
        parser->bytes.size, json_tokener_error_desc(json_tokener_get_error(parser->tokener)));
}

static int feed(struct parser *parser, const char *data, size_t size)
{
    while (size > 0 && !parser->done) {
        int piece = size < INT_MAX ? (int)size : INT_MAX;
        parser->root = json_tokener_parse_ex(parser->tokener, data, piece);
        enum json_tokener_error status = json_tokener_get_error(parser->tokener);
        if (status == json_tokener_success)
            parser->done = true;
        else if (status != json_tokener_continue)
            return refused(parser);
        data += piece;
        size -= (size_t)piece;
    }
    return 0;
}

static int feed_until(struct parser *parser, size_t end)
{
    size_t start = parser->fed;
    parser->fed = end;
    return feed(parser, parser->bytes.data + start, end - start);
}

/* json-c would turn an integer that is too large into the largest it knows. With an exponent of 0
 * it becomes a number with a fraction, of which json-c keeps the spelling. And it would cut a name
 * at a NUL, so that what was sent as another name would take the place of a member. */
static int feed_oddity(void *user, enum json_oddity oddity, size_t end)
{
    struct parser *parser = user;
    bool is_integer = oddity == JSON_WIDE_INTEGER;
    int result = feed_until(parser, is_integer ? end : end - strlen("0000"));
    if (result < 0)
        return result;
    parser->fed = end;
    const char *instead = is_integer ? "e0" : "fffd";
    return feed(parser, instead, strlen(instead));
}

static int parse(struct parser *parser)
{
    int result = json_check(parser->bytes, feed_oddity, parser, parser->error);
    if (result == 0)
        result = feed_until(parser, parser->bytes.size);
    if (result == 0)
        result = feed(parser, "", 1); /* a number alone ends only with the NUL byte */
    if (result == 0 && !parser->done)
        result = refused(parser);
    return result;
}

int json_parse(struct slice bytes, struct json_document **ret_document, struct error *error)
{
    _cleanup_(parser_deinit) struct parser parser = {.bytes = bytes, .error = error};
    /* One level more than arrays and objects may have, for the value inside the innermost. */
    parser.tokener = json_tokener_new_ex(LIMIT_JSON_DEPTH + 1);
    _cleanup_free_ struct json_document *document = calloc(1, sizeof(*document));
    if (parser.tokener == NULL || document == NULL)
        return error_set(error, ERROR_MEMORY, "no memory to read JSON");
    int result = parse(&parser);
    if (result < 0)
        return result;
    document->root = TAKE(parser.root);
    *ret_document = TAKE(document);
    return 0;
}

void json_free(struct json_document *document)
{
    if (document == NULL)
        return;
    json_object_put(document->root);
    free(document);
}

/* Values */

const struct json_value *json_root(const struct json_document *document)
{
    return document == NULL ? NULL : value_of(document->root);
}

enum json_kind json_kind(const struct json_value *value)
{
    struct json_object *object = object_of(value);
    switch (json_object_get_type(object)) {
    case json_type_boolean:
        return JSON_BOOLEAN;
    case json_type_int:
        return json_object_get_uint64(object) > INT64_MAX ? JSON_NUMBER : JSON_INTEGER;
    case json_type_double:
        return JSON_NUMBER;
    case json_type_string:
        return JSON_STRING;
    case json_type_array:
        return JSON_ARRAY;
    case json_type_object:
        return JSON_OBJECT;
    default:
        return JSON_NULL;
    }
}

bool json_is_object(const struct json_value *value)
{
    return json_object_is_type(object_of(value), json_type_object);
}

bool json_is_array(const struct json_value *value)
{
    return json_object_is_type(object_of(value), json_type_array);
}

bool json_find(
    const struct json_value *object, const char *name, const struct json_value **ret_value)
{
    struct json_object *member = NULL;
    if (!json_is_object(object) || !json_object_object_get_ex(object_of(object), name, &member))
        return false;
    *ret_value = value_of(member);
    return true;
}

const struct json_value *json_get(const struct json_value *object, const char *name)
{
    const struct json_value *value = NULL;
    return json_find(object, name, &value) ? value : NULL;
}

bool json_next(const struct json_value *object, struct json_member *member)
{
    if (!json_is_object(object))
        return false;
    struct json_object_iterator at = {.opaque_ = member->place};
    struct json_object_iterator end = json_object_iter_end(object_of(object));
    if (member->place == NULL)
        at = json_object_iter_begin(object_of(object));
    else
        json_object_iter_next(&at);
    if (json_object_iter_equal(&at, &end)) {
        *member = (struct json_member){0};
        return false;
    }
    *member = (struct json_member){
        .name = json_object_iter_peek_name(&at),
        .value = value_of(json_object_iter_peek_value(&at)),
        .place = at.opaque_,
    };
    return true;
}

const struct json_value *json_at(const struct json_value *array, size_t index)
{
    if (!json_is_array(array))
        return NULL;
    return value_of(json_object_array_get_idx(object_of(array), index));
}

size_t json_length(const struct json_value *array)
{
    if (json_is_array(array))
        return json_object_array_length(object_of(array));
    if (json_is_object(array))
        return (size_t)json_object_object_length(object_of(array));
    return 0;
}

struct slice json_text(const struct json_value *value)
{
    struct json_object *object = object_of(value);
    if (!json_object_is_type(object, json_type_string))
        return (struct slice){0};
    return (struct slice){
        json_object_get_string(object), (size_t)json_object_get_string_len(object)};
}

const char *json_string(const struct json_value *value)
{
    struct slice text = json_text(value);
    return text.data != NULL && strlen(text.data) == text.size ? text.data : NULL;
}

int64_t json_integer(const struct json_value *value, int64_t fallback)
{
    return json_kind(value) == JSON_INTEGER ? json_object_get_int64(object_of(value)) : fallback;
}

double json_number(const struct json_value *value, double fallback)
{
    enum json_kind kind = json_kind(value);
    if (kind != JSON_INTEGER && kind != JSON_NUMBER)
        return fallback;
    return json_object_get_double(object_of(value));
}

bool json_boolean(const struct json_value *value, bool fallback)
{
    struct json_object *object = object_of(value);
    if (!json_object_is_type(object, json_type_boolean))
        return fallback;
    return json_object_get_boolean(object);
}

int json_write(const struct json_value *value, bool indent, struct buffer *output)
{
    int flags = JSON_C_TO_STRING_NOSLASHESCAPE;
    flags |= indent ? JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED : JSON_C_TO_STRING_PLAIN;
    size_t size = 0;
    const char *text = json_object_to_json_string_length(object_of(value), flags, &size);
    if (text == NULL)
        return ERROR_MEMORY;
    return buffer_append(output, text, size);
}
