#include <stdlib.h>

#include "base/cleanup.h"
#include "store/private.h"

void output_free(struct store_output *output)
{
    if (output == NULL)
        return;
    free(output->name);
    free(output);
}

DEFINE_CLEANUP(struct store_output, output_free)

static struct store_output *output_new(int64_t id, struct slice name)
{
    _cleanup_(output_freep) struct store_output *output = calloc(1, sizeof(*output));
    if (output == NULL ||
        (output->name = strndup(name.size == 0 ? "" : name.data, name.size)) == NULL)
        return NULL;
    output->id = id;
    return TAKE(output);
}

/* Last, so that they are listed in the order in which they came. */
static void output_link(struct store *store, struct store_output *output)
{
    struct store_output **link = &store->outputs;
    while (*link != NULL)
        link = &(*link)->next;
    *link = output;
}

static struct store_output *output_find(const struct store *store, const char *name)
{
    for (struct store_output *output = store->outputs; output != NULL; output = output->next)
        if (strcmp(output->name, name) == 0)
            return output;
    return NULL;
}

int outputs_load(struct store *store, struct error *error)
{
    _cleanup_(query_close) struct query query = QUERY_INIT;
    int result =
        query_open(&query, store->database, error, "SELECT id, name FROM output ORDER BY id");
    while (result == 0 && (result = query_next(&query, error)) > 0) {
        struct store_output *output = output_new(query_integer(&query, 0), query_bytes(&query, 1));
        if (output == NULL)
            return error_set(error, ERROR_MEMORY, "no memory for the outputs of the store");
        output_link(store, output);
        result = 0;
    }
    return result;
}

static int insert_output(struct store *store, void *user, struct error *error)
{
    struct store_output *output = user;
    int result = database_run(
        store->database, error, "INSERT INTO output (name) VALUES (?)", value_text(output->name));
    output->id = database_inserted(store->database);
    return result;
}

int output_get(
    struct store *store, const char *name, struct store_output **ret_output, struct error *error)
{
    struct store_output *found = output_find(store, name);
    if (found == NULL) {
        _cleanup_(output_freep) struct store_output *output = output_new(0, slice_of(name));
        if (output == NULL)
            return error_set(error, ERROR_MEMORY, "no memory for output %s", name);
        int result = store_apply(store, insert_output, output, error);
        if (result < 0)
            return result;
        found = TAKE(output);
        output_link(store, found);
    }
    *ret_output = found;
    return 0;
}

/* ---- State ---- */

int store_output_state(
    struct store *store, const char *output, struct buffer *state, struct error *error)
{
    buffer_clear(state);
    _cleanup_(query_close) struct query query = QUERY_INIT;
    int result = query_open(&query, store->database, error,
        "SELECT state FROM output WHERE name = ?", value_text(output));
    if (result == 0)
        result = query_next(&query, error);
    if (result > 0) {
        result = buffer_append_slice(state, query_bytes(&query, 0));
        if (result < 0)
            return error_set(error, result, "no room for the state of output %s", output);
    }
    return result;
}

int output_write_state(struct store *store, int64_t output, struct slice state, struct error *error)
{
    return database_run(store->database, error, "UPDATE output SET state = ? WHERE id = ?",
        value_bytes(state), value_integer(output));
}

struct state_change {
    const struct store_output *output;
    struct slice state;
};

static int write_state_alone(struct store *store, void *user, struct error *error)
{
    const struct state_change *change = user;
    return output_write_state(store, change->output->id, change->state, error);
}

int store_output_state_set(
    struct store *store, const char *output, struct slice state, struct error *error)
{
    struct store_output *owner;
    int result = output_get(store, output, &owner, error);
    if (result < 0)
        return result;
    struct state_change change = {.output = owner, .state = state};
    return store_apply(store, write_state_alone, &change, error);
}

/* ---- Forgetting ---- */

static int delete_output(struct store *store, void *user, struct error *error)
{
    struct database_value id = value_integer(((struct store_output *)user)->id);
    int result = database_run(store->database, error, "DELETE FROM position WHERE output = ?", id);
    if (result == 0)
        result =
            database_run(store->database, error, "DELETE FROM acknowledged WHERE output = ?", id);
    if (result == 0)
        result = database_run(store->database, error, "DELETE FROM output WHERE id = ?", id);
    return result;
}

static void output_unlink(struct store *store, struct store_output *output)
{
    struct store_output **link = &store->outputs;
    while (*link != output)
        link = &(*link)->next;
    *link = output->next;
}

int store_forget_output(struct store *store, const char *name, struct error *error)
{
    _cleanup_(output_freep) struct store_output *gone = NULL;
    struct store_output *output = output_find(store, name);
    if (output == NULL)
        return error_set(error, ERROR_MISSING, "the store knows no output %s", name);
    for (struct store_source *source = store->sources; source != NULL; source = source->next) {
        const struct position *position = position_find(source, name);
        if (position != NULL && position->attached)
            return error_set(error, ERROR_INVALID,
                "output %s is in use; take it out of the configuration first", name);
    }
    int result = store_apply(store, delete_output, output, error);
    if (result < 0)
        return result;
    output_unlink(store, output);
    gone = output;
    for (struct store_source *source = store->sources; source != NULL; source = source->next)
        if (position_drop(source, gone) && result == 0)
            result = positions_settle(source, error);
    return result;
}
