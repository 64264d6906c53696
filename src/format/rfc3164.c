#include <time.h>

#include "format/format.h"
#include "format/syslog_header.h"

/* RFC 3164, section 4.1: the header's words. */
enum { HOST_NAME_SIZE = 255, TAG_SIZE = 32 };

/* "Mmm dd hh:mm:ss", local time as the RFC wants it, the day padded with a space. */
static int append_time(struct buffer *output, int64_t seconds)
{
    static const char *const months[] = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t time = (time_t)seconds;
    struct tm local;
    if (localtime_r(&time, &local) == NULL)
        return ERROR_INVALID;
    return buffer_printf(output, "%s %2d %02d:%02d:%02d", months[local.tm_mon], local.tm_mday,
        local.tm_hour, local.tm_min, local.tm_sec);
}

/* The domain must not be part of HOSTNAME (section 4.1.2); an address has none. */
static struct slice without_domain(struct slice host)
{
    if (strspn(host.data, "0123456789.:") >= host.size)
        return host;
    const char *dot = memchr(host.data, '.', host.size);
    if (dot != NULL && dot > host.data)
        host.size = (size_t)(dot - host.data);
    return host;
}

static int append_message(
    const struct format_options *options, const struct format_entry *entry, struct buffer *output)
{
    int result = syslog_append_priority(output, options->facility);
    if (result == 0)
        result = append_time(output, entry->time);
    if (result == 0)
        result = buffer_append_byte(output, ' ');
    if (result == 0)
        result = syslog_append_word(output, without_domain(slice_of(options->host_name)),
            HOST_NAME_SIZE, syslog_is_printable);
    if (result == 0)
        result = buffer_append_byte(output, ' ');
    if (result == 0)
        result = syslog_append_word(
            output, slice_of(options->app_name), TAG_SIZE, syslog_is_alphanumeric);
    if (result == 0)
        result = buffer_append_text(output, ": ");
    if (result == 0)
        result = buffer_append_slice(output, entry->bytes);
    return result;
}

const struct format_type format_rfc3164 = {
    .name = "rfc3164",
    .append = append_message,
};
