#include "daemon/letters_place.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define NSEC_PER_SEC INT64_C(1000000000)

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

static int parse(struct letters_place *place, const char *text, struct error *error)
{
    const char *number = strchr(text, ':');
    char *end = NULL;
    place->aside = strncmp(text, "aside:", 6) == 0;
    if (number != NULL && is_digit(number[1]))
        place->offset = strtoll(number + 1, &end, 10);
    if (place->aside && end != NULL && end[0] == ':' && is_digit(end[1]))
        place->since_ns = strtoll(end + 1, &end, 10);
    if (end == NULL || *end != '\0' || (!place->aside && strncmp(text, "file:", 5) != 0))
        return error_set(error, ERROR_INVALID, "\"%s\" is no place in a dead letter file", text);
    return 0;
}

int letters_place_init(struct letters_place *place, const struct verb_context *context,
    const char *const *words, size_t count, struct error *error)
{
    const struct config_output *output = config_find_output(context->config, words[2]);
    *place = (struct letters_place){.context = context, .output = output, .aside = true};
    if (output == NULL)
        return error_set(error, ERROR_MISSING, "no output \"%s\" is configured", words[2]);
    if (asprintf(&place->aside_path, "%s.retry", output->dead_letter) < 0) {
        place->aside_path = NULL;
        return error_set(error, ERROR_MEMORY, "no memory");
    }
    return count == 4 ? parse(place, words[3], error) : 0;
}

void letters_place_deinit(struct letters_place *place)
{
    free(place->aside_path);
}

void letters_place_write(const struct letters_place *place, struct json_writer *result)
{
    char text[64];
    (void)snprintf(text, sizeof(text),
        place->aside ? "aside:%" PRId64 ":%" PRId64 : "file:%" PRId64, place->offset,
        place->since_ns); /* fits */
    json_writer_string(result, "next", text);
}

int letters_place_hold(struct letters_place *place, struct error *error)
{
    struct stat status;
    int64_t since_ns = 0;
    if (stat(place->aside_path, &status) == 0)
        since_ns = status.st_ctim.tv_sec * NSEC_PER_SEC + status.st_ctim.tv_nsec;
    if (place->since_ns != 0 && place->since_ns != since_ns)
        return error_set(error, ERROR_INVALID,
            "another retry of output %s has gone on meanwhile: run it again", place->output->name);
    place->since_ns = since_ns;
    return 0;
}

bool letters_place_owns(const struct letters_place *place, const struct letter *letter)
{
    return letter->sound && strcmp(letter->output, place->output->name) == 0;
}
