/* `deadletter list`: a slice of an output's letters at a time. */
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/json_text.h"
#include "daemon/letters_place.h"
#include "daemon/verbs_private.h"
#include "output/letters.h"

static int write_letter(struct json_writer *result, const struct letter *letter)
{
    char *id = letter->id.data == NULL ? NULL : malloc(letter->id.size + 1);
    if (letter->id.data != NULL && id == NULL)
        return ERROR_MEMORY;
    if (id != NULL)
        id[json_text_decode(letter->id.data, letter->id.size, id)] = '\0';
    json_writer_open(result, NULL, '{');
    json_writer_string(result, "time", letter->time);
    json_writer_string(result, "output", letter->output);
    json_writer_string(result, "source", letter->source);
    json_writer_string(result, "id", id);
    json_writer_string(result, "reason", letter->reason);
    json_writer_boolean(result, "can_be_sent", letter->entry.data != NULL);
    json_writer_close(result, '}');
    free(id);
    return json_writer_end(result);
}

/* Returns 0 at the end of the file, 1 when the slice is full, with the place moved on. */
static int list_file(struct letters_place *place, struct json_writer *result, struct error *error)
{
    _cleanup_(letters_deinit) struct letters letters = LETTERS_INIT;
    const char *path = place->aside ? place->aside_path : place->output->dead_letter;
    int64_t start = place->offset;
    int r = letters_open(&letters, path, start, error);
    if (r != 0)
        return r < 0 ? r : 0;
    for (int told = 0; told < LETTERS_SLICE && letters.next - start < LETTERS_SLICE_BYTES;) {
        struct letter letter;
        r = letters_next(&letters, &letter, error);
        if (r > 0 && letters_place_owns(place, &letter)) {
            told++;
            r = write_letter(result, &letter);
        }
        if (r <= 0 && (r < 0 || letter.line.data == NULL))
            return r;
    }
    place->offset = letters.next;
    return 1;
}

int verb_deadletter_list(const struct verb_context *context, const char *const *words, size_t count,
    struct json_writer *result, struct error *error)
{
    _cleanup_(letters_place_deinit) struct letters_place place;
    int r = letters_place_init(&place, context, words, count, error);
    if (r < 0)
        return r;
    json_writer_open(result, "result", '{');
    json_writer_open(result, "letters", '[');
    r = list_file(&place, result, error);
    json_writer_close(result, ']');
    if (r < 0)
        return error->code != ERROR_NONE ? r : error_set(error, r, "the letters cannot be told");
    bool was_aside = place.aside;
    if (r == 0) {
        place.aside = false;
        place.offset = 0;
    }
    if (r > 0 || was_aside)
        letters_place_write(&place, result);
    json_writer_close(result, '}');
    return 0;
}
