#include "base/json_text.h"
#include "base/limits.h"
#include "base/units.h"
#include "format/format.h"
#include "format/syslog_header.h"
#include "slackaudit/page.h"

/* RFC 5424, section 6: how long each word of the header may be. */
enum { HOST_NAME_SIZE = 255, APP_NAME_SIZE = 48, MESSAGE_ID_SIZE = 32 };

/* A private SD-ID carries an enterprise number (RFC 5424, section 6.3.2), and this project has none
 * registered. 32473 is the number that RFC 5612 keeps free for examples: nobody can be given it, so
 * the name cannot collide with that of a product, and receivers match the whole SD-ID as a text. */
#define STRUCTURED_DATA_ID "slackaudit@32473"

/* A text of the entry, decoded. */
struct field {
    char text[4 * LIMIT_ENTRY_ID];
    size_t size;
};

/* What is absurdly long counts as absent; the entry itself still has it. */
static void decode(const char *raw, size_t size, struct field *field)
{
    bool usable = raw != NULL && size <= sizeof(field->text);
    field->size = usable ? json_text_decode(raw, size, field->text) : 0;
}

/* MSGID: the action, where it fits; it stands in the structured data in any case. */
static int append_message_id(struct buffer *output, const struct field *action)
{
    bool fits = action->size > 0 && action->size <= MESSAGE_ID_SIZE;
    for (size_t i = 0; fits && i < action->size; i++)
        fits = syslog_is_printable(action->text[i]);
    return fits ? buffer_append(output, action->text, action->size)
                : buffer_append_byte(output, '-');
}

/* Bytes from the front that stand for themselves in a parameter's value. */
static size_t plain_run(struct slice value)
{
    size_t run = 0;
    while (run < value.size && (unsigned char)value.data[run] >= ' ' && value.data[run] != 127 &&
           value.data[run] != '"' && value.data[run] != '\\' && value.data[run] != ']')
        run++;
    return run;
}

/* RFC 5424, section 6.3.3: `"`, `\` and `]` are escaped. Control characters may stand there by the
 * letter, but would break a receiver that frames by lines. */
static int append_special(struct buffer *output, char byte)
{
    if ((unsigned char)byte < ' ' || byte == 127)
        return buffer_append_byte(output, ' ');
    return buffer_append(output, (char[]){'\\', byte}, 2);
}

static int append_value(struct buffer *output, struct slice value)
{
    while (value.size > 0) {
        size_t run = plain_run(value);
        int result = buffer_append(output, value.data, run);
        if (result == 0 && run < value.size)
            result = append_special(output, value.data[run++]);
        if (result < 0)
            return result;
        value.data += run;
        value.size -= run;
    }
    return 0;
}

/* `opening` is what stands before the value. */
static int append_parameter(struct buffer *output, const char *opening, struct slice value)
{
    if (value.size == 0)
        return 0;
    int result = buffer_append_text(output, opening);
    if (result == 0)
        result = append_value(output, value);
    if (result == 0)
        result = buffer_append_byte(output, '"');
    return result;
}

static int append_header(const struct format_options *options, const struct format_entry *entry,
    const struct field *action, struct buffer *output)
{
    char time[UNITS_TEXT_SIZE];
    int result = syslog_append_priority(output, options->facility);
    if (result == 0)
        result = buffer_append_text(output, "1 ");
    if (result == 0)
        result = buffer_append_text(output, units_format_time(entry->time, time));
    if (result == 0)
        result = buffer_append_byte(output, ' ');
    if (result == 0)
        result = syslog_append_word(
            output, slice_of(options->host_name), HOST_NAME_SIZE, syslog_is_printable);
    if (result == 0)
        result = buffer_append_byte(output, ' ');
    if (result == 0)
        result = syslog_append_word(
            output, slice_of(options->app_name), APP_NAME_SIZE, syslog_is_printable);
    if (result == 0)
        result = buffer_append_text(output, " - "); /* no process of ours made the entry */
    if (result == 0)
        result = append_message_id(output, action);
    return result;
}

static int append_message(
    const struct format_options *options, const struct format_entry *entry, struct buffer *output)
{
    struct slackaudit_entry_slice look;
    if (slackaudit_entry_look(entry->bytes.data, entry->bytes.size, &look) < 0)
        return ERROR_INVALID;
    struct field id, action;
    decode(look.id, look.id_size, &id);
    decode(look.action, look.action_size, &action);

    int result = append_header(options, entry, &action, output);
    if (result == 0)
        result = buffer_append_text(output, " [" STRUCTURED_DATA_ID);
    if (result == 0)
        result = append_parameter(output, " source=\"", slice_of(entry->source));
    if (result == 0)
        result = append_parameter(output, " id=\"", (struct slice){id.text, id.size});
    if (result == 0)
        result = append_parameter(output, " action=\"", (struct slice){action.text, action.size});
    if (result == 0)
        result = buffer_append_text(output, "] \xef\xbb\xbf"); /* the byte order mark of UTF-8 */
    if (result == 0)
        result = buffer_append_slice(output, entry->bytes);
    return result;
}

const struct format_type format_rfc5424 = {
    .name = "rfc5424",
    .append = append_message,
};
