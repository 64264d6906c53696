/*
 * The Splunk output: events for the HTTP Event Collector. The body is objects one behind the other,
 * each with the entry as its `event`; the answer carries a code that says more than the status
 * (Splunk, "HTTP Event Collector: possible error codes").
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/limits.h"
#include "output/encoder.h"
#include "output/http_post.h"

#define EVENT_PATH "/services/collector/event"

#define KEEP KIB(64) /* of the memory for one message */

enum { TIME_SIZE = 20 }; /* of the longest 64-bit number */

/* What the codes of the collector's answers mean; NOT_SAID where the status says it. */
enum { NOT_SAID = -1 };

static int outcome_of(int64_t code)
{
    switch (code) {
    case 0:  /* success */
    case 17: /* healthy */
    case 24: /* success, the queue is nearly full */
    case 25: /* success, the acknowledgements are nearly full */
        return OUTPUT_DELIVERED;
    case 6:  /* invalid data format */
    case 12: /* event field is required */
    case 13: /* event field cannot be blank */
        return OUTPUT_REFUSED;
    case 1:  /* token disabled */
    case 2:  /* token is required */
    case 3:  /* invalid authorization */
    case 4:  /* invalid token */
    case 7:  /* incorrect index */
    case 10: /* data channel is missing */
    case 11: /* invalid data channel */
    case 14: /* acknowledgement is disabled */
    case 16: /* query string authorization is not enabled */
    case 21: /* invalid token */
    case 22: /* token disabled */
        return OUTPUT_SENDER_REFUSED;
    case 5:  /* no data: we always send some, so it got lost on its way */
    case 8:  /* internal server error */
    case 9:  /* server is busy */
    case 18: /* queues are full */
    case 19: /* the acknowledgement service is not available */
    case 20: /* both */
    case 23: /* shutting down */
        return OUTPUT_FAILED;
    default:
        return NOT_SAID;
    }
}

struct output {
    struct http_post *post;
    struct encoder encoder;
    bool raw;              /* the event is the entry itself, not a string */
    struct buffer message; /* what another format made, before it becomes a string */
    struct buffer prefix; /* `,"host":...,"sourcetype":...`, the same for every event of a source */
    char *prefix_source;  /* the source it was made for */
    const struct config_output *config;
};

/* The code corrects the status, but makes no success of a failure. The number is that of the first
 * invalid event, from 0; Splunk has taken the events before it. */
static void judge(struct slice body, struct output_answer *answer)
{
    struct json_document *document = NULL;
    if (body.size == 0 || json_parse(body, &document, NULL) < 0)
        return; /* nothing, or a proxy's page: the status says it all */
    const struct json_value *root = json_root(document);
    int outcome = outcome_of(json_integer(json_get(root, "code"), -1));
    if (outcome != NOT_SAID && outcome != OUTPUT_DELIVERED)
        answer->outcome = (enum output_outcome)outcome;
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

DEFINE_CLEANUP(struct output, hec_close)

static int hec_open(
    struct output **ret_output, const struct output_context *context, struct error *error)
{
    _cleanup_(hec_closep) struct output *output = calloc(1, sizeof(*output));
    if (output == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a Splunk output");
    *output = (struct output){.raw = strcmp(context->config->format, format_json.name) == 0,
        .message = BUFFER_INIT(LIMIT_BATCH),
        .prefix = BUFFER_INIT(KIB(16)),
        .config = context->config};
    int code = encoder_init(&output->encoder, context->config, error);
    if (code >= 0)
        code = http_post_new(&output->post, context, &receiver, error);
    if (code < 0)
        return code;
    *ret_output = TAKE(output);
    return 0;
}

static int append_field(struct buffer *buffer, const char *name, const char *value)
{
    if (value[0] == '\0')
        return 0;
    int code = buffer_printf(buffer, ",\"%s\":", name);
    return code < 0 ? code : buffer_append_json_string(buffer, slice_of(value));
}

/* A batch is of one source, so what names it is made once. What is not set is left to the token's
 * settings in Splunk. */
static int make_prefix(struct output *output, const char *source)
{
    if (output->prefix_source != NULL && strcmp(output->prefix_source, source) == 0)
        return 0;
    free(output->prefix_source);
    output->prefix_source = NULL;
    buffer_clear(&output->prefix);
    const struct config_output *config = output->config;
    int code = append_field(&output->prefix, "host", config->http.host);
    if (code >= 0)
        code = append_field(&output->prefix, "source", source);
    if (code >= 0)
        code = append_field(&output->prefix, "sourcetype", config->http.sourcetype);
    if (code >= 0)
        code = append_field(&output->prefix, "index", config->http.index);
    if (code >= 0)
        code = buffer_append_text(&output->prefix, ",\"event\":");
    if (code >= 0 && (output->prefix_source = strdup(source)) == NULL)
        code = ERROR_MEMORY;
    return code;
}

static int append_event(
    struct output *output, const struct format_entry *entry, struct buffer *body)
{
    if (output->raw)
        return encoder_message(&output->encoder, entry, body);
    int code = encoder_message(&output->encoder, entry, &output->message);
    if (code >= 0)
        code = buffer_append_json_string(body, buffer_slice(&output->message));
    buffer_clear(&output->message);
    buffer_shrink(&output->message, KEEP);
    return code;
}

/* By hand: printf would cost more than the rest of the event. */
static int append_time(struct buffer *body, int64_t time)
{
    char digits[TIME_SIZE];
    size_t at = sizeof(digits);
    uint64_t rest = time < 0 ? -(uint64_t)time : (uint64_t)time;
    do
        digits[--at] = (char)('0' + rest % 10);
    while ((rest /= 10) > 0);
    if (time < 0)
        digits[--at] = '-';
    return buffer_append(body, digits + at, sizeof(digits) - at);
}

static int hec_entry(struct output *output, const struct format_entry *entry, size_t index,
    struct buffer *body, struct error *error)
{
    (void)index, (void)error; /* events stand alone; the codes of buffers and formats say enough */
    size_t start = body->size;
    int code = make_prefix(output, entry->source);
    if (code >= 0)
        code = buffer_append_slice(body, SLICE_LITERAL("{\"time\":"));
    if (code >= 0)
        code = append_time(body, entry->time);
    if (code >= 0)
        code = buffer_append_slice(body, buffer_slice(&output->prefix));
    if (code >= 0)
        code = append_event(output, entry, body);
    if (code >= 0)
        code = buffer_append_slice(body, SLICE_LITERAL("}\n"));
    if (code < 0)
        body->size = start;
    return code;
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
