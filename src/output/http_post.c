#include "output/http_post.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/gzip.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "output/answer.h"

DEFINE_CLEANUP(struct http_post, http_post_free)

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
    struct loop_task task; /* the next slice of compression, or the request */
    struct gzip *gzip;     /* until all is compressed */
    struct buffer compressed;
    size_t taken; /* bytes of the body that are compressed */
    struct buffer answer;
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

/* Secrets that were refused may have been replaced where they are kept. A proxy refuses its own
 * when the tunnel is made, which looks like a failed connection. */
static bool wants_reload(const struct http_post *post, const struct output_answer *answer)
{
    return answer->outcome == OUTPUT_SENDER_REFUSED ||
           (post->target.proxy != NULL && answer->transport == SLACKAUDIT_TRANSPORT_CONNECT);
}

static void finish(struct posting *posting, const struct output_answer *answer)
{
    struct output_batch *batch = posting->batch;
    posting->post->reload |= wants_reload(posting->post, answer);
    batch->sending = NULL;
    batch->done(batch, answer);
    posting_free(posting);
}

enum output_outcome http_post_outcome(int status)
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
    case 407:
    case 410:
    case 415:
        return OUTPUT_SENDER_REFUSED;
    default:
        return OUTPUT_FAILED;
    }
}

/* Whether the answer counts. One that is only too long says what it has to say at its beginning.
 * One that broke off says enough when the batch comes again anyway; an acceptance or a refusal for
 * good wants the whole of it. */
static bool is_answer(const struct http_result *result)
{
    if (result->failure == HTTP_OK || result->status == 0)
        return result->failure == HTTP_OK;
    enum output_outcome outcome = http_post_outcome(result->status);
    return result->failure == HTTP_TOO_LARGE ||
           (outcome != OUTPUT_DELIVERED && outcome != OUTPUT_REFUSED);
}

/* The beginning of the answer's body in one line; `text` has room for EXCERPT bytes and one. */
static void excerpt_of(struct slice body, char *text)
{
    size_t size = 0;
    body.size = utf8_cut(body, EXCERPT);
    for (size_t i = 0; i < body.size; i++) {
        unsigned char byte = (unsigned char)body.data[i];
        bool blank = byte <= ' ' || byte == 0x7f;
        if (!blank)
            text[size++] = (char)byte;
        else if (size > 0 && text[size - 1] != ' ')
            text[size++] = ' ';
    }
    if (size > 0 && text[size - 1] == ' ')
        size--;
    text[size] = '\0';
}

/* "the receiver answered 503: Server is busy", with the body's beginning when it is fit to be
 * shown. */
static void describe(const struct posting *posting, int status, char *text, size_t size)
{
    char excerpt[EXCERPT + 1];
    excerpt_of(buffer_slice(&posting->answer), excerpt);
    bool shown = *excerpt != '\0' && !http_target_betrayed(&posting->post->target, excerpt);
    (void)snprintf(text, size, "the receiver answered %d%s%s", status, shown ? ": " : "",
        shown ? excerpt : ""); /* a cut text is still a text */
}

static void judge(
    const struct posting *posting, const struct http_result *result, struct output_answer *answer)
{
    const struct http_post *post = posting->post;
    answer->transport = SLACKAUDIT_TRANSPORT_OK;
    answer->os_errno = 0;
    answer->status = result->status;
    answer->outcome = http_post_outcome(result->status);
    answer->retry_after_us =
        http_retry_after_us(result, clock_wall_us(loop_clock(post->context.loop)));
    if (post->receiver->judge != NULL)
        post->receiver->judge(buffer_slice(&posting->answer), answer);
}

static void answered(void *user, const struct http_result *result)
{
    struct posting *posting = user;
    char text[ERROR_TEXT_SIZE] = "";
    posting->call = NULL;
    struct output_answer answer =
        answer_failed(answer_transport(result->failure), result->os_errno, text);
    if (is_answer(result))
        judge(posting, result, &answer);
    else
        (void)snprintf(text, sizeof(text), "%s: %s", http_failure_name(result->failure),
            result->message); /* a cut text is still a text */
    if (answer.status != 0 && answer.outcome != OUTPUT_DELIVERED)
        describe(posting, answer.status, text, sizeof(text));
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
        .url = secret_text(post->target.url),
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

/* Compresses the next slice of the body. 1: there is more. */
static int compress(struct posting *posting, struct error *error)
{
    const struct buffer *body = &posting->batch->body;
    size_t left = body->size - posting->taken;
    const struct slice slice = {
        .data = body->data + posting->taken, .size = left < GZIP_SLICE ? left : GZIP_SLICE};
    bool last = slice.size == left;
    int code = gzip_write(posting->gzip, slice, last, &posting->compressed);
    if (code < 0)
        return error_set(error, code, "cannot compress the batch: %s", error_code_name(code));
    posting->taken += slice.size;
    if (!last)
        return 1;
    gzip_free(TAKE(posting->gzip)); /* its memory is not held while the receiver thinks */
    return 0;
}

/* The next slice of the body, then the request. A request that cannot be made for what stands in
 * the secrets is told like one that was refused. */
static void prepare(void *user)
{
    struct posting *posting = user;
    bool compressed = posting->gzip != NULL;
    struct error error = ERROR_INIT;
    int code = compressed ? compress(posting, &error) : 0;
    if (code > 0) {
        loop_task_post(&posting->task);
        return;
    }
    if (code == 0)
        code = start(posting,
            buffer_slice(compressed ? &posting->compressed : &posting->batch->body), &error);
    if (code >= 0)
        return;
    struct output_answer answer = answer_failed(SLACKAUDIT_TRANSPORT_OTHER, 0, error.text);
    if (code == ERROR_INVALID)
        answer.outcome = OUTPUT_SENDER_REFUSED;
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
    const struct output_answer answer =
        answer_failed(SLACKAUDIT_TRANSPORT_OTHER, 0, "no memory for a request");
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
    _cleanup_(http_post_freep) struct http_post *post = calloc(1, sizeof(*post));
    if (post == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for an HTTP output");
    post->context = *context;
    post->receiver = receiver;
    int code = http_target_init(&post->target, context->config, receiver->scheme,
        receiver->default_path, receiver->content_type, error);
    if (code < 0)
        return code;
    *ret_post = TAKE(post);
    return 0;
}

void http_post_free(struct http_post *post)
{
    if (post == NULL)
        return;
    http_target_deinit(&post->target);
    free(post);
}
