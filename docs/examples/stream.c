/*
 * A body that goes to a file as it arrives: `stream FILE` saves the newest page of entries, and no
 * page is ever in memory as a whole.
 *
 * An answer that breaks off may be tried again, and what came before is void then. on_attempt says
 * so: the file is opened anew, empty.
 */
#include <stdio.h>
#include <stdlib.h>

#include <slackaudit/slackaudit.h>

struct download {
    const char *path;
    FILE *file;
    size_t size;
    bool is_done, is_good;
};

static void on_attempt(void *user, int attempt)
{
    struct download *download = user;
    printf("attempt %d\n", attempt + 1);
    if (download->file != NULL)
        (void)fclose(download->file); /* what is in it does not matter any more */
    download->file = fopen(download->path, "wb");
    if (download->file == NULL)
        perror(download->path);
    download->size = 0;
}

static int on_body(void *user, int status, const char *data, size_t size)
{
    struct download *download = user;
    if (status != 200) /* an error's body, from which the library reads Slack's error name */
        return 0;
    if (download->file == NULL)
        return -1; /* ends the call */
    if (fwrite(data, 1, size, download->file) != size) {
        perror(download->path);
        return -1;
    }
    download->size += size;
    return 0;
}

static void on_done(void *user, const struct slackaudit_answer *answer)
{
    struct download *download = user;
    download->is_done = true;
    download->is_good = answer->code == SLACKAUDIT_OK && answer->status == 200;
    if (!download->is_good)
        fprintf(stderr, "stream: %s\n", answer->message);
}

static int save(struct slackaudit_client *client, const char *path)
{
    struct slackaudit_problem problem;
    struct download download = {.path = path};
    const struct slackaudit_query query = {.has_limit = true, .limit = 9999};
    const struct slackaudit_events events = {
        .on_attempt = on_attempt, .on_body = on_body, .on_done = on_done, .user = &download};
    if (slackaudit_client_logs(client, &query, &events, NULL, &problem) < 0) {
        fprintf(stderr, "stream: %s\n", problem.text);
        return EXIT_FAILURE;
    }
    int code = 0;
    while (!download.is_done && code == 0) /* all callbacks come from in here */
        code = slackaudit_engine_turn(slackaudit_client_engine(client), -1);
    if (code < 0)
        fprintf(stderr, "stream: the engine cannot wait\n");
    if (download.file != NULL && fclose(download.file) != 0) {
        perror(path);
        return EXIT_FAILURE;
    }
    if (!download.is_good)
        return EXIT_FAILURE;
    printf("%zu bytes in %s\n", download.size, path);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    struct slackaudit_problem problem;
    struct slackaudit_client *client;
    const struct slackaudit_options options = {
        .size = sizeof(options),
        .base_url = getenv("SLACKAUDIT_BASE_URL"), /* not set: Slack itself */
        .token = getenv("SLACKAUDIT_TOKEN"),
    };
    if (argc != 2) {
        fprintf(stderr, "usage: stream FILE\n");
        return EXIT_FAILURE;
    }
    if (slackaudit_client_new(&client, NULL, &options, &problem) < 0) {
        fprintf(stderr, "stream: %s\n", problem.text);
        return EXIT_FAILURE;
    }
    int exit_code = save(client, argv[1]);
    slackaudit_client_free(client);
    return exit_code;
}
