/*
 * Feeds arbitrary bytes to the typed view as an entry and as each whole body. Whatever they are: it
 * takes what the page splitter takes and agrees with it on id, action and time; members are known
 * or unknown and none is lost; what is written reads back to the same; and the helpers answer.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json_text.h"
#include "slackaudit/body.h"
#include "slackaudit/page.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort(); /* the fuzzer keeps the input */
}

/* Every struct of the typed view begins with its object. */
static void check_object(const struct slackaudit_object *object)
{
    size_t members = 0, unknown = 0;
    struct slackaudit_member member = {0};
    while (slackaudit_value_next(object->value, &member)) {
        must(slackaudit_value_get(object->value, member.name) == member.value);
        members++;
    }
    while (slackaudit_unknown_next(object, &member))
        unknown++;
    bool is_object = slackaudit_value_type(object->value) == SLACKAUDIT_OBJECT;
    must(members == (is_object ? slackaudit_value_count(object->value) : 0));
    must(unknown <= members);
}

static void check_text(struct slackaudit_text text, const char *raw, size_t raw_size)
{
    must((text.data != NULL) == (text.type == SLACKAUDIT_STRING));
    if (raw == NULL)
        return; /* the splitter has none for what is empty or too long too */
    _cleanup_free_ char *decoded = malloc(raw_size + 1);
    must(decoded != NULL);
    size_t size = json_text_decode(raw, raw_size, decoded);
    must(text.type == SLACKAUDIT_STRING && text.size == size);
    must(memcmp(text.data, decoded, size) == 0);
}

static void check_written(const struct slackaudit_value *value)
{
    _cleanup_free_ char *first = NULL, *second = NULL;
    size_t size = 0;
    struct slackaudit_document *again = NULL;
    must(slackaudit_value_write(value, &first, &size) == SLACKAUDIT_OK);
    must(slackaudit_document_parse(&again, first, size, NULL) == SLACKAUDIT_OK);
    must(slackaudit_value_write(slackaudit_document_root(again), &second, NULL) == SLACKAUDIT_OK);
    must(strcmp(first, second) == 0);
    slackaudit_document_free(again);
}

static void check_helpers(const struct slackaudit_entry *entry)
{
    char plain[8];
    size_t size = slackaudit_value_plain(entry->context.session_id, plain, sizeof(plain));
    must(strlen(plain) <= size);
    int64_t time_us = 0;
    must(!slackaudit_details_time_us(&entry->details, &time_us) || time_us >= 0);
    struct slackaudit_document *document = NULL;
    const struct slackaudit_value *list = NULL;
    int code = slackaudit_details_users(&document, &list, entry->details.succeeded_users, NULL);
    must(code == SLACKAUDIT_OK || document == NULL);
    must(list == NULL || slackaudit_value_type(list) == SLACKAUDIT_ARRAY);
    slackaudit_document_free(document);
    struct slackaudit_text id = slackaudit_entity_id(&entry->entity);
    must(id.data == NULL || entry->entity.value != NULL);
}

static void check_entry(const struct slackaudit_entry *entry)
{
    check_object(&entry->object);
    check_object(&entry->actor.object);
    check_object(&entry->actor.user.object);
    check_object(&entry->entity.object);
    if (entry->entity.kind != SLACKAUDIT_ENTITY_UNKNOWN)
        check_object(&entry->entity.user.object);
    check_object(&entry->context.object);
    check_object(&entry->context.location.object);
    check_object(&entry->context.app.object);
    check_object(&entry->details.object);
    check_object(&entry->details.inviter.object);
    check_object(&entry->details.kicker.object);
    check_object(&entry->details.matched_rule.condition.object);
    check_helpers(entry);
}

static void check_bodies(const struct slackaudit_value *root)
{
    struct slackaudit_logs_body logs;
    struct slackaudit_entry entry;
    slackaudit_logs_body_read(root, &logs);
    check_object(&logs.object);
    check_object(&logs.response_metadata.object);
    for (size_t i = 0; slackaudit_logs_body_entry(&logs, i, &entry); i++)
        check_entry(&entry);
    struct slackaudit_schemas_body schemas;
    struct slackaudit_schema schema;
    slackaudit_schemas_body_read(root, &schemas);
    for (size_t i = 0; slackaudit_schemas_body_schema(&schemas, i, &schema); i++)
        check_object(&schema.object);
    struct slackaudit_actions_body actions;
    slackaudit_actions_body_read(root, &actions);
    check_object(&actions.actions.object);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    struct slackaudit_entry_slice slice;
    struct slackaudit_document *document = NULL;
    struct slackaudit_entry entry;
    struct slackaudit_problem problem;
    int looked = slackaudit_entry_look(text, size, &slice);
    int code = slackaudit_entry_parse(&document, &entry, text, size, &problem);
    must((code == SLACKAUDIT_OK) == (looked == 0));
    if (code != SLACKAUDIT_OK) {
        must(document == NULL && problem.code == code && problem.text[0] != '\0');
        return 0;
    }
    check_text(entry.id, slice.id, slice.id_size);
    check_text(entry.action, slice.action, slice.action_size);
    must(!slice.has_date || (entry.date_create.type == SLACKAUDIT_INTEGER &&
                                entry.date_create.value == slice.date_create));
    check_entry(&entry);
    check_bodies(slackaudit_document_root(document));
    check_written(slackaudit_document_root(document));
    slackaudit_document_free(document);
    return 0;
}
