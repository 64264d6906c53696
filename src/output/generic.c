/*
 * The generic HTTP output: posts what the format makes, as newline-delimited JSON (or plain lines)
 * or as a JSON array. The status alone says what became of it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "output/encoder.h"
#include "output/http_post.h"

struct output {
    struct http_post *post;
    struct encoder encoder;
    bool array;
};

static const struct http_receiver ndjson = {
    .scheme = "Bearer", .content_type = "application/x-ndjson"};
static const struct http_receiver array = {.scheme = "Bearer", .content_type = "application/json"};
static const struct http_receiver lines = {
    .scheme = "Bearer", .content_type = "text/plain; charset=utf-8"};

static const struct http_receiver *receiver_of(const struct config_output *config)
{
    if (strcmp(config->format, format_json.name) != 0)
        return &lines;
    return config->http.body == CONFIG_BODY_ARRAY ? &array : &ndjson;
}

static void generic_close(struct output *output)
{
    if (output == NULL)
        return;
    http_post_free(output->post);
    free(output);
}

DEFINE_CLEANUP(struct output, generic_close)

static int generic_open(
    struct output **ret_output, const struct output_context *context, struct error *error)
{
    _cleanup_(generic_closep) struct output *output = calloc(1, sizeof(*output));
    if (output == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for an HTTP output");
    const struct http_receiver *receiver = receiver_of(context->config);
    output->array = receiver == &array;
    int code = encoder_init(&output->encoder, context->config, error);
    if (code >= 0)
        code = http_post_new(&output->post, context, receiver, error);
    if (code < 0)
        return code;
    *ret_output = TAKE(output);
    return 0;
}

static int generic_begin(struct output *output, struct buffer *body)
{
    return output->array ? buffer_append_byte(body, '[') : 0;
}

static int generic_entry(struct output *output, const struct format_entry *entry, size_t index,
    struct buffer *body, struct error *error)
{
    (void)error; /* the codes of buffers and formats say enough */
    if (!output->array)
        return encoder_line(&output->encoder, entry, body);
    size_t start = body->size;
    int code = index > 0 ? buffer_append_byte(body, ',') : 0;
    if (code >= 0)
        code = encoder_message(&output->encoder, entry, body);
    if (code < 0)
        body->size = start;
    return code;
}

static int generic_end(struct output *output, struct buffer *body)
{
    return output->array ? buffer_append_byte(body, ']') : 0;
}

static void generic_send(struct output *output, struct output_batch *batch)
{
    http_post_send(output->post, batch);
}

static void generic_cancel(struct output *output, struct output_batch *batch)
{
    http_post_cancel(output->post, batch);
}

const struct output_type output_generic = {
    .name = "generic",
    .open = generic_open,
    .begin = generic_begin,
    .entry = generic_entry,
    .end = generic_end,
    .send = generic_send,
    .cancel = generic_cancel,
    .close = generic_close,
};
