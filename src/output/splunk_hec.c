/*
 * The Splunk output: events for the HTTP Event Collector. The body is objects one behind the other,
 * each with the entry as its `event`; the answer carries a code that says more than the status
 * (Splunk, "HTTP Event Collector: possible error codes").
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

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
    int r = append_field(&output->prefix, "host", config->http.host);
    if (r >= 0)
        r = append_field(&output->prefix, "source", source);
    if (r >= 0)
        r = append_field(&output->prefix, "sourcetype", config->http.sourcetype);
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
    int r = encoder_message(&output->encoder, entry, &output->message);
    if (r >= 0)
        r = buffer_append_json_string(body, buffer_slice(&output->message));
    buffer_clear(&output->message);
    buffer_shrink(&output->message, KEEP);
    return r;
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
    int r = make_prefix(output, entry->source);
    if (r >= 0)
        r = buffer_append_slice(body, SLICE_LITERAL("{\"time\":"));
    if (r >= 0)
        r = append_time(body, entry->time);
    if (r >= 0)
        r = buffer_append_slice(body, buffer_slice(&output->prefix));
    if (r >= 0)
        r = append_event(output, entry, body);
    if (r >= 0)
        r = buffer_append_slice(body, SLICE_LITERAL("}\n"));
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
