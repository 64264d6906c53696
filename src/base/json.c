#include "base/json.h"

#include <errno.h>
#include <limits.h>
#include <locale.h>
#include <stdlib.h>

#include <json-c/json.h>

#include "base/cleanup.h"
#include "base/json_reader.h"
#include "base/json_text.h"
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

/* Parsing: json_read() reads the text, and json-c is handed one value after the other. Each call of
 * it that wants memory is looked at. */

struct builder {
    struct json_object *root;
    struct json_object *open[LIMIT_JSON_DEPTH]; /* owned by what they stand in */
    size_t depth;
    struct buffer name;    /* of the member whose value is next */
    struct buffer scratch; /* of a string or a number, decoded */
    locale_t locale;       /* in which a point is a point */
    struct error *error;
};

static void builder_deinit(struct builder *builder)
{
    json_object_put(builder->root);
    buffer_deinit(&builder->name);
    buffer_deinit(&builder->scratch);
    if (builder->locale != (locale_t)0)
        freelocale(builder->locale);
}

static int no_memory(const struct builder *builder)
{
    return error_set(builder->error, ERROR_MEMORY, "no memory to read JSON");
}

/* Puts the value where it belongs; it is freed when that fails. */
static int put(struct builder *builder, struct json_object *value)
{
    if (builder->depth == 0) {
        builder->root = value;
        return 0;
    }
    struct json_object *parent = builder->open[builder->depth - 1];
    int failed = json_object_is_type(parent, json_type_array)
                     ? json_object_array_add(parent, value)
                     : json_object_object_add(parent, builder->name.data, value);
    if (failed == 0)
        return 0;
    json_object_put(value);
    return no_memory(builder);
}

static int put_new(struct builder *builder, struct json_object *value)
{
    return value == NULL ? no_memory(builder) : put(builder, value);
}

static int on_open(void *user, bool is_object)
{
    struct builder *builder = user;
    struct json_object *value = is_object ? json_object_new_object() : json_object_new_array();
    int code = put_new(builder, value);
    if (code == 0)
        builder->open[builder->depth++] = value;
    return code;
}

static int on_close(void *user)
{
    struct builder *builder = user;
    builder->depth--;
#if JSON_C_VERSION_NUM >= (15 << 8)
    if (json_object_is_type(builder->open[builder->depth], json_type_array))
        /* When this fails, it only stays larger. */
        (void)json_object_array_shrink(builder->open[builder->depth], 0);
#endif
    return 0;
}

/* The text of a string in `ret_text`, which has a NUL byte behind it. */
static int decode(struct builder *builder, struct slice raw, struct buffer *ret_text)
{
    buffer_clear(ret_text);
    if (buffer_reserve(ret_text, raw.size) < 0)
        return no_memory(builder);
    if (raw.size > 0)
        ret_text->size = json_text_decode(raw.data, raw.size, ret_text->data);
    return buffer_text(ret_text) == NULL ? no_memory(builder) : 0;
}

/* json-c would cut a name at a NUL, so that what was sent as another name would take the place of a
 * member. */
static int on_name(void *user, struct slice raw, bool escaped)
{
    (void)escaped;
    struct builder *builder = user;
    int code = decode(builder, raw, &builder->name);
    if (code < 0 || memchr(builder->name.data, '\0', builder->name.size) == NULL)
        return code;
    code = decode(builder, raw, &builder->scratch);
    if (code < 0)
        return code;
    buffer_clear(&builder->name);
    for (size_t i = 0; code == 0 && i < builder->scratch.size; i++)
        code = builder->scratch.data[i] == '\0'
                   ? buffer_append_slice(&builder->name, SLICE_LITERAL("\xef\xbf\xbd"))
                   : buffer_append_byte(&builder->name, builder->scratch.data[i]);
    return code < 0 || buffer_text(&builder->name) == NULL ? no_memory(builder) : 0;
}

static int on_string(void *user, struct slice raw, bool escaped)
{
    struct builder *builder = user;
    if (escaped) {
        int code = decode(builder, raw, &builder->scratch);
        if (code < 0)
            return code;
        raw = buffer_slice(&builder->scratch);
    }
    if (raw.size > INT_MAX)
        return error_set(builder->error, ERROR_LIMIT, "a string of JSON has %zu bytes", raw.size);
    return put_new(builder, json_object_new_string_len(raw.data, (int)raw.size));
}

/* With its spelling, which json_spelling() gives back. */
static int put_number(struct builder *builder, const char *text)
{
    if (builder->locale == (locale_t)0)
        builder->locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (builder->locale == (locale_t)0)
        return no_memory(builder);
    return put_new(builder, json_object_new_double_s(strtod_l(text, NULL, builder->locale), text));
}

static int on_number(void *user, struct slice text, bool is_integer)
{
    struct builder *builder = user;
    buffer_clear(&builder->scratch);
    if (buffer_append_slice(&builder->scratch, text) < 0 || buffer_text(&builder->scratch) == NULL)
        return no_memory(builder);
    errno = 0;
    long long integer = is_integer ? strtoll(builder->scratch.data, NULL, 10) : 0;
    if (!is_integer || errno != 0) /* past 64 bits */
        return put_number(builder, builder->scratch.data);
    return put_new(builder, json_object_new_int64(integer));
}

static int on_word(void *user, enum json_word word)
{
    struct builder *builder = user;
    if (word == JSON_WORD_NULL)
        return put(builder, NULL); /* as json-c has it */
    return put_new(builder, json_object_new_boolean(word == JSON_WORD_TRUE));
}

int json_parse(struct slice bytes, struct json_document **ret_document, struct error *error)
{
    static const struct json_events events = {.open = on_open,
        .close = on_close,
        .name = on_name,
        .string = on_string,
        .number = on_number,
        .word = on_word};
    size_t most = bytes.size; /* no text is longer decoded than it was */
    _cleanup_(builder_deinit) struct builder builder = {
        .name = BUFFER_INIT(most), .scratch = BUFFER_INIT(most), .error = error};
    _cleanup_free_ struct json_document *document = calloc(1, sizeof(*document));
    if (document == NULL)
        return no_memory(&builder);
    int result = json_read(bytes, &events, &builder, error);
    if (result < 0)
        return result;
    document->root = TAKE(builder.root);
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
        return JSON_INTEGER;
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

struct slice json_spelling(const struct json_value *value)
{
    if (json_kind(value) != JSON_NUMBER)
        return (struct slice){0};
    return slice_of(json_object_get_userdata(object_of(value)));
}

bool json_boolean(const struct json_value *value, bool fallback)
{
    struct json_object *object = object_of(value);
    if (!json_object_is_type(object, json_type_boolean))
        return fallback;
    return json_object_get_boolean(object);
}
