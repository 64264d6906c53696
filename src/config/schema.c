#include "config/schema.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "config/document.h"
#include "config/spelling.h"

/* ---- Kinds ---- */

const char *schema_kinds_text(unsigned kinds, char *text)
{
    /* Wider ones first. */
    static const struct {
        unsigned kinds;
        const char *words;
    } names[] = {
        {KIND_FILE, "type file"},
        {KIND_STDOUT, "type stdout"},
        {KIND_SYSLOG, "type syslog"},
        {KIND_HTTP, "type http"},
        {KIND_UDP, "udp://"},
        {KIND_TCP, "tcp://"},
        {KIND_TLS, "tls://"},
        {KIND_UNIX, "unix:"},
        {KIND_GENERIC, "api generic"},
        {KIND_SPLUNK_HEC, "api splunk_hec"},
        {KIND_CONNECTION_ERROR, "handler connection_error"},
        {KIND_RATE_LIMIT, "handler rate_limit"},
        {KIND_SERVER_ERROR, "handler server_error"},
        {KIND_MATCH, "handler match"},
        {KIND_BACKOFF, "interval type backoff"},
        {KIND_FIXED, "interval type fixed"},
    };
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && used < SCHEMA_KINDS_TEXT; i++) {
        if ((kinds & names[i].kinds) != names[i].kinds)
            continue;
        kinds &= ~names[i].kinds;
        used += (size_t)snprintf(
            text + used, SCHEMA_KINDS_TEXT - used, "%s%s", used > 0 ? " or " : "", names[i].words);
    }
    return text;
}

static bool applies(const struct schema_key *key, unsigned kinds)
{
    return key->kinds == 0 || (key->kinds & kinds) != 0;
}

const struct schema_key *schema_find(
    const struct schema_group *group, const char *name, unsigned kinds)
{
    for (size_t i = 0; i < group->count; i++)
        if (strcmp(group->keys[i].name, name) == 0 && applies(&group->keys[i], kinds))
            return &group->keys[i];
    return NULL;
}

unsigned schema_kinds_of_choices(const struct schema_choice *choices)
{
    unsigned kinds = 0;
    for (; choices != NULL && choices->word != NULL; choices++)
        kinds |= choices->kinds;
    return kinds;
}

/* Takes away from `kinds` what another choice would have decided; a text that names none decides
 * nothing. */
static void decide(unsigned *kinds, const struct schema_key *key, const char *text)
{
    unsigned domain = schema_kinds_of_choices(key->choices);
    for (const struct schema_choice *choice = key->choices; choice->word != NULL; choice++) {
        bool named = key->type->names_choice != NULL ? key->type->names_choice(choice, text)
                                                     : strcmp(choice->word, text) == 0;
        if (named)
            *kinds &= ~domain | choice->kinds;
    }
}

/* What a mapping is, from the keys that decide it, before any other key is judged. */
static unsigned decide_kinds(
    const struct schema_group *group, const struct config_node *node, unsigned outer)
{
    unsigned kinds = outer;
    for (size_t i = 0; i < group->count; i++)
        kinds |= schema_kinds_of_choices(group->keys[i].choices);
    for (size_t i = 0; i < group->count; i++) {
        const struct schema_key *key = &group->keys[i];
        if (schema_kinds_of_choices(key->choices) == 0 || !applies(key, kinds))
            continue;
        const struct config_node *value = config_node_get(node, key->name);
        const char *text = key->initial;
        if (value != NULL)
            text = value->kind == CONFIG_NODE_SCALAR ? value->text : NULL;
        if (text != NULL)
            decide(&kinds, key, text);
    }
    return kinds;
}

/* ---- Problems ---- */

static int _printf_(3, 0) add_problem(struct schema_reader *reader, const struct schema_site *site,
    const char *format, va_list arguments)
{
    _cleanup_free_ char *text = NULL;
    if (vasprintf(&text, format, arguments) < 0) {
        text = NULL;
        return ERROR_MEMORY;
    }
    char place[CONFIG_PLACE_TEXT];
    return config_problems_add(reader->problems, site->node->line, site->node->column, "%s%s",
        config_place_text(site->place, place), text);
}

int schema_problem(
    struct schema_reader *reader, const struct schema_site *site, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int code = add_problem(reader, site, format, arguments);
    va_end(arguments);
    return code;
}

int schema_problem_at(struct schema_reader *reader, const struct schema_site *site, const char *key,
    const char *format, ...)
{
    struct config_place place = {.parent = site->place, .key = key};
    struct schema_site at = {.node = config_node_near(site->node, key), .place = &place};
    va_list arguments;
    va_start(arguments, format);
    int code = add_problem(reader, &at, format, arguments);
    va_end(arguments);
    return code;
}

int schema_unexpected(struct schema_reader *reader, const struct schema_site *site)
{
    char words[CONFIG_NODE_WORDS];
    if (site->node->kind == CONFIG_NODE_REFUSED)
        return 0;
    return schema_problem(reader, site, "expected %s, found %s", site->key->type->expected,
        config_node_describe(site->node, words));
}

/* ---- Keys that should not be there ---- */

/* Of the kinds that the mapping is, those that answer what the key asks. */
static unsigned kinds_asked(const struct schema_reader *reader, unsigned key_kinds)
{
    static const unsigned questions[] = {KIND_ANY_OUTPUT, KIND_ANY_HANDLER, KIND_ANY_INTERVAL};
    unsigned kinds = 0;
    for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
        if ((key_kinds & questions[i]) != 0)
            kinds |= reader->kinds & questions[i];
    return kinds;
}

/* `known`: the kinds that the key belongs to, by all its rows. */
static int refuse_misplaced(
    struct schema_reader *reader, const struct schema_site *site, unsigned known)
{
    static const unsigned types[] = {KIND_SYSLOG, KIND_HTTP};
    char here[SCHEMA_KINDS_TEXT], there[SCHEMA_KINDS_TEXT];
    unsigned kinds = kinds_asked(reader, known);
    /* The scheme or api matters only where the key fits another one of the same type. */
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if ((kinds & types[i]) != 0 && (known & types[i]) == 0)
            kinds |= types[i];
    return schema_problem(reader, site, "does not belong to %s; it is for %s",
        schema_kinds_text(kinds, here), schema_kinds_text(known, there));
}

static int refuse_unknown(struct schema_reader *reader, const struct schema_group *group,
    const struct schema_site *site, const char *name)
{
    struct spelling spelling = SPELLING_INIT(name);
    for (size_t i = 0; i < group->count; i++)
        if (applies(&group->keys[i], reader->kinds))
            spelling_offer(&spelling, group->keys[i].name);
    const char *nearest = spelling_nearest(&spelling);
    if (nearest != NULL)
        return schema_problem(reader, site, "unknown key; did you mean \"%s\"?", nearest);
    return schema_problem(reader, site, "unknown key");
}

static int check_key(struct schema_reader *reader, const struct schema_group *group,
    const struct schema_site *site, size_t index)
{
    const struct config_node *key = &site->node->keys[index];
    struct config_place place = {.parent = site->place, .key = key->text};
    struct schema_site at = {.node = key, .place = &place};
    for (size_t i = 0; i < index; i++)
        if (strcmp(site->node->keys[i].text, key->text) == 0)
            return schema_problem(reader, &at, "duplicate key; it stands on line %d already",
                site->node->keys[i].line);
    if (schema_find(group, key->text, reader->kinds) != NULL)
        return 0;
    unsigned known = 0;
    for (size_t i = 0; i < group->count; i++)
        if (strcmp(group->keys[i].name, key->text) == 0)
            known |= group->keys[i].kinds;
    if (known != 0)
        return refuse_misplaced(reader, &at, known);
    return refuse_unknown(reader, group, &at, key->text);
}

static int check_keys(
    struct schema_reader *reader, const struct schema_group *group, const struct schema_site *site)
{
    int code = 0;
    for (size_t i = 0; i < site->node->count && code == 0; i++)
        code = check_key(reader, group, site, i);
    return code;
}

/* ---- Values ---- */

static int refuse_missing(struct schema_reader *reader, const struct schema_site *site)
{
    /* Points at the mapping that lacks the key. */
    unsigned kinds = kinds_asked(reader, site->key->kinds);
    if (site->key->kinds == 0)
        return schema_problem(reader, site, "missing; it is required");
    if ((kinds & ~site->key->kinds) != 0) /* the mapping may be of a kind that has no such key */
        return 1;
    char text[SCHEMA_KINDS_TEXT];
    return schema_problem(reader, site, "missing; %s requires it", schema_kinds_text(kinds, text));
}

/* Reads the default as if it stood in the file. */
static int read_initial(struct schema_reader *reader, const struct schema_site *site)
{
    const char *text = site->key->initial;
    _cleanup_(config_node_deinit) struct config_node node = {0};
    if (strchr("[{\"", text[0]) != NULL) {
        int code = config_document_read(slice_of(text), &node, reader->problems);
        if (code < 0)
            return code;
    } else {
        node.kind = CONFIG_NODE_SCALAR;
        node.text = strdup(text);
        if (node.text == NULL)
            return ERROR_MEMORY;
    }
    node.line = site->node->line;
    node.column = site->node->column;
    struct schema_site initial = *site;
    initial.node = &node;
    return site->key->type->read(reader, &initial);
}

/* Returns 0, or 1 when nothing is left to examine. */
static int read_value(struct schema_reader *reader, struct schema_site *site)
{
    const struct schema_key *key = site->key;
    const struct config_node *value = config_node_get(site->node, key->name);
    if (value != NULL && value->kind == CONFIG_NODE_REFUSED)
        return 1; /* told already */
    if (value != NULL) {
        site->node = value;
        return key->type->read(reader, site);
    }
    if ((key->flags & SCHEMA_REQUIRED) != 0)
        return refuse_missing(reader, site);
    if (key->supply != NULL)
        return key->supply(reader, site);
    return key->initial != NULL ? read_initial(reader, site) : 1;
}

static int read_key(
    struct schema_reader *reader, const struct schema_key *key, const struct schema_site *outer)
{
    struct config_place place = {.parent = outer->place, .key = key->name};
    struct schema_site site = {
        .key = key, .node = outer->node, .place = &place, .object = outer->object};
    size_t problems = config_problems_total(reader->problems);
    int code = read_value(reader, &site);
    bool clean = problems == config_problems_total(reader->problems);
    if (code == 0 && clean && key->type->examine != NULL)
        code = key->type->examine(reader, &site);
    return code < 0 ? code : 0;
}

int schema_read_group(
    struct schema_reader *reader, const struct schema_group *group, const struct schema_site *site)
{
    unsigned outer_kinds = reader->kinds;
    reader->kinds = decide_kinds(group, site->node, outer_kinds);
    int code = check_keys(reader, group, site);
    for (size_t i = 0; i < group->count && code == 0; i++) {
        const struct schema_key *key = &group->keys[i];
        /* While the kind is open several rows of a key may apply: the first stands for all. */
        if (schema_find(group, key->name, reader->kinds) == key)
            code = read_key(reader, key, site);
    }
    if (code == 0 && group->examine != NULL)
        code = group->examine(reader, site);
    reader->kinds = outer_kinds;
    return code;
}

void schema_release_group(const struct schema_group *group, void *object)
{
    for (size_t i = 0; i < group->count; i++)
        if (group->keys[i].type->release != NULL)
            group->keys[i].type->release(&group->keys[i], object);
}
