#include "simulator/markers.h"

#include "simulator/words.h"

static void write_actor(struct rendering *rendering, struct writer *writer)
{
    writer_slice(writer, rendering->vocabulary->users[rendering->entry->actor]);
}

static void write_entity_user(struct rendering *rendering, struct writer *writer)
{
    writer_slice(writer, rendering->vocabulary->users[rendering->entry->entity % VOCABULARY_USERS]);
}

static void write_any_user(struct rendering *rendering, struct writer *writer)
{
    writer_slice(
        writer, rendering->vocabulary->users[dice_below(&rendering->dice, VOCABULARY_USERS)]);
}

static void write_any_user_id(struct rendering *rendering, struct writer *writer)
{
    writer_slice(
        writer, rendering->vocabulary->user_ids[dice_below(&rendering->dice, VOCABULARY_USERS)]);
}

static void write_own_id(struct rendering *rendering, struct writer *writer)
{
    entry_write_entity_id(rendering->entry, rendering->vocabulary, writer);
}

static void write_channel_id(struct rendering *rendering, struct writer *writer)
{
    vocabulary_write_id(writer, "C", dice_roll(&rendering->dice));
}

static void write_file_id(struct rendering *rendering, struct writer *writer)
{
    vocabulary_write_id(writer, "F", dice_roll(&rendering->dice));
}

static void write_usergroup_id(struct rendering *rendering, struct writer *writer)
{
    vocabulary_write_id(writer, "S", dice_roll(&rendering->dice));
}

static void write_app_id(struct rendering *rendering, struct writer *writer)
{
    vocabulary_write_id(writer, "A", dice_roll(&rendering->dice));
}

static void write_workspace_id(struct rendering *rendering, struct writer *writer)
{
    uint32_t number = dice_below(&rendering->dice, VOCABULARY_WORKSPACES);
    writer_slice(writer, rendering->vocabulary->workspace_ids[number]);
}

static void write_workspace(struct rendering *rendering, struct writer *writer)
{
    uint32_t number = dice_below(&rendering->dice, VOCABULARY_WORKSPACES);
    writer_slice(writer, rendering->vocabulary->workspaces[number]);
}

static void write_word(
    struct rendering *rendering, const struct word_list *list, struct writer *writer)
{
    writer_text(writer, list->words[dice_below(&rendering->dice, (uint32_t)list->count)]);
}

static void write_title(struct rendering *rendering, struct writer *writer)
{
    write_word(rendering, &words_titles, writer);
}

static void write_slug(struct rendering *rendering, struct writer *writer)
{
    write_word(rendering, &words_slugs, writer);
}

static void write_user_agent(struct rendering *rendering, struct writer *writer)
{
    write_word(rendering, &words_user_agents, writer);
}

static void write_odd_number(struct rendering *rendering, struct writer *writer)
{
    write_word(rendering, &words_numbers, writer);
}

static void write_reason(struct rendering *rendering, struct writer *writer)
{
    writer_put(writer, "\"", 1);
    write_word(rendering, &words_reasons, writer);
    writer_put(writer, "\"", 1);
}

/* The networks of RFC 5737 and RFC 3849, kept for documentation. */
static void write_ipv4(struct rendering *rendering, struct writer *writer)
{
    static const char *const networks[] = {"192.0.2.", "198.51.100.", "203.0.113."};
    uint64_t number = dice_roll(&rendering->dice);
    writer_text(writer, networks[number % 3]);
    writer_decimal(writer, (int64_t)(number >> 56));
}

static void write_ipv6(struct rendering *rendering, struct writer *writer)
{
    writer_text(writer, "2001:db8::");
    writer_hex(writer, dice_roll(&rendering->dice), 4);
}

static void write_date(struct rendering *rendering, struct writer *writer)
{
    writer_decimal(writer, rendering->entry->date);
}

static void write_milliseconds(struct rendering *rendering, struct writer *writer)
{
    writer_decimal(writer, rendering->entry->date * 1000 + dice_below(&rendering->dice, 1000));
}

static void write_microseconds(struct rendering *rendering, struct writer *writer)
{
    writer_decimal(
        writer, rendering->entry->date * 1000000 + dice_below(&rendering->dice, 1000000));
}

static void write_hex(struct rendering *rendering, struct writer *writer)
{
    writer_hex(writer, dice_roll(&rendering->dice), 8);
}

static void write_small(struct rendering *rendering, struct writer *writer)
{
    writer_decimal(writer, dice_below(&rendering->dice, 100000));
}

static void write_big(struct rendering *rendering, struct writer *writer)
{
    uint64_t number = dice_roll(&rendering->dice) >> 1; /* 2^53 and up, as signed 64 bits hold it */
    writer_decimal(writer, (int64_t)(number | UINT64_C(1) << 53 | 1));
}

static void write_two_users(struct rendering *rendering, const char *quote, struct writer *writer)
{
    writer_text(writer, quote);
    write_any_user_id(rendering, writer);
    writer_text(writer, quote);
    writer_put(writer, ",", 1);
    writer_text(writer, quote);
    write_any_user_id(rendering, writer);
    writer_text(writer, quote);
}

static void write_users(struct rendering *rendering, struct writer *writer)
{
    write_two_users(rendering, "\"", writer);
}

static void write_users_in_string(struct rendering *rendering, struct writer *writer)
{
    write_two_users(rendering, "\\\"", writer);
}

void markers_write(void *user, char marker, struct writer *writer)
{
    static void (*const writers[128])(struct rendering *, struct writer *) = {
        ['A'] = write_actor,
        ['e'] = write_entity_user,
        ['U'] = write_any_user,
        ['u'] = write_any_user_id,
        ['i'] = write_own_id,
        ['c'] = write_channel_id,
        ['t'] = write_workspace_id,
        ['f'] = write_file_id,
        ['s'] = write_usergroup_id,
        ['p'] = write_app_id,
        ['L'] = write_workspace,
        ['w'] = write_title,
        ['k'] = write_slug,
        ['g'] = write_user_agent,
        ['4'] = write_ipv4,
        ['6'] = write_ipv6,
        ['d'] = write_date,
        ['m'] = write_milliseconds,
        ['M'] = write_microseconds,
        ['x'] = write_hex,
        ['n'] = write_small,
        ['b'] = write_big,
        ['N'] = write_odd_number,
        ['r'] = write_reason,
        ['j'] = write_users,
        ['J'] = write_users_in_string,
    };
    writers[marker & 127](user, writer);
}
