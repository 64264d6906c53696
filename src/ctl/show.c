#include "ctl/show.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "ctl/print.h"
#include "daemon/daemon.h"

static const char *text_of(const struct json_value *object, const char *name)
{
    const char *text = json_string(json_get(object, name));
    return text == NULL ? "-" : text;
}

static int64_t number_of(const struct json_value *object, const char *name)
{
    return json_integer(json_get(object, name), 0);
}

static void show_walk(const struct json_value *walk)
{
    printf("source %s: read up to %s\n", text_of(walk, "source"), text_of(walk, "checkpoint"));
    printf("    begun at %s; every id is known since %s\n", text_of(walk, "start"),
        text_of(walk, "ids_complete_from"));
}

static void show_walks(const struct json_value *walks)
{
    for (size_t i = 0; i < json_length(walks); i++)
        show_walk(json_at(walks, i));
    if (json_length(walks) == 0)
        puts("no source has been read yet");
}

static void show_rewind(const struct json_value *rewind)
{
    printf("source %s: goes on from %s; what comes after that is sent again, %" PRId64
           " entries as far as is known\n",
        text_of(rewind, "source"), text_of(rewind, "checkpoint"),
        number_of(rewind, "known_entries_sent_again"));
}

static int show_json(const struct json_value *result)
{
    struct buffer output = BUFFER_INIT(LIMIT_RESPONSE);
    int r = json_write(result, true, &output);
    if (r >= 0)
        printf("%.*s\n", SLICE_PRINT(buffer_slice(&output)));
    buffer_deinit(&output);
    return r;
}

static int show_result(const char *verb, const struct json_value *result)
{
    const char *text = json_string(result);
    if (text != NULL)
        print_fit(stdout, "%s\n", text);
    else if (strcmp(verb, "checkpoint") == 0 && json_get(result, "source") != NULL)
        show_rewind(result);
    else if (strcmp(verb, "checkpoint") == 0)
        show_walks(result);
    else
        return show_json(result);
    return 0;
}

int show_answer(const struct ctl_request *request, const struct buffer *answer)
{
    struct json_document *document = NULL;
    if (json_parse(buffer_slice(answer), &document, NULL) < 0)
        return print_complaint(DAEMON_EXIT_TRY_AGAIN, "the daemon's answer is cut off");
    const struct json_value *root = json_root(document);
    int exit_code = DAEMON_EXIT_DONE;
    if (request->json)
        printf("%.*s", SLICE_PRINT(buffer_slice(answer)));
    if (!json_boolean(json_get(root, "ok"), false)) {
        const char *error = json_string(json_get(root, "error"));
        exit_code = (int)json_integer(json_get(root, "exit"), CTL_EXIT_NO);
        if (!request->json)
            (void)print_complaint(exit_code, "%s",
                error == NULL ? "the daemon says no" : error); /* the code is kept above */
    } else if (!request->json && show_result(request->words[0], json_get(root, "result")) < 0) {
        exit_code = print_complaint(DAEMON_EXIT_TRY_AGAIN, "the answer is too long to show");
    }
    json_free(document);
    return exit_code;
}
