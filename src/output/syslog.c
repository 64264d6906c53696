/*
 * The syslog output: messages over UDP, TCP, TLS or a Unix socket. This file makes and frames the
 * messages; output/syslog_link.h carries them.
 *
 * Framing (RFC 6587, and RFC 5425 for TLS): octet counting, `LEN SP MSG`, or a line feed behind
 * each message; no format's message holds one. A datagram is one message without any frame.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "output/encoder.h"
#include "output/syslog_link.h"

#define KEEP KIB(64) /* of the memory for one message */

struct output {
    const struct config_output *config;
    struct encoder encoder;
    const struct syslog_link_type *type;
    struct syslog_link *link;
    struct buffer message; /* one message, before its length is known */
    size_t max_size;
};

static void syslog_close(struct output *output)
{
    if (output == NULL)
        return;
    output->type->close(output->link);
    buffer_deinit(&output->message);
    free(output);
}

DEFINE_CLEANUP(struct output, syslog_close)

static bool is_datagram(const struct config_output *config)
{
    return config->syslog.transport == CONFIG_TRANSPORT_UDP ||
           config->syslog.transport == CONFIG_TRANSPORT_UNIX;
}

static int syslog_open(
    struct output **ret_output, const struct output_context *context, struct error *error)
{
    const struct config_output *config = context->config;
    _cleanup_(syslog_closep) struct output *output = calloc(1, sizeof(*output));
    if (output == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a syslog output");
    *output = (struct output){.config = config,
        .type = is_datagram(config) ? &syslog_datagram : &syslog_stream,
        .message = BUFFER_INIT(LIMIT_BATCH),
        .max_size = (size_t)config->syslog.max_size};
    if (is_datagram(config)) {
        size_t longest = syslog_datagram_longest(config->syslog.transport);
        output->max_size = output->max_size < longest ? output->max_size : longest;
    }
    int code = encoder_init(&output->encoder, config, error);
    if (code >= 0)
        code = output->type->open(&output->link, context, error);
    if (code < 0)
        return code;
    *ret_output = TAKE(output);
    return 0;
}

/* The message into `output->message`, cut or refused when it is too long. */
static int make_message(
    struct output *output, const struct format_entry *entry, struct error *error)
{
    buffer_clear(&output->message);
    int code = encoder_message(&output->encoder, entry, &output->message);
    if (code < 0 || output->message.size <= output->max_size)
        return code;
    if (output->config->syslog.oversize == CONFIG_OVERSIZE_DEAD_LETTER)
        return error_set(error, ERROR_INVALID, "its message has %zu bytes, max_size is %zu",
            output->message.size, output->max_size);
    output->message.size = utf8_cut(buffer_slice(&output->message), output->max_size);
    return 0;
}

static int frame(struct output *output, struct buffer *body)
{
    struct slice message = buffer_slice(&output->message);
    if (is_datagram(output->config))
        return buffer_append_slice(body, message);
    if (output->config->syslog.framing == CONFIG_FRAMING_OCTET_COUNTING) {
        char length[24];
        int size = snprintf(length, sizeof(length), "%zu ", message.size);
        int code = buffer_append(body, length, (size_t)size);
        return code < 0 ? code : buffer_append_slice(body, message);
    }
    int code = buffer_append_slice(body, message);
    return code < 0 ? code : buffer_append_byte(body, '\n');
}

static int syslog_entry(struct output *output, const struct format_entry *entry, size_t index,
    struct buffer *body, struct error *error)
{
    (void)index; /* messages stand alone */
    size_t start = body->size;
    int code = make_message(output, entry, error);
    if (code >= 0)
        code = frame(output, body);
    if (code < 0)
        body->size = start;
    buffer_clear(&output->message);
    buffer_shrink(&output->message, KEEP);
    return code;
}

static void syslog_send(struct output *output, struct output_batch *batch)
{
    output->type->send(output->link, batch);
}

static void syslog_cancel(struct output *output, struct output_batch *batch)
{
    (void)batch; /* there is only one */
    output->type->cancel(output->link);
}

const struct output_type output_syslog = {
    .name = "syslog",
    .one_at_a_time = true,
    .open = syslog_open,
    .entry = syslog_entry,
    .send = syslog_send,
    .cancel = syslog_cancel,
    .close = syslog_close,
};
