#include "slackaudit/response.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "slackaudit/problem.h"

struct slackaudit_response {
    struct slackaudit_answer answer; /* its strings lie in `texts`, its body in `body` */
    char *texts;
    struct slackaudit_header *headers;
    struct buffer body;
};

DEFINE_CLEANUP(struct slackaudit_response, slackaudit_response_free)

/* Copies a text to `*place` and moves that on; without a place it only counts. */
static const char *put(char **place, size_t *size, const char *text)
{
    size_t needed = strlen(text) + 1;
    *size += needed;
    if (*place == NULL)
        return NULL;
    const char *copy = memcpy(*place, text, needed);
    *place += needed;
    return copy;
}

/* Run twice: to count, then to copy. Returns the bytes of all texts. */
static size_t copy_texts(
    struct slackaudit_response *response, const struct slackaudit_answer *from, char *place)
{
    size_t size = 0;
    struct slackaudit_answer *to = &response->answer;
    to->message = put(&place, &size, from->message);
    to->url = put(&place, &size, from->url);
    to->error = put(&place, &size, from->error);
    to->request_id = put(&place, &size, from->request_id);
    for (size_t i = 0; i < from->header_count; i++) {
        response->headers[i].name = put(&place, &size, from->headers[i].name);
        response->headers[i].value = put(&place, &size, from->headers[i].value);
    }
    return size;
}

static int copy_answer(struct slackaudit_response *response, const struct slackaudit_answer *from)
{
    response->answer = *from;
    response->answer.inside = NULL;
    response->headers = calloc(from->header_count + 1, sizeof(*response->headers));
    if (response->headers == NULL)
        return ERROR_MEMORY;
    response->answer.headers = response->headers;
    response->texts = malloc(copy_texts(response, from, NULL));
    if (response->texts == NULL)
        return ERROR_MEMORY;
    (void)copy_texts(response, from, response->texts); /* counted above */
    return 0;
}

int slackaudit_answer_keep(const struct slackaudit_answer *answer,
    struct slackaudit_response **ret_response, struct slackaudit_problem *problem)
{
    struct error error = ERROR_INIT;
    if (answer == NULL || ret_response == NULL) {
        int code = error_set(
            &error, ERROR_INVALID, "%s is NULL", answer == NULL ? "answer" : "ret_response");
        return problem_tell(problem, code, &error);
    }
    struct buffer *body = answer->inside;
    if (body != NULL && body->size != answer->body_size)
        return problem_tell(problem,
            error_set(&error, ERROR_INVALID, "answer is kept already: its body has gone"), &error);
    _cleanup_(slackaudit_response_freep) struct slackaudit_response *response =
        calloc(1, sizeof(*response));
    if (response == NULL || copy_answer(response, answer) < 0)
        return problem_tell(
            problem, error_set(&error, ERROR_MEMORY, "no memory for a response"), &error);
    response->answer.body = "";
    if (body != NULL && body->data != NULL) {
        response->body = *body;
        *body = (struct buffer)BUFFER_INIT(body->limit);
        response->answer.body = response->body.data;
    }
    *ret_response = TAKE(response);
    return SLACKAUDIT_OK;
}

void slackaudit_response_free(struct slackaudit_response *response)
{
    if (response == NULL)
        return;
    buffer_deinit(&response->body);
    free(response->headers);
    free(response->texts);
    free(response);
}

const struct slackaudit_answer *slackaudit_response_answer(
    const struct slackaudit_response *response)
{
    return &response->answer;
}
