/*
 * Delivery against a receiver, a store and an operator that do anything at any time: batches that
 * fail, that arrive but whose answer is lost, that are too large, refused with the right, a wrong
 * or no index, answered late or never; a store that fails; sources that grow; restarts in the
 * middle.
 *
 * Whatever happens: every healthy entry arrives, no healthy entry goes to dead letter, every poison
 * entry does, an entry arrives twice only if its answer was lost or it was in flight at a stop, and
 * with one batch in flight the first arrivals of each source are in order.
 */
#include "check_main.h"
#include "rig.h"

enum { ENTRIES = 400, SOURCES = 2 };

static struct {
    uint64_t random;
    bool calm; /* the receiver is well behaved from now on */
    unsigned arrived[SOURCES][ENTRIES + 2];
    bool excused[SOURCES][ENTRIES + 2]; /* it may arrive again */
    unsigned last[SOURCES];             /* highest that arrived */
    bool poison[SOURCES][ENTRIES + 2];
    unsigned stops;
} world;

static unsigned dice(unsigned sides)
{
    world.random = world.random * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(world.random >> 33) % sides;
}

/* Calls `visit` with source and number of each message in the batch. */
static void each_message(
    const struct output_batch *batch, void (*visit)(unsigned source, unsigned number))
{
    size_t start = 1;
    for (size_t i = 0; i < batch->count; i++) {
        char line[256];
        snprintf(
            line, sizeof(line), "%.*s", (int)(batch->ends[i] - start), batch->body.data + start);
        unsigned number;
        char source;
        if (sscanf(line, "{\"id\":\"%c-%u\"", &source, &number) != 2 ||
            source != batch->source[0]) /* an assertion for each message would take all the time */
            ck_abort_msg("not a message of %s: %s", batch->source, line);
        visit((unsigned)(source - 'a'), number);
        start = batch->ends[i];
    }
}

static void arrive(unsigned source, unsigned number)
{
    if (world.poison[source][number])
        ck_abort_msg("poison %c-%u was accepted", 'a' + source, number);
    if (world.arrived[source][number]++ > 0) {
        if (!world.excused[source][number])
            ck_abort_msg("%c-%u came twice", 'a' + source, number);
        return;
    }
    if (rig->config.max_in_flight == 1 && number <= world.last[source])
        ck_abort_msg("%c-%u came after %u", 'a' + source, number, world.last[source]);
    world.last[source] = number;
}

static void excuse(unsigned source, unsigned number)
{
    world.excused[source][number] = true;
}

static long poison_index, message_index;

static void look_for_poison(unsigned source, unsigned number)
{
    if (poison_index < 0 && world.poison[source][number])
        poison_index = message_index;
    message_index++;
}

/* The outcome -1 leaves the batch pending. */
static struct output_answer behave(struct rig *self, const struct output_batch *batch)
{
    (void)self;
    unsigned mood = world.calm ? 99 : dice(100);
    if (mood < 8) {
        struct output_answer answer = rig_answer(OUTPUT_FAILED, "503");
        answer.status = 503;
        return answer;
    }
    if (mood < 10)
        return rig_answer(OUTPUT_SENDER_REFUSED, "403");
    if (mood < 25)
        return (struct output_answer){.outcome = (enum output_outcome) - 1};
    if (mood < 30 && batch->count > 1)
        return rig_answer(OUTPUT_TOO_LARGE, "413");
    poison_index = -1;
    message_index = 0;
    each_message(batch, look_for_poison);
    if (poison_index >= 0) {
        struct output_answer answer = rig_answer(OUTPUT_REFUSED, "400");
        unsigned hint = dice(4);
        answer.refused = hint == 0 ? -1 : hint == 1 ? (long)dice(12) : poison_index;
        return answer;
    }
    if (mood < 38) { /* the answer is lost */
        each_message(batch, excuse);
        each_message(batch, arrive);
        struct output_answer answer = rig_answer(OUTPUT_FAILED, "reset");
        answer.transport = SLACKAUDIT_TRANSPORT_RESET;
        return answer;
    }
    each_message(batch, arrive);
    return rig_answer(OUTPUT_DELIVERED, "");
}

static void reply_to_one(void)
{
    unsigned index = dice((unsigned)rig->pending_count);
    struct output_batch *batch = rig->pending[index];
    struct output_answer answer = behave(rig, batch);
    if ((int)answer.outcome >= 0)
        rig_reply(index, answer);
}

static void stop_and_start(void)
{
    /* What was in flight, or whose position could not be stored, may come again. */
    for (size_t i = 0; i < rig->pending_count; i++)
        if (dice(2)) {
            poison_index = -1;
            message_index = 0;
            each_message(rig->pending[i], look_for_poison);
            if (poison_index >= 0)
                continue;
            each_message(rig->pending[i], excuse);
            each_message(rig->pending[i], arrive);
        }
    for (unsigned s = 0; s < SOURCES; s++)
        for (size_t i = rig->store.sources[s].position; i <= rig->store.sources[s].count; i++)
            if (world.arrived[s][i] > 0)
                excuse(s, (unsigned)i);
    world.stops++;
    rig_stop();
    rig_start();
}

static void add_entries(unsigned source)
{
    struct store_source *entries = &rig->store.sources[source];
    for (unsigned i = dice(30); i > 0 && entries->count < ENTRIES; i--) {
        bool poison = dice(12) == 0;
        world.poison[source][entries->count + 1] = poison;
        fake_store_add_many(entries, 1, poison ? "poison" : "x");
    }
    delivery_wake(rig->delivery);
}

static void something_happens(void)
{
    switch (dice(12)) {
    case 0:
    case 1:
    case 2:
        add_entries(dice(SOURCES));
        break;
    case 3:
        rig->store.fail_acknowledge = dice(3);
        break;
    case 4:
        rig->store.fail_read = dice(3);
        break;
    case 5:
        if (dice(4) == 0)
            stop_and_start();
        break;
    case 6:
        delivery_retry_now(rig->delivery);
        break;
    case 7:
        rig_pass(dice(400) * USEC_PER_SEC);
        break;
    default:
        if (rig->pending_count > 0)
            reply_to_one();
        else
            rig_pass(dice(3000) * USEC_PER_MSEC);
    }
    for (unsigned i = dice(4); i > 0; i--)
        must(loop_turn(rig->loop, 0) == 0);
}

static void calm_down(void)
{
    world.calm = true;
    rig->store.fail_acknowledge = rig->store.fail_read = 0;
    for (unsigned s = 0; s < SOURCES; s++) { /* something healthy at the end settles all doubts */
        world.poison[s][rig->store.sources[s].count + 1] = false;
        fake_store_add_many(&rig->store.sources[s], 1, "x");
    }
    for (int i = 0; i < 1000 && !delivery_is_caught_up(rig->delivery); i++) {
        while (rig->pending_count > 0)
            reply_to_one();
        rig_pass(60 * USEC_PER_SEC);
    }
    ck_assert_msg(delivery_is_caught_up(rig->delivery), "never ends: %s", rig_status().last_error);
}

static void check_letters(void)
{
    char *text = rig_dead_letters();
    for (unsigned s = 0; s < SOURCES; s++)
        for (unsigned i = 1; i <= rig->store.sources[s].count; i++) {
            char id[64];
            snprintf(id, sizeof(id), "\"reason\":\"400\",\"entry\":{\"id\":\"%c-%u\"", 'a' + s, i);
            unsigned letters = 0;
            for (const char *at = text; (at = strstr(at, id)) != NULL; at++)
                letters++;
            bool as_it_should = world.poison[s][i] ? letters >= 1 && letters <= 1 + world.stops
                                                   : letters == 0 && world.arrived[s][i] >= 1;
            if (!as_it_should)
                ck_abort_msg("%s%c-%u: %u letters, arrived %u times",
                    world.poison[s][i] ? "poison " : "", 'a' + s, i, letters, world.arrived[s][i]);
        }
    free(text);
}

static void run_world(uint64_t seed, unsigned in_flight)
{
    memset(&world, 0, sizeof(world));
    world.random = seed;
    rig_init();
    for (unsigned s = 0; s < SOURCES; s++)
        (void)fake_store_source(&rig->store, s == 0 ? "a" : "b");
    rig->store.block_entries = 1 + dice(20);
    rig->config.batch.max_entries = 1 + dice(12);
    rig->config.batch.max_wait_us = dice(2) * USEC_PER_SEC;
    rig->config.max_in_flight = (int)in_flight;
    rig->receiver = behave;
    rig_start();
    for (int i = 0; i < 150; i++)
        something_happens();
    calm_down();
    check_letters();
    rig_deinit();
}

START_TEST(with_one_batch_in_flight)
{
    for (uint64_t seed = 1; seed <= 25; seed++)
        run_world(seed, 1);
}
END_TEST

START_TEST(with_four_batches_in_flight)
{
    for (uint64_t seed = 1001; seed <= 1025; seed++)
        run_world(seed, 4);
}
END_TEST

CHECK_MAIN("delivery_random", with_one_batch_in_flight, with_four_batches_in_flight)
