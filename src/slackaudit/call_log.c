#include "slackaudit/call_log.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/ascii.h"
#include "base/cleanup.h"

#define REDACTED "(redacted)"

static void hand_to_client(struct slackaudit_call *call, char *text)
{
    struct slackaudit_client *client = call->client;
    client_hide_token(client, text);
    client->log(client->user, text);
}

void call_log(struct slackaudit_call *call, const char *format, ...)
{
    if (call->client->log == NULL)
        return;
    char text[LIMIT_LOG_LINE];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(text), format, arguments); /* what is too long is cut */
    va_end(arguments);
    hand_to_client(call, text);
}

/* A line that is too long is cut: nothing here returns an error. */
static void add_header(struct buffer *line, const char *name, const char *value)
{
    (void)buffer_printf(line, "; %s: %s", name, value);
}

static void add_names(
    struct buffer *line, const struct headers *headers, const struct headers *replaced_by)
{
    for (size_t i = 0; i < headers->count; i++)
        if (replaced_by == NULL || !headers_have(replaced_by, headers->items[i].name))
            add_header(line, headers->items[i].name, REDACTED);
}

static void tell(struct slackaudit_call *call, struct buffer *line)
{
    const char *text = buffer_text(line);
    if (text != NULL)
        hand_to_client(call, line->data);
}

void call_log_request(struct slackaudit_call *call)
{
    struct slackaudit_client *client = call->client;
    if (client->log == NULL)
        return;
    _cleanup_(buffer_deinit) struct buffer line = BUFFER_INIT(LIMIT_LOG_LINE);
    (void)buffer_printf(&line, "%s %s: attempt %d begins", call->method, call->url,
        call->retry.current_attempt + 1); /* see add_header() */
    add_header(&line, "User-Agent", client->user_agent);
    if (client->authorization != NULL)
        add_header(&line, "Authorization", REDACTED);
    add_names(&line, &client->headers, &call->headers);
    add_names(&line, &call->headers, NULL);
    tell(call, &line);
}

void call_log_answer(struct slackaudit_call *call, const struct call_outcome *outcome)
{
    if (call->client->log == NULL)
        return;
    _cleanup_(buffer_deinit) struct buffer line = BUFFER_INIT(LIMIT_LOG_LINE);
    (void)buffer_printf(&line, "%s %s: attempt %d: status %d, transport %s%s%s%s", call->method,
        call->address, call->retry.current_attempt + 1, outcome->status,
        slackaudit_transport_name(outcome->transport), *outcome->error == '\0' ? "" : ", error ",
        outcome->error, outcome->broken_body ? ", not a whole page" : ""); /* see add_header() */
    size_t count = outcome->result == NULL ? 0 : outcome->result->header_count;
    for (size_t i = 0; i < count; i++) {
        const struct http_header *header = &outcome->result->headers[i];
        add_header(
            &line, header->name, ascii_same(header->name, "Set-Cookie") ? REDACTED : header->value);
    }
    tell(call, &line);
}
