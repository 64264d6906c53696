#include "slackaudit/slack_error.h"

#include "base/cleanup.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/utf8.h"

DEFINE_CLEANUP(struct json_document, json_free)

void slack_error_copy(const char *name, char *ret_name)
{
    size_t size = utf8_cut(slice_of(name), SLACK_ERROR_SIZE - 1);
    for (size_t i = 0; i < size; i++)
        ret_name[i] = (unsigned char)name[i] < 0x20 || name[i] == 0x7f ? '?' : name[i];
    ret_name[size] = '\0';
}

void slack_error_read(struct slice body, char *ret_name)
{
    *ret_name = '\0';
    /* A longer one is no error body, and parsing it would be work for nothing. */
    if (body.size == 0 || body.size > LIMIT_RESPONSE_BODY)
        return;
    _cleanup_(json_freep) struct json_document *document = NULL;
    if (json_parse(body, &document, NULL) < 0)
        return;
    const struct json_value *root = json_root(document);
    const char *name = json_string(json_get(root, "error"));
    if (name != NULL && !json_boolean(json_get(root, "ok"), false))
        slack_error_copy(name, ret_name);
}
