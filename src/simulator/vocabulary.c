#include "simulator/vocabulary.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "simulator/dice.h"
#include "simulator/words.h"

enum { TEXTS_SIZE = 64 << 10 }; /* the users and workspaces take a good half of it */

enum { PURPOSE_USER_ID = 11, PURPOSE_WORKSPACE_ID };

static const char *const actor_forms[VOCABULARY_ACTOR_FORMS] = {
    "{'type':'user','user':$A}",
    "{'type':'user','user':$A,'acting_agent':{'type':'app','app':{'id':'$p','name':'$w'}},"
    "'agent_message':'$w'}",
};

static const char *const context_forms[VOCABULARY_CONTEXT_FORMS] = {
    "{'location':$L,'ua':'$g','session_id':$b,'app':null,'ip_address':'$4'}",
    "{'location':$L,'ua':'$g','session_id':'$x$x','ip_address':'$4'}",
    "{'location':$L,'ua':'$g','session_id':null,'app':null,'ip_address':''}",
    "{'location':$L,'ua':'$g','session_id':$n,'ip_address':'$6'}",
    "{'location':$L,'ua':'$g','ip_address':'$4'}",
    "{'location':$L,'ua':'$g','session_id':$b,'app':{'id':'$p','name':'$w','scopes':[]},'ip_"
    "address':'$4'}",
    "{'location':$L,'ua':'$g','session_id':'$n','app':null,'ip_address':'$4'}",
    "{'ip_address':'$4','location':$L,'ua':'$g','new_field':{'since':$d,'share':$N},'session_id':$"
    "b}",
};

void vocabulary_write_id(struct writer *writer, const char *prefix, uint64_t number)
{
    char id[8];
    for (size_t i = 0; i < sizeof(id); i++, number >>= 5)
        id[i] = "0123456789ABCDEFGHJKLMNPQRSTUVWX"[number & 31];
    writer_text(writer, prefix);
    writer_put(writer, id, sizeof(id));
}

/* What was written since `start`. */
static struct slice slice_since(const struct writer *writer, const char *start)
{
    return (struct slice){.data = start, .size = (size_t)(writer->at - start)};
}

static void write_member(struct writer *writer, const char *before, struct slice text)
{
    writer_text(writer, before);
    writer_slice(writer, text);
}

static void make_workspace(struct vocabulary *vocabulary, struct writer *writer, unsigned number)
{
    const char *start = writer->at;
    vocabulary_write_id(writer, "T", dice_of(vocabulary->seed, PURPOSE_WORKSPACE_ID, number));
    struct slice id = slice_since(writer, start);
    struct slice slug = slice_of(words_slugs.words[number % words_slugs.count]);

    start = writer->at;
    write_member(writer,
        number == 0 ? "{\"type\":\"enterprise\",\"id\":\"" : "{\"type\":\"workspace\",\"id\":\"",
        id);
    write_member(writer, "\",\"name\":\"", slug);
    writer_text(writer, " ");
    writer_decimal(writer, number);
    write_member(writer, "\",\"domain\":\"", slug);
    writer_text(writer, "\"}");
    vocabulary->workspaces[number] = slice_since(writer, start);
    vocabulary->workspace_ids[number] = id;
}

static void write_user(struct vocabulary *vocabulary, struct writer *writer, unsigned number,
    const struct person *person, const char *start)
{
    struct slice id = slice_since(writer, start);
    start = writer->at;
    write_member(writer, "{\"id\":\"", id);
    write_member(writer, "\",\"name\":\"", slice_of(person->name));
    write_member(writer, "\",\"email\":\"", slice_of(person->mailbox));
    writer_decimal(writer, number);
    writer_text(writer, "@example.com");
    if (number % 3 != 0)
        write_member(
            writer, "\",\"team\":\"", vocabulary->workspace_ids[number % VOCABULARY_WORKSPACES]);
    writer_text(writer, "\"}");
    vocabulary->users[number] = slice_since(writer, start);
    vocabulary->user_ids[number] = id;
}

static void make_users(struct vocabulary *vocabulary, struct writer *writer)
{
    for (unsigned i = 0; i < VOCABULARY_USERS; i++) {
        const char *start = writer->at;
        vocabulary_write_id(
            writer, i % 2 == 0 ? "U" : "W", dice_of(vocabulary->seed, PURPOSE_USER_ID, i));
        write_user(vocabulary, writer, i, &people[i % people_count], start);
    }
    const char *start = writer->at;
    writer_text(writer, "USLACKUSER");
    write_user(vocabulary, writer, VOCABULARY_SLACKUSER, &(struct person){"", "slackbot"}, start);
    start = writer->at;
    writer_text(writer, "USLACKSECURITY");
    write_user(vocabulary, writer, VOCABULARY_SLACKSECURITY,
        &(struct person){"Slack Security", "security"}, start);
}

static int compile(struct vocabulary *vocabulary)
{
    int r = 0;
    for (int type = 0; type < ENTITY_TYPES && r == 0; type++)
        r = template_init(&vocabulary->entities[type], entity_kinds[type].body);
    for (int shape = 0; shape < DETAILS_SHAPES && r == 0; shape++) {
        for (int variant = 0; variant < DETAILS_VARIANTS && r == 0; variant++)
            r = template_init(
                &vocabulary->details[shape][variant], details_templates[shape][variant]);
    }
    for (int form = 0; form < VOCABULARY_ACTOR_FORMS && r == 0; form++)
        r = template_init(&vocabulary->actors[form], actor_forms[form]);
    for (int form = 0; form < VOCABULARY_CONTEXT_FORMS && r == 0; form++)
        r = template_init(&vocabulary->contexts[form], context_forms[form]);
    return r;
}

DEFINE_CLEANUP(struct vocabulary, vocabulary_free)

int vocabulary_new(struct vocabulary **ret_vocabulary, uint64_t seed)
{
    _cleanup_(vocabulary_freep) struct vocabulary *vocabulary = calloc(1, sizeof(*vocabulary));
    if (vocabulary == NULL)
        return ERROR_MEMORY;
    vocabulary->seed = seed;
    vocabulary->texts = malloc(TEXTS_SIZE);
    if (vocabulary->texts == NULL || compile(vocabulary) < 0)
        return ERROR_MEMORY;
    struct writer writer = {.at = vocabulary->texts, .end = vocabulary->texts + TEXTS_SIZE};
    for (unsigned i = 0; i < VOCABULARY_WORKSPACES; i++)
        make_workspace(vocabulary, &writer, i);
    make_users(vocabulary, &writer);
    if (writer.overflow)
        return ERROR_LIMIT;
    *ret_vocabulary = TAKE(vocabulary);
    return 0;
}

void vocabulary_free(struct vocabulary *vocabulary)
{
    if (vocabulary == NULL)
        return;
    for (int type = 0; type < ENTITY_TYPES; type++)
        template_deinit(&vocabulary->entities[type]);
    for (int shape = 0; shape < DETAILS_SHAPES; shape++) {
        for (int variant = 0; variant < DETAILS_VARIANTS; variant++)
            template_deinit(&vocabulary->details[shape][variant]);
    }
    for (int form = 0; form < VOCABULARY_ACTOR_FORMS; form++)
        template_deinit(&vocabulary->actors[form]);
    for (int form = 0; form < VOCABULARY_CONTEXT_FORMS; form++)
        template_deinit(&vocabulary->contexts[form]);
    free(vocabulary->texts);
    free(vocabulary);
}
