#include "output/encoder.h"

#include <unistd.h>

enum { FACILITY_AUTHPRIV = 10 }; /* RFC 5424, table 1 */

int encoder_init(struct encoder *encoder, const struct config_output *config, struct error *error)
{
    const struct format_type *format = format_find(config->format);
    if (format == NULL)
        return error_set(error, ERROR_INVALID, "the format \"%s\" is not known", config->format);
    bool syslog = config->type == CONFIG_OUTPUT_SYSLOG;
    *encoder = (struct encoder){
        .format = format,
        .app_name = syslog ? config->syslog.app_name : "slackaudit",
        .facility = syslog ? config->syslog.facility : FACILITY_AUTHPRIV,
    };
    /* Without a name the formats write "-", the nil value. A name that is cut has no NUL byte. */
    if (gethostname(encoder->host_name, sizeof(encoder->host_name) - 1) < 0)
        encoder->host_name[0] = '\0';
    return 0;
}

int encoder_message(
    const struct encoder *encoder, const struct format_entry *entry, struct buffer *body)
{
    const struct format_options options = {
        .app_name = encoder->app_name,
        .host_name = encoder->host_name,
        .facility = encoder->facility,
    };
    return format_encode(encoder->format, &options, entry, body);
}

int encoder_line(
    const struct encoder *encoder, const struct format_entry *entry, struct buffer *body)
{
    size_t start = body->size;
    int result = encoder_message(encoder, entry, body);
    if (result == 0)
        result = buffer_append_byte(body, '\n');
    if (result < 0)
        body->size = start;
    return result;
}
