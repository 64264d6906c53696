#include "ctl/logs_row.h"

#include <stdio.h>

#include "base/limits.h"
#include "base/units.h"
#include "slackaudit/entry.h"

enum { WIDEST_NAME = 40 };

const struct table_column logs_row_columns[LOGS_ROW_COLUMNS] = {
    {.title = "TIME"},
    {.title = "ACTION"},
    {.title = "ACTOR", .widest = WIDEST_NAME},
    {.title = "ENTITY", .widest = WIDEST_NAME},
    {.title = "ADDRESS", .widest = WIDEST_NAME},
};

static struct slice slice_of_text(struct slackaudit_text text)
{
    return (struct slice){.data = text.data, .size = text.data == NULL ? 0 : text.size};
}

/* The first that says something. */
static struct slice first_of(
    struct slackaudit_text one, struct slackaudit_text two, struct slackaudit_text three)
{
    if (one.size > 0)
        return slice_of_text(one);
    return slice_of_text(two.size > 0 ? two : three);
}

static int add_time(struct table *table, struct slackaudit_integer date)
{
    char text[UNITS_TEXT_SIZE];
    if (date.type != SLACKAUDIT_INTEGER)
        return table_add(table, SLICE_LITERAL(""));
    return table_add(table, slice_of(units_format_time(date.value, text)));
}

/* "channel general": what it is, and the best name that it has. */
static int add_entity(struct table *table, const struct slackaudit_entity *entity)
{
    struct slackaudit_text id = slackaudit_entity_id(entity);
    struct slackaudit_text name = slackaudit_entity_name(entity);
    struct slackaudit_text special = {0};
    if (entity->kind == SLACKAUDIT_ENTITY_USER)
        special = entity->user.email;
    else if (entity->kind == SLACKAUDIT_ENTITY_FILE)
        special = entity->file.title;
    else if (entity->kind == SLACKAUDIT_ENTITY_MESSAGE)
        special = entity->message.timestamp;
    struct slice best = first_of(special, name, id);
    struct buffer text = BUFFER_INIT(LIMIT_ENTRY + KIB(1));
    int r = buffer_append_slice(&text, slice_of_text(entity->type));
    if (r >= 0 && entity->type.size > 0 && best.size > 0)
        r = buffer_append_byte(&text, ' ');
    if (r >= 0)
        r = buffer_append_slice(&text, best);
    if (r >= 0)
        r = table_add(table, buffer_slice(&text));
    buffer_deinit(&text);
    return r;
}

static int add_cells(struct table *table, const struct slackaudit_entry *entry)
{
    const struct slackaudit_user *user = &entry->actor.user;
    int r = add_time(table, entry->date_create);
    if (r >= 0)
        r = table_add(table, slice_of_text(entry->action));
    if (r >= 0)
        r = table_add(table, first_of(user->email, user->name, user->id));
    if (r >= 0)
        r = add_entity(table, &entry->entity);
    if (r >= 0)
        r = table_add(table, slice_of_text(entry->context.ip_address));
    return r;
}

int logs_row_add(struct table *table, struct slice bytes)
{
    struct slackaudit_document *document = NULL;
    struct slackaudit_entry entry;
    int r = slackaudit_entry_parse(&document, &entry, bytes.data, bytes.size, NULL);
    if (r == SLACKAUDIT_ERROR_INVALID) /* the splitter lets no such entry through */
        slackaudit_entry_read(NULL, &entry);
    else if (r < 0)
        return r;
    r = add_cells(table, &entry);
    slackaudit_document_free(document);
    return r;
}
