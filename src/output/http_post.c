#include "output/http_post.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/gzip.h"
#include "base/limits.h"

enum {
    GZIP_LEVEL = 3, /* a third of the processor time of level 6 for a tenth more bytes */
    EXCERPT = 200,  /* of the answer's body, for the log */
};

#define GZIP_SLICE KIB(128) /* of a body compressed in one turn: a few milliseconds */

struct http_post {
    struct output_context context;
    const struct http_receiver *receiver;
    struct http_target target;
    bool reload; /* the secrets were refused: read them again before the next request */
};

/* One batch on its way. */
struct posting {
    struct http_post *post;
    struct output_batch *batch;
    struct http_call *call;
    struct loop_task task; /* the next slice of compression, or the end */
    struct gzip *gzip;
    struct buffer compressed;
    size_t taken; /* bytes of the body that are compressed */
    struct buffer answer;
    char failed[ERROR_TEXT_SIZE]; /* why no request could be made */
};

static void posting_free(struct posting *posting)
{
    if (posting == NULL)
        return;
    loop_task_cancel(&posting->task);
    http_cancel(posting->call);
    gzip_free(posting->gzip);
    buffer_deinit(&posting->compressed);
    buffer_deinit(&posting->answer);
    free(posting);
}

static void finish(struct posting *posting, const struct output_answer *answer)
{
    struct output_batch *batch = posting->batch;
    batch->sending = NULL;
    batch->done(batch, answer);
    posting_free(posting);
}

static enum slackaudit_transport transport_of(enum http_failure failure)
{
    switch (failure) {
    case HTTP_OK:
        return SLACKAUDIT_TRANSPORT_OK;
    case HTTP_TIMEOUT:
        return SLACKAUDIT_TRANSPORT_TIMEOUT;
    case HTTP_DNS:
        return SLACKAUDIT_TRANSPORT_DNS;
    case HTTP_CONNECT:
        return SLACKAUDIT_TRANSPORT_CONNECT;
    case HTTP_TLS:
        return SLACKAUDIT_TRANSPORT_TLS;
    case HTTP_RESET:
        return SLACKAUDIT_TRANSPORT_RESET;
    case HTTP_TOO_LARGE:
    case HTTP_REFUSED:
    case HTTP_OTHER:
        break;
    }
    return SLACKAUDIT_TRANSPORT_OTHER;
}

/* What a status means for most receivers (contract, guarantee 6). A redirect is not followed: it is
 * a wrong address. */
static enum output_outcome outcome_of(int status)
{
    if (status >= 200 && status < 300)
        return OUTPUT_DELIVERED;
    if (status >= 300 && status < 400)
        return OUTPUT_SENDER_REFUSED;
    switch (status) {
    case 400:
    case 422:
        return OUTPUT_REFUSED;
    case 413:
        return OUTPUT_TOO_LARGE;
    case 401:
    case 403:
    case 404:
    case 405:
    case 410:
    case 415:
        return OUTPUT_SENDER_REFUSED;
    default:
        return OUTPUT_FAILED;
    }
}

/* "the receiver answered 503: Server is busy", with the body's beginning when it is fit to be
 * shown. */
static void describe(const struct posting *posting, int status, char *text, size_t size)
{
    char excerpt[EXCERPT + 1];
    size_t length = 0;
    for (size_t i = 0; i < posting->answer.size && length < EXCERPT; i++) {
        unsigned char byte = (unsigned char)posting->answer.data[i];
        excerpt[length++] = byte < 0x20 || byte == 0x7f ? ' ' : (char)byte;
    }
    excerpt[length] = '\0';
    bool shown = length > 0 && !http_target_betrayed(&posting->post->target, excerpt);
    (void)snprintf(text, size, "the receiver answered %d%s%s", status, shown ? ": " : "",
        shown ? excerpt : ""); /* a cut text is still a text */
}

static void answered(void *user, const struct http_result *result)
{
    struct posting *posting = user;
    struct http_post *post = posting->post;
    char text[ERROR_TEXT_SIZE];
    posting->call = NULL;
    struct output_answer answer = {.outcome = OUTPUT_FAILED,
        .message = text,
        .transport = transport_of(result->failure),
        .os_errno = result->os_errno,
        .retry_after_us = -1,
        .refused = -1};
    if (result->failure != HTTP_OK) {
        (void)snprintf(text, sizeof(text), "%s: %s", http_failure_name(result->failure),
            result->message); /* a cut text is still a text */
    } else {
        answer.status = result->status;
        answer.outcome = outcome_of(result->status);
        answer.retry_after_us =
            http_retry_after_us(result, clock_wall_us(loop_clock(post->context.loop)));
        describe(posting, result->status, text, sizeof(text));
        if (post->receiver->judge != NULL)
            post->receiver->judge(buffer_slice(&posting->answer), &answer);
    }
    post->reload |= answer.outcome == OUTPUT_SENDER_REFUSED;
    finish(posting, &answer);
}

/* Keeps the beginning of the answer; what a receiver says past it is of no use. */
static int keep_answer(void *user, int status, const char *data, size_t size)
{
    struct posting *posting = user;
    (void)status;
    size_t room = posting->answer.limit - posting->answer.size;
    return buffer_append(&posting->answer, data, size < room ? size : room);
}

static int start(struct posting *posting, struct slice body, struct error *error)
{
    struct http_post *post = posting->post;
    const struct config_output *config = post->context.config;
    const struct http_request request = {
        .method = config->http.method,
        .url = post->target.url,
        .headers = post->target.headers,
        .header_count = post->target.header_count,
        .body = body,
        .timeout_us = config->timeout_us,
        .proxy = config->has_proxy ? secret_text(post->target.proxy) : NULL,
        .tls = {.ca_file = config->tls.ca_file,
            .cert_file = config->tls.cert_file,
            .key_file = config->tls.key_file,
            .min_version = config->tls.min_version},
        .user_agent = "slackauditd",
        .response_limit = LIMIT_RECEIVER_BODY,
        .on_body = keep_answer,
        .done = answered,
        .user = posting,
    };
    return http_start(post->context.http, &request, &posting->call, error);
}

/* The next slice of the body, then the request. `done` never comes from inside send(), so that a
 * request that cannot be made is told like one that failed. */
static void prepare(void *user)
{
    struct posting *posting = user;
    struct slice body = buffer_slice(&posting->batch->body);
    struct error error = ERROR_INIT;
    int r = 0;
    if (posting->gzip != NULL) {
        size_t size =
            body.size - posting->taken < GZIP_SLICE ? body.size - posting->taken : GZIP_SLICE;
        const struct slice slice = {.data = body.data + posting->taken, .size = size};
        posting->taken += size;
        r = gzip_write(posting->gzip, slice, posting->taken == body.size, &posting->compressed);
        if (r < 0)
            (void)error_set(&error, r, "cannot compress the batch: %s",
                error_code_name(r)); /* r is judged below */
        if (r >= 0 && posting->taken < body.size) {
            loop_task_post(&posting->task);
            return;
        }
        body = buffer_slice(&posting->compressed);
    }
    if (r >= 0)
        r = start(posting, body, &error);
    if (r >= 0)
        return;
    const struct output_answer answer = {
        .outcome = r == ERROR_INVALID ? OUTPUT_SENDER_REFUSED : OUTPUT_FAILED,
        .message = error.text,
        .transport = SLACKAUDIT_TRANSPORT_OTHER,
        .retry_after_us = -1,
        .refused = -1};
    finish(posting, &answer);
}

static void reload_secrets(struct http_post *post)
{
    struct error error = ERROR_INIT;
    if (post->reload && http_target_reload(&post->target, &error) < 0)
        log_warning(&post->context.subject, "its secrets cannot be read again: %s", error.text);
    post->reload = false;
}

static void refuse_for_memory(struct output_batch *batch)
{
    const struct output_answer answer = {.outcome = OUTPUT_FAILED,
        .message = "no memory for a request",
        .transport = SLACKAUDIT_TRANSPORT_OTHER,
        .retry_after_us = -1,
        .refused = -1};
    batch->done(batch, &answer);
}

void http_post_send(struct http_post *post, struct output_batch *batch)
{
    reload_secrets(post);
    struct posting *posting = calloc(1, sizeof(*posting));
    if (posting == NULL) {
        refuse_for_memory(batch);
        return;
    }
    *posting = (struct posting){.post = post,
        .batch = batch,
        .compressed = BUFFER_INIT(2 * LIMIT_BATCH),
        .answer = BUFFER_INIT(LIMIT_RESPONSE_BODY)};
    loop_task_init(&posting->task, post->context.loop, prepare, posting);
    if (post->context.config->http.gzip && gzip_new(&posting->gzip, GZIP_LEVEL) < 0) {
        posting_free(posting);
        refuse_for_memory(batch);
        return;
    }
    batch->sending = posting;
    loop_task_post(&posting->task);
}

void http_post_cancel(struct http_post *post, struct output_batch *batch)
{
    (void)post;
    posting_free(batch->sending);
    batch->sending = NULL;
}

int http_post_new(struct http_post **ret_post, const struct output_context *context,
    const struct http_receiver *receiver, struct error *error)
{
    struct http_post *post = calloc(1, sizeof(*post));
    if (post == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for an HTTP output");
    post->context = *context;
    post->receiver = receiver;
    int r = http_target_init(&post->target, context->config, receiver->scheme,
        receiver->default_path, receiver->content_type, error);
    if (r < 0) {
        http_post_free(post);
        return r;
    }
    *ret_post = post;
    return 0;
}

void http_post_free(struct http_post *post)
{
    if (post == NULL)
        return;
    http_target_deinit(&post->target);
    free(post);
}
