/*
 * Thousands of calls in flight on one thread, against a server that resets, refuses, cuts off and
 * keeps waiting.
 *
 *     many_calls BASE_URL TOKEN CALLS AT_ONCE
 *
 * The server is slackaudit-sim with a rule that holds up every call which no other fault strikes
 * (`slow`, for longer than the test runs): so all calls come to stand on the wire at once, in a
 * connection each, and AT_ONCE of them must. Some are cancelled there. New rules then let go what
 * is held up, and from the end of each call another one starts, into other faults. Two clients with
 * different stacks share the engine; calls of every kind are mixed; some are cancelled from their
 * own callbacks, some by others. In the end every call was done or cancelled, exactly once and
 * never both, with the answer that it had to get; nothing of memory (the sanitizers and valgrind
 * look) and no descriptor is left. Uses the public headers alone.
 */
#include "control.h"
#include "measure.h"

enum { MOST_RETRIES = 40 };

static const int64_t short_wait_us = 20000;

/* What the second half of the calls meets. No call is held up for long any more. */
static const char later_faults[] =
    "reset:every=7\nreset-body:every=11\ntruncate:every=13\n"
    "429:every=17,count=60\n500:every=19\n503:every=23\nhtml:every=29\n"
    "broken-json:every=31\nstall:every=37,for=200ms\n"
    "slow:every=41,for=200ms\nunauthorized:every=43\n";

/* ---- The calls ---- */

enum kind { LOGS, STREAM, PAGE, SCHEMAS, ACTIONS, KINDS };

/* What happens to a call but its answer. */
enum fate { RUNS, CANCELLED_ON_THE_WIRE, CANCELS_ITSELF, CANCELLED_BY_ANOTHER };

struct crowd;

struct call {
    struct crowd *crowd;
    size_t number;
    enum kind kind;
    enum fate fate;
    struct slackaudit_call *handle; /* until it is over */
    int attempts;
    bool is_on_wire;
    unsigned done, cancelled;
    size_t bytes, entries; /* of the present attempt */
    struct slackaudit_response *kept;
};

struct crowd {
    struct slackaudit_engine *engine;
    struct slackaudit_client *reader, *guest; /* with a token, and without */
    struct call *calls;
    size_t first_count, count; /* of the first half, and of both */
    size_t in_flight, on_wire, most_in_flight;
    unsigned long attempts;
    unsigned done, cancelled, refused;
};

static void start(struct crowd *crowd, size_t number);

static void leave_wire(struct call *call)
{
    call->crowd->on_wire -= call->is_on_wire;
    call->is_on_wire = false;
}

static void cancel(struct call *call)
{
    slackaudit_call_cancel(call->handle);
    call->handle = NULL;
    call->cancelled++;
    call->crowd->cancelled++;
    call->crowd->in_flight--;
    leave_wire(call);
}

static void require_alive(const struct call *call, const char *where)
{
    REQUIRE(
        call->done + call->cancelled == 0, "call %zu is over, and %s came", call->number, where);
}

static void on_attempt(void *user, int attempt)
{
    struct call *call = user;
    require_alive(call, "on_attempt");
    REQUIRE(attempt == call->attempts, "call %zu: attempt %d after %d", call->number, attempt,
        call->attempts);
    leave_wire(call); /* of the attempt before */
    call->attempts++;
    call->bytes = call->entries = 0;
    call->crowd->attempts++;
    if (call->fate == CANCELS_ITSELF && call->kind != STREAM && call->kind != PAGE) {
        cancel(call);
        return;
    }
    call->is_on_wire = true;
    call->crowd->on_wire++;
}

static int on_body(void *user, int status, const char *data, size_t size)
{
    struct call *call = user;
    (void)status;
    (void)data;
    require_alive(call, "on_body");
    call->bytes += size;
    if (call->fate == CANCELS_ITSELF)
        cancel(call);
    return 0;
}

static int on_entry(void *user, const struct slackaudit_entry_slice *entry)
{
    struct call *call = user;
    require_alive(call, "on_entry");
    REQUIRE(entry->id_size > 0, "call %zu: an entry without id", call->number);
    call->entries++;
    if (call->fate == CANCELS_ITSELF)
        cancel(call);
    return 0;
}

/* The next one in line is over, or goes now: while it waits, while it is on the wire, at any place.
 */
static void cancel_neighbour(struct call *call)
{
    size_t next = call->number + 1;
    if (next >= call->crowd->count)
        return;
    struct call *neighbour = &call->crowd->calls[next];
    if (neighbour->fate == CANCELLED_BY_ANOTHER && neighbour->handle != NULL)
        cancel(neighbour);
}

static void end(struct call *call, const struct slackaudit_answer *answer)
{
    require_alive(call, "on_done");
    call->done++;
    call->handle = NULL;
    call->crowd->done++;
    call->crowd->in_flight--;
    leave_wire(call);
    REQUIRE(answer->code == SLACKAUDIT_OK, "call %zu: %s", call->number, answer->message);
    REQUIRE(answer->attempts == call->attempts, "call %zu: %d attempts, told of %d", call->number,
        answer->attempts, call->attempts);
    REQUIRE(answer->status == 200 || answer->status == 401, "call %zu: %s", call->number,
        answer->message);
    call->crowd->refused += answer->status == 401;
    cancel_neighbour(call);
    if (call->number < call->crowd->first_count)
        start(call->crowd, call->number + call->crowd->first_count);
}

static void on_answer(void *user, const struct slackaudit_answer *answer)
{
    struct call *call = user;
    end(call, answer);
    if (call->kind == STREAM)
        REQUIRE(call->bytes > 0, "call %zu: a stream without a byte", call->number);
    else
        REQUIRE(answer->body_size > 0 && answer->body_size == strlen(answer->body),
            "call %zu: a body of %zu bytes", call->number, answer->body_size);
    if (call->kind == LOGS && call->number % 3 == 0)
        REQUIRE(slackaudit_answer_keep(answer, &call->kept, NULL) == 0, "cannot keep an answer");
}

static void on_page(void *user, const struct slackaudit_answer *answer,
    const struct slackaudit_page_summary *summary)
{
    struct call *call = user;
    end(call, answer);
    REQUIRE((answer->status == 200) == (summary != NULL), "call %zu: no page", call->number);
    if (summary != NULL)
        REQUIRE(summary->entries > 0 && summary->entries == call->entries,
            "call %zu: %zu of %zu entries", call->number, call->entries, summary->entries);
}

/* In the first half calls are cancelled while all stand on the wire, in the second in between. */
static enum fate fate_of(const struct crowd *crowd, size_t number)
{
    if (number < crowd->first_count)
        return number % 40 == 0 ? CANCELLED_ON_THE_WIRE : RUNS;
    return number % 20 == 0 ? CANCELS_ITSELF : number % 20 == 7 ? CANCELLED_BY_ANOTHER : RUNS;
}

static int start_kind(struct call *call, struct slackaudit_problem *problem)
{
    const struct slackaudit_query query = {.has_limit = true, .limit = 5};
    const struct slackaudit_page_call page = {.query = query,
        .on_attempt = on_attempt,
        .on_entry = on_entry,
        .on_done = on_page,
        .user = call};
    struct slackaudit_events events = {
        .on_attempt = on_attempt, .on_done = on_answer, .user = call};
    struct slackaudit_client *reader = call->crowd->reader, *guest = call->crowd->guest;
    switch (call->kind) {
    case PAGE:
        return slackaudit_client_page(reader, &page, &call->handle, problem);
    case SCHEMAS:
        return slackaudit_client_schemas(guest, NULL, &events, &call->handle, problem);
    case ACTIONS:
        return slackaudit_client_actions(guest, NULL, &events, &call->handle, problem);
    case STREAM:
        events.on_body = on_body;
        break;
    default:
        break;
    }
    return slackaudit_client_logs(reader, &query, &events, &call->handle, problem);
}

static void start(struct crowd *crowd, size_t number)
{
    struct call *call = &crowd->calls[number];
    struct slackaudit_problem problem = {0};
    *call = (struct call){
        .crowd = crowd,
        .number = number,
        .kind = (enum kind)(number % KINDS),
        .fate = fate_of(crowd, number),
    };
    REQUIRE(start_kind(call, &problem) == 0, "call %zu cannot start: %s", number, problem.text);
    if (++crowd->in_flight > crowd->most_in_flight)
        crowd->most_in_flight = crowd->in_flight;
}

/* ---- The clients ---- */

static void append(struct slackaudit_retry_stack *stack, struct slackaudit_retry_handler *handler)
{
    REQUIRE(slackaudit_retry_stack_append(stack, handler) == 0, "cannot append a handler");
}

static struct slackaudit_interval *short_interval(void)
{
    return slackaudit_interval_backoff(short_wait_us, 10 * short_wait_us);
}

static struct slackaudit_client *make_client(struct slackaudit_engine *engine, const char *base_url,
    const char *token, const struct slackaudit_retry_stack *retry)
{
    const struct slackaudit_options options = {.size = sizeof(options),
        .token = token,
        .base_url = base_url,
        .timeout_us = INT64_C(600000000),
        .retry = retry};
    struct slackaudit_client *client = NULL;
    struct slackaudit_problem problem = {0};
    REQUIRE(slackaudit_client_new(&client, engine, &options, &problem) == 0, "%s", problem.text);
    return client;
}

/* The reader waits as a rate limit asks; the guest, with a stack of its own, is in a hurry. */
static struct slackaudit_retry_stack *reader_stack(void)
{
    struct slackaudit_retry_stack *stack = slackaudit_retry_stack_new();
    append(stack, slackaudit_retry_connection_error(MOST_RETRIES, short_interval(), NULL, 100000));
    append(stack, slackaudit_retry_rate_limit(MOST_RETRIES));
    append(stack, slackaudit_retry_server_error(
                      MOST_RETRIES, short_interval(), slackaudit_jitter_full(), 100000));
    return stack;
}

static void fill_guest_stack(struct slackaudit_retry_stack *stack)
{
    static const int statuses[] = {429, 500, 503};
    const struct slackaudit_retry_match when = {.statuses = statuses, .status_count = 3};
    slackaudit_retry_stack_clear(stack);
    append(stack, slackaudit_retry_connection_error(
                      MOST_RETRIES, short_interval(), slackaudit_jitter_decorrelated(), 100000));
    append(stack, slackaudit_retry_match(
                      &when, MOST_RETRIES, short_interval(), slackaudit_jitter_equal(), 100000));
}

static void check_faults(struct slackaudit_client *control)
{
    static const char *const faults[] = {"429", "500", "503", "reset", "reset-body", "truncate",
        "html", "broken-json", "unauthorized", "slow", "stall"};
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
        REQUIRE(count_fault(control, faults[i]) > 0, "the fault %s never struck", faults[i]);
}

/* ---- The run ---- */

static void turn(struct crowd *crowd, int64_t max_wait_us)
{
    REQUIRE(slackaudit_engine_turn(crowd->engine, max_wait_us) == 0, "the engine cannot turn");
}

/* Turns until each call that is not over is held up by the simulator, all at the same time. Returns
 * how many connections there are then. */
static unsigned bring_all_onto_the_wire(struct crowd *crowd, struct slackaudit_client *control)
{
    const double between_looks = 0.05;
    double next_look = 0;
    unsigned long held_up = 0;
    while (held_up < crowd->in_flight) {
        turn(crowd, 10000);
        if (crowd->on_wire < crowd->in_flight || wall_seconds() < next_look)
            continue;
        held_up = count_fault(control, "slow");
        next_look = wall_seconds() + between_looks;
    }
    return count_descriptors(true);
}

static void cancel_some(struct crowd *crowd)
{
    for (size_t i = 0; i < crowd->first_count; i++)
        if (crowd->calls[i].fate == CANCELLED_ON_THE_WIRE && crowd->calls[i].handle != NULL)
            cancel(&crowd->calls[i]);
}

/* The second half has gaps: who was cancelled starts nobody. */
static void check_ends(const struct crowd *crowd)
{
    unsigned done = 0, cancelled = 0, fates[CANCELLED_BY_ANOTHER + 1] = {0};
    for (size_t i = 0; i < crowd->count; i++) {
        const struct call *call = &crowd->calls[i];
        if (call->crowd == NULL)
            continue;
        REQUIRE(call->done + call->cancelled == 1, "call %zu: done %u times, cancelled %u times", i,
            call->done, call->cancelled);
        done += call->done;
        cancelled += call->cancelled;
        fates[call->fate] += call->cancelled;
    }
    REQUIRE(done == crowd->done && cancelled == crowd->cancelled, "the sums differ");
    for (int fate = CANCELLED_ON_THE_WIRE; fate <= CANCELLED_BY_ANOTHER; fate++)
        REQUIRE(fates[fate] > 0, "no call was cancelled in the way %d", fate);
}

static void free_kept(const struct crowd *crowd)
{
    size_t kept = 0;
    for (size_t i = 0; i < crowd->count; i++) {
        const struct slackaudit_response *response = crowd->calls[i].kept;
        if (response == NULL)
            continue;
        const struct slackaudit_answer *answer = slackaudit_response_answer(response);
        REQUIRE(strlen(answer->body) == answer->body_size, "a kept body has changed");
        slackaudit_response_free(crowd->calls[i].kept);
        kept++;
    }
    REQUIRE(kept > 0, "no answer was kept");
}

struct measures {
    double wall, wall_to_peak, cpu;
    unsigned connections;
};

static void open_clients(struct crowd *crowd, const char *base_url, const char *token,
    const struct slackaudit_retry_stack *stack)
{
    REQUIRE(slackaudit_engine_new(&crowd->engine, NULL, NULL) == 0, "no engine");
    crowd->reader = make_client(crowd->engine, base_url, token, stack);
    crowd->guest = make_client(crowd->engine, base_url, NULL, NULL);
    fill_guest_stack(slackaudit_client_retry(crowd->guest));
}

static void close_clients(struct crowd *crowd)
{
    slackaudit_client_free(crowd->guest);
    slackaudit_client_free(crowd->reader);
    slackaudit_engine_free(crowd->engine);
}

static struct measures run_calls(struct crowd *crowd, struct slackaudit_client *control)
{
    double wall = wall_seconds(), cpu = cpu_seconds();
    for (size_t i = 0; i < crowd->first_count; i++)
        start(crowd, i);
    struct measures measures = {.connections = bring_all_onto_the_wire(crowd, control)};
    measures.wall_to_peak = wall_seconds() - wall;
    cancel_some(crowd);
    set_faults(control, later_faults);
    while (crowd->in_flight > 0)
        turn(crowd, -1);
    measures.wall = wall_seconds() - wall;
    measures.cpu = cpu_seconds() - cpu;
    return measures;
}

static void print(const struct crowd *crowd, const struct measures *measures)
{
    printf("%zu calls in flight at most, %u connections at once after %.2f s\n"
           "%u done (%u of them refused), %u cancelled, %lu attempts\n"
           "%.2f s in all, CPU %.2f s (%.0f us an attempt), %ld KiB of memory at most\n",
        crowd->most_in_flight, measures->connections, measures->wall_to_peak, crowd->done,
        crowd->refused, crowd->cancelled, crowd->attempts, measures->wall, measures->cpu,
        measures->cpu * 1e6 / (double)crowd->attempts, peak_memory_kib());
}

static void run(const char *base_url, const char *token, size_t calls, size_t at_once)
{
    struct crowd crowd = {.first_count = calls, .count = 2 * calls};
    crowd.calls = calloc(crowd.count, sizeof(*crowd.calls));
    struct slackaudit_retry_stack *stack = reader_stack();
    REQUIRE(crowd.calls != NULL && stack != NULL, "no memory");
    unsigned before = count_descriptors(false);
    struct slackaudit_client *control = make_control(base_url);
    open_clients(&crowd, base_url, token, stack);
    struct measures measures = run_calls(&crowd, control);
    REQUIRE(measures.connections > at_once, /* one is the control's */
        "only %u connections at once", measures.connections);
    check_ends(&crowd);
    check_faults(control);
    close_clients(&crowd);
    slackaudit_client_free(control);
    slackaudit_retry_stack_free(stack);
    unsigned after = count_descriptors(false);
    REQUIRE(after == before, "%u descriptors before, %u after", before, after);
    free_kept(&crowd);
    print(&crowd, &measures);
    free(crowd.calls);
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        (void)fprintf(stderr, "usage: many_calls BASE_URL TOKEN CALLS AT_ONCE\n");
        return 64;
    }
    size_t calls = strtoul(argv[3], NULL, 10), at_once = strtoul(argv[4], NULL, 10);
    REQUIRE(calls >= 100 && at_once > 0 && at_once <= calls, "at least 100 calls");
    allow_descriptors(calls + 64);
    run(argv[1], argv[2], calls, at_once);
    return EXIT_SUCCESS;
}
