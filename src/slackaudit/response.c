#include "slackaudit/response.h"

#include <stdlib.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "slackaudit/problem.h"
#include "slackaudit/texts.h"

struct slackaudit_response {
    struct slackaudit_answer answer; /* its strings lie in `texts`, its body in `body` */
    struct texts texts;
    struct slackaudit_header *headers;
    struct buffer body;
    struct slackaudit_document *document; /* of the body, once it was asked for */
};

DEFINE_CLEANUP(struct slackaudit_response, slackaudit_response_free)

/* Run twice: to count, then to copy. */
static void put_all(struct slackaudit_response *response, const struct slackaudit_answer *from)
{
    struct slackaudit_answer *to = &response->answer;
    to->message = texts_put(&response->texts, from->message);
    to->url = texts_put(&response->texts, from->url);
    to->error = texts_put(&response->texts, from->error);
    to->request_id = texts_put(&response->texts, from->request_id);
    for (size_t i = 0; i < from->header_count; i++) {
        response->headers[i].name = texts_put(&response->texts, from->headers[i].name);
        response->headers[i].value = texts_put(&response->texts, from->headers[i].value);
    }
}

static int copy_answer(struct slackaudit_response *response, const struct slackaudit_answer *from)
{
    response->answer = *from;
    response->answer.inside = NULL;
    response->headers = calloc(from->header_count + 1, sizeof(*response->headers));
    if (response->headers == NULL)
        return ERROR_MEMORY;
    response->answer.headers = response->headers;
    put_all(response, from);
    if (texts_allocate(&response->texts) < 0)
        return ERROR_MEMORY;
    put_all(response, from);
    return 0;
}

/* Takes the body over from a call; from another response it is copied. */
static int take_body(struct slackaudit_response *response, const struct slackaudit_answer *from)
{
    struct buffer *body = from->inside;
    if (body != NULL) {
        response->body = *body;
        *body = (struct buffer)BUFFER_INIT(body->limit);
    } else {
        response->body = (struct buffer)BUFFER_INIT(from->body_size);
        if (buffer_append(&response->body, from->body, from->body_size) < 0)
            return ERROR_MEMORY;
    }
    response->answer.body = buffer_text(&response->body);
    return response->answer.body == NULL ? ERROR_MEMORY : 0;
}

int slackaudit_answer_keep(const struct slackaudit_answer *answer,
    struct slackaudit_response **ret_response, struct slackaudit_problem *problem)
{
    if (answer == NULL || ret_response == NULL)
        return problem_of_null(problem, answer == NULL ? "answer" : "ret_response");
    struct error error = ERROR_INIT;
    const struct buffer *body = answer->inside;
    if (body != NULL && body->data == NULL) /* one that is there has its NUL byte at least */
        return problem_tell(problem,
            error_set(&error, ERROR_INVALID, "answer is kept already: its body has gone"), &error);
    _cleanup_(slackaudit_response_freep) struct slackaudit_response *response =
        calloc(1, sizeof(*response));
    if (response == NULL || copy_answer(response, answer) < 0 || take_body(response, answer) < 0)
        return problem_tell(
            problem, error_set(&error, ERROR_MEMORY, "no memory for a response"), &error);
    *ret_response = TAKE(response);
    return SLACKAUDIT_OK;
}

void slackaudit_response_free(struct slackaudit_response *response)
{
    if (response == NULL)
        return;
    slackaudit_document_free(response->document);
    buffer_deinit(&response->body);
    free(response->headers);
    texts_deinit(&response->texts);
    free(response);
}

const struct slackaudit_answer *slackaudit_response_answer(
    const struct slackaudit_response *response)
{
    return &response->answer;
}

int slackaudit_response_json(struct slackaudit_response *response,
    const struct slackaudit_value **ret_value, struct slackaudit_problem *problem)
{
    if (response == NULL || ret_value == NULL)
        return problem_of_null(problem, response == NULL ? "response" : "ret_value");
    if (response->document == NULL) {
        int code = slackaudit_document_parse(
            &response->document, response->answer.body, response->answer.body_size, problem);
        if (code < 0)
            return code;
    }
    *ret_value = slackaudit_document_root(response->document);
    return SLACKAUDIT_OK;
}

int slackaudit_response_logs(struct slackaudit_response *response,
    struct slackaudit_logs_body *ret_logs, struct slackaudit_problem *problem)
{
    if (ret_logs == NULL)
        return problem_of_null(problem, "ret_logs");
    const struct slackaudit_value *value = NULL;
    int code = slackaudit_response_json(response, &value, problem);
    if (code == SLACKAUDIT_OK)
        slackaudit_logs_body_read(value, ret_logs);
    return code;
}

int slackaudit_response_schemas(struct slackaudit_response *response,
    struct slackaudit_schemas_body *ret_schemas, struct slackaudit_problem *problem)
{
    if (ret_schemas == NULL)
        return problem_of_null(problem, "ret_schemas");
    const struct slackaudit_value *value = NULL;
    int code = slackaudit_response_json(response, &value, problem);
    if (code == SLACKAUDIT_OK)
        slackaudit_schemas_body_read(value, ret_schemas);
    return code;
}

int slackaudit_response_actions(struct slackaudit_response *response,
    struct slackaudit_actions_body *ret_actions, struct slackaudit_problem *problem)
{
    if (ret_actions == NULL)
        return problem_of_null(problem, "ret_actions");
    const struct slackaudit_value *value = NULL;
    int code = slackaudit_response_json(response, &value, problem);
    if (code == SLACKAUDIT_OK)
        slackaudit_actions_body_read(value, ret_actions);
    return code;
}
