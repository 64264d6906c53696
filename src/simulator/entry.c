#include "simulator/entry.h"

#include "simulator/markers.h"

enum { PURPOSE_ENTRY = 1, PURPOSE_ID, PURPOSE_ENTITY = 100 /* and the types after it */ };

/* No ordinary entry comes near it; entry_append() checks. */
enum { ORDINARY_SIZE = 16 << 10 };

static const struct action action_unknown = {
    "hologram_projected", "user", ENTITY_UNKNOWN, DETAILS_STRUCTURE};

static const struct action *draw_action(struct dice *dice)
{
    if (dice_below(dice, 2) == 0)
        return &actions[dice_below(dice, ACTIONS_COMMON)];
    return &actions[dice_below(dice, (uint32_t)action_count)];
}

static uint32_t draw_actor(struct dice *dice)
{
    uint32_t throw = dice_below(dice, 64);
    if (throw == 0)
        return VOCABULARY_SLACKUSER;
    if (throw == 1)
        return VOCABULARY_SLACKSECURITY;
    return dice_below(dice, VOCABULARY_USERS);
}

void entry_draw(struct entry *ret_entry, const struct vocabulary *vocabulary, uint64_t index,
    int64_t date, enum odd_kind odd)
{
    struct dice dice = {.state = dice_of(vocabulary->seed, PURPOSE_ENTRY, index)};
    const struct action *action = odd == ODD_UNKNOWN_ENTITY ? &action_unknown : draw_action(&dice);
    uint32_t actor = draw_actor(&dice);
    uint32_t entity = dice_below(&dice, ENTITY_NUMBERS);
    *ret_entry = (struct entry){
        .index = index,
        .date = date,
        .odd = odd,
        .action = action,
        .actor = actor,
        .entity_type = action->entity,
        .entity = entity,
        .dice = dice,
    };
}

void entry_write_id(struct writer *writer, uint64_t seed, uint64_t index)
{
    uint64_t unique = dice_of(seed, PURPOSE_ID, index);
    uint64_t filler = dice_mix(unique + 1);
    bool is_uuid = (filler & 15) != 0;
    writer_hex(writer, unique >> 32, 8);
    writer_put(writer, "-", 1);
    writer_hex(writer, unique >> 16, 4);
    writer_put(writer, is_uuid ? "-4" : "-8", 2);
    writer_hex(writer, filler >> 4, 3);
    writer_put(writer, is_uuid ? "-a" : "-e", 2);
    writer_hex(writer, filler >> 16, 3);
    writer_put(writer, "-", 1);
    writer_hex(writer, unique, 4);
    if (is_uuid) {
        writer_hex(writer, filler >> 32, 8);
    } else {
        writer_hex(writer, filler >> 32, 3);
        writer_put(writer, "gh0i1", 5);
    }
}

struct slice entry_actor_id(const struct entry *entry, const struct vocabulary *vocabulary)
{
    return vocabulary->user_ids[entry->actor];
}

void entry_write_entity_id(
    const struct entry *entry, const struct vocabulary *vocabulary, struct writer *writer)
{
    if (entry->entity_type == ENTITY_USER)
        writer_slice(writer, vocabulary->user_ids[entry->entity % VOCABULARY_USERS]);
    else
        vocabulary_write_id(writer, entity_kinds[entry->entity_type].id_prefix,
            dice_of(vocabulary->seed, PURPOSE_ENTITY + entry->entity_type, entry->entity));
}

struct slice entry_entity_id(
    const struct entry *entry, const struct vocabulary *vocabulary, char *text)
{
    struct writer writer = {.at = text, .end = text + ENTRY_NAME_SIZE};
    entry_write_entity_id(entry, vocabulary, &writer);
    return (struct slice){.data = text, .size = (size_t)(writer.at - text)};
}

static void write_head(struct rendering *rendering, struct writer *writer)
{
    const struct entry *entry = rendering->entry;
    writer_text(writer, "{");
    if (entry->odd != ODD_NO_ID) {
        writer_text(writer, "\"id\":\"");
        entry_write_id(writer, rendering->vocabulary->seed, entry->index);
        writer_text(writer, "\",");
    }
    if (entry->odd != ODD_NO_DATE) {
        writer_text(writer, "\"date_create\":");
        writer_decimal(writer, entry->date);
        writer_text(writer, ",");
    }
    writer_text(writer, "\"action\":\"");
    writer_text(writer, entry->action->name);
}

static void write_template(
    struct rendering *rendering, const struct text_template *template, struct writer *writer)
{
    template_write(template, writer, markers_write, rendering);
}

static void write_body(struct rendering *rendering, struct writer *writer)
{
    const struct vocabulary *vocabulary = rendering->vocabulary;
    const struct entry *entry = rendering->entry;
    struct dice *dice = &rendering->dice;
    const char *type = entity_kinds[entry->entity_type].type;

    writer_text(writer, "\",\"actor\":");
    write_template(rendering, &vocabulary->actors[dice_below(dice, 16) == 0], writer);
    writer_text(writer, ",\"entity\":{\"type\":\"");
    writer_text(writer, type);
    writer_text(writer, "\",\"");
    writer_text(writer, type);
    writer_text(writer, "\":");
    write_template(rendering, &vocabulary->entities[entry->entity_type], writer);
    writer_text(writer, "},\"context\":");
    write_template(
        rendering, &vocabulary->contexts[dice_below(dice, VOCABULARY_CONTEXT_FORMS)], writer);
}

static void write_details(struct rendering *rendering, struct writer *writer)
{
    uint32_t variant = dice_below(&rendering->dice, DETAILS_VARIANTS);
    const struct text_template *details =
        &rendering->vocabulary->details[rendering->entry->action->details][variant];
    if (details->text[0] == '\0')
        return;
    writer_text(writer, ",\"details\":");
    write_template(rendering, details, writer);
}

static void write_repeated(struct writer *writer, const char *text, size_t total)
{
    size_t size = strlen(text);
    for (; total >= size; total -= size)
        writer_put(writer, text, size);
    writer_put(writer, text, total);
}

static void write_odd_details(enum odd_kind odd, struct writer *writer)
{
    switch (odd) {
    case ODD_HUGE:
        writer_text(writer, ",\"details\":{\"blob\":\"");
        write_repeated(writer, "The quick brown fox jumps over the lazy dog. ", ODD_HUGE_SIZE);
        writer_text(writer, "\"}");
        break;
    case ODD_DEEP:
        writer_text(writer, ",\"details\":{\"deep\":");
        write_repeated(writer, "[", ODD_DEEP_LEVELS);
        write_repeated(writer, "]", ODD_DEEP_LEVELS);
        writer_text(writer, "}");
        break;
    case ODD_INVALID_UTF8:
        writer_text(writer, ",\"details\":{\"name\":\"\xc3\x28 \xff\xfe \xed\xa0\x80 \xf8\"}");
        break;
    default:
        break;
    }
}

static bool has_odd_details(enum odd_kind odd)
{
    return odd == ODD_HUGE || odd == ODD_DEEP || odd == ODD_INVALID_UTF8;
}

/* Each has its index in it, so that no two are the same. */
static void write_non_object(uint64_t index, struct writer *writer)
{
    static const char *const before[] = {"\"entry ", "", "[\"entry\","};
    static const char *const after[] = {" is a string\"", "", "]"};
    writer_text(writer, before[index % 3]);
    writer_decimal(writer, (int64_t)index);
    writer_text(writer, after[index % 3]);
}

static void write_padding(struct writer *writer, const char *start, size_t least_size)
{
    static const char before[] = ",\"padding\":\"";
    size_t size = (size_t)(writer->at - start) + sizeof(before) + 1; /* and "} at the end */
    if (least_size == 0)
        return;
    writer_put(writer, before, sizeof(before) - 1);
    write_repeated(
        writer, "0123456789abcdefghijklmnopqrstuv", size < least_size ? least_size - size : 0);
    writer_text(writer, "\"");
}

static void write_entry(const struct entry *entry, const struct vocabulary *vocabulary,
    size_t least_size, struct writer *writer)
{
    const char *start = writer->at;
    struct rendering rendering = {.entry = entry, .vocabulary = vocabulary, .dice = entry->dice};
    if (entry->odd == ODD_NOT_AN_OBJECT) {
        write_non_object(entry->index, writer);
        return;
    }
    write_head(&rendering, writer);
    write_body(&rendering, writer);
    if (has_odd_details(entry->odd))
        write_odd_details(entry->odd, writer);
    else
        write_details(&rendering, writer);
    write_padding(writer, start, least_size);
    writer_text(writer, "}");
}

int entry_append(const struct entry *entry, const struct vocabulary *vocabulary, size_t least_size,
    struct buffer *output)
{
    size_t most = ORDINARY_SIZE + least_size + (entry->odd == ODD_HUGE ? ODD_HUGE_SIZE : 0);
    int r = buffer_reserve(output, most);
    if (r < 0)
        return r;
    struct writer writer = {
        .at = output->data + output->size, .end = output->data + output->size + most};
    write_entry(entry, vocabulary, least_size, &writer);
    if (writer.overflow)
        return ERROR_LIMIT;
    output->size = (size_t)(writer.at - output->data);
    return 0;
}
