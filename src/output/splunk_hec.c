/*
 * The Splunk output: events for the HTTP Event Collector. The body is objects one behind the other,
 * each with the entry as its `event`; the answer carries a code that says more than the status
 * (Splunk, "HTTP Event Collector: possible error codes").
 */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/limits.h"
#include "output/encoder.h"
#include "output/http_post.h"

#define EVENT_PATH         "/services/collector/event"
#define DEFAULT_SOURCETYPE "slack:audit"

/* Codes of the collector's answers. */
enum hec_code {
    HEC_SUCCESS = 0,
    HEC_TOKEN_DISABLED = 1,
    HEC_TOKEN_REQUIRED = 2,
    HEC_INVALID_AUTHORIZATION = 3,
    HEC_INVALID_TOKEN = 4,
    HEC_INVALID_FORMAT = 6,
    HEC_INCORRECT_INDEX = 7,
    HEC_CHANNEL_MISSING = 10,
    HEC_CHANNEL_INVALID = 11,
    HEC_EVENT_MISSING = 12,
    HEC_EVENT_BLANK = 13,
    HEC_ACK_DISABLED = 14,
    HEC_UNKNOWN = -1,
};

struct output {
    struct http_post *post;
    struct encoder encoder;
    bool raw;              /* the event is the entry itself, not a string */
    struct buffer message; /* what another format made, before it becomes a string */
    struct buffer prefix; /* `,"host":...,"sourcetype":...`, the same for every event of a source */
    char *prefix_source;  /* the source it was made for */
    const struct config_output *config;
};

static enum output_outcome outcome_of(int64_t code, enum output_outcome by_status)
{
    switch (code) {
    case HEC_INVALID_FORMAT:
    case HEC_EVENT_MISSING:
    case HEC_EVENT_BLANK:
        return OUTPUT_REFUSED;
    case HEC_TOKEN_DISABLED:
    case HEC_TOKEN_REQUIRED:
    case HEC_INVALID_AUTHORIZATION:
    case HEC_INVALID_TOKEN:
    case HEC_INCORRECT_INDEX:
    case HEC_CHANNEL_MISSING:
    case HEC_CHANNEL_INVALID:
    case HEC_ACK_DISABLED:
        return OUTPUT_SENDER_REFUSED;
    default:
        return by_status;
    }
}

static void judge(struct slice body, struct output_answer *answer)
{
    struct json_document *document = NULL;
    if (json_parse(body, &document, NULL) < 0)
        return; /* a proxy's page: the status says it all */
    const struct json_value *root = json_root(document);
    int64_t code = json_integer(json_get(root, "code"), HEC_UNKNOWN);
    if (answer->outcome != OUTPUT_DELIVERED && code > HEC_SUCCESS)
        answer->outcome = outcome_of(code, answer->outcome);
    int64_t refused = json_integer(json_get(root, "invalid-event-number"), -1);
    if (answer->outcome == OUTPUT_REFUSED && refused >= 0 && refused <= LONG_MAX)
        answer->refused = (long)refused;
    json_free(document);
}

static const struct http_receiver receiver = {.scheme = "Splunk",
    .default_path = EVENT_PATH,
    .content_type = "application/json",
    .judge = judge};

static void hec_close(struct output *output)
{
    if (output == NULL)
        return;
    http_post_free(output->post);
    buffer_deinit(&output->message);
    buffer_deinit(&output->prefix);
    free(output->prefix_source);
    free(output);
}

static int hec_open(
    struct output **ret_output, const struct output_context *context, struct error *error)
{
    struct output *output = calloc(1, sizeof(*output));
    if (output == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a Splunk output");
    *output = (struct output){.raw = strcmp(context->config->format, format_json.name) == 0,
        .message = BUFFER_INIT(LIMIT_BATCH),
        .prefix = BUFFER_INIT(KIB(16)),
        .config = context->config};
    int r = encoder_init(&output->encoder, context->config, error);
    if (r >= 0)
        r = http_post_new(&output->post, context, &receiver, error);
    if (r < 0) {
        hec_close(output);
        return r;
    }
    *ret_output = output;
    return 0;
}

static int append_field(struct buffer *buffer, const char *name, const char *value)
{
    if (value[0] == '\0')
        return 0;
    int r = buffer_printf(buffer, ",\"%s\":", name);
    return r < 0 ? r : buffer_append_json_string(buffer, slice_of(value));
}

/* A batch is of one source, so what names it is made once. */
static int make_prefix(struct output *output, const char *source)
{
    if (output->prefix_source != NULL && strcmp(output->prefix_source, source) == 0)
        return 0;
    free(output->prefix_source);
    output->prefix_source = NULL;
    buffer_clear(&output->prefix);
    const struct config_output *config = output->config;
    const char *host = config->http.host[0] != '\0' ? config->http.host : output->encoder.host_name;
    const char *sourcetype =
        config->http.sourcetype[0] != '\0' ? config->http.sourcetype : DEFAULT_SOURCETYPE;
    int r = append_field(&output->prefix, "host", host);
    if (r >= 0)
        r = append_field(&output->prefix, "source", source);
    if (r >= 0)
        r = append_field(&output->prefix, "sourcetype", sourcetype);
    if (r >= 0)
        r = append_field(&output->prefix, "index", config->http.index);
    if (r >= 0)
        r = buffer_append_text(&output->prefix, ",\"event\":");
    if (r >= 0 && (output->prefix_source = strdup(source)) == NULL)
        r = ERROR_MEMORY;
    return r;
}

static int append_event(
    struct output *output, const struct format_entry *entry, struct buffer *body)
{
    if (output->raw)
        return encoder_message(&output->encoder, entry, body);
    buffer_clear(&output->message);
    int r = encoder_message(&output->encoder, entry, &output->message);
    return r < 0 ? r : buffer_append_json_string(body, buffer_slice(&output->message));
}

static int hec_entry(struct output *output, const struct format_entry *entry, size_t index,
    struct buffer *body, struct error *error)
{
    (void)index, (void)error; /* events stand alone; the codes of buffers and formats say enough */
    size_t start = body->size;
    int r = make_prefix(output, entry->source);
    if (r >= 0)
        r = buffer_printf(body, "{\"time\":%" PRId64, entry->time);
    if (r >= 0)
        r = buffer_append_slice(body, buffer_slice(&output->prefix));
    if (r >= 0)
        r = append_event(output, entry, body);
    if (r >= 0)
        r = buffer_append_text(body, "}\n");
    if (r < 0)
        body->size = start;
    return r;
}

static void hec_send(struct output *output, struct output_batch *batch)
{
    http_post_send(output->post, batch);
}

static void hec_cancel(struct output *output, struct output_batch *batch)
{
    http_post_cancel(output->post, batch);
}

const struct output_type output_splunk_hec = {
    .name = "splunk_hec",
    .open = hec_open,
    .entry = hec_entry,
    .send = hec_send,
    .cancel = hec_cancel,
    .close = hec_close,
};
