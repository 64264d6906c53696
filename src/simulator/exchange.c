#include "simulator/exchange.h"

#include <string.h>

const char *request_argument(const struct request *request, const char *name)
{
    for (size_t i = 0; i < request->argument_count; i++) {
        if (strcmp(request->arguments[i].name, name) == 0)
            return request->arguments[i].value[0] == '\0' ? NULL : request->arguments[i].value;
    }
    return NULL;
}

void answer_deinit(struct answer *answer)
{
    buffer_deinit(&answer->body);
    if (answer->stream != NULL)
        answer->stream->free(answer->stream);
    answer->stream = NULL;
}

int answer_set_error(struct answer *answer, unsigned status, const char *name)
{
    answer->status = status;
    answer->content_type = "application/json; charset=utf-8";
    buffer_clear(&answer->body);
    return buffer_printf(&answer->body, "{\"ok\":false,\"error\":\"%s\"}", name);
}

int answer_set_text(
    struct answer *answer, unsigned status, const char *content_type, const char *text)
{
    answer->status = status;
    answer->content_type = content_type;
    buffer_clear(&answer->body);
    return buffer_append_text(&answer->body, text);
}
