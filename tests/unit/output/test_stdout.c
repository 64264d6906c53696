/*
 * The stdout output writes lines to whatever standard output is, and never blocks the loop: a pipe
 * that nobody reads, one that was made non-blocking, one that was closed, a file.
 */
#include "check_main.h"
#include "rig.h"

#include <poll.h>
#include <signal.h>
#include <sys/socket.h>

static int saved_stdout, reader;

static void stdout_is(int fd)
{
    saved_stdout = dup(STDOUT_FILENO);
    ck_assert_int_eq(dup2(fd, STDOUT_FILENO), STDOUT_FILENO);
    close(fd);
}

static void stdout_is_pipe(int flags)
{
    int ends[2];
    ck_assert_int_eq(pipe2(ends, flags), 0);
    reader = ends[0];
    stdout_is(ends[1]);
}

static struct store_source *begin(size_t entries)
{
    rig_init();
    signal(SIGPIPE, SIG_IGN); /* as the daemon does */
    rig->config.type = CONFIG_OUTPUT_STDOUT;
    rig->config.batch.max_entries = 10000;
    rig->config.batch.max_bytes = MIB(1);
    rig->type = output_stdout;
    rig->store.block_entries = 1000;
    struct store_source *a = fake_store_source(&rig->store, "a");
    fake_store_add_many(a, entries, "x");
    return a;
}

static void end(void)
{
    ck_assert_int_eq(dup2(saved_stdout, STDOUT_FILENO), STDOUT_FILENO);
    close(saved_stdout);
    rig_deinit();
}

/* Reads what the pipe holds, without waiting. */
static void read_some(struct buffer *text)
{
    struct pollfd ready = {.fd = reader, .events = POLLIN};
    while (poll(&ready, 1, 0) == 1 && (ready.revents & POLLIN)) {
        ck_assert_int_eq(buffer_reserve(text, KIB(64)), 0);
        ssize_t got = read(reader, text->data + text->size, KIB(64));
        ck_assert_int_ge(got, 0);
        if (got == 0)
            return;
        text->size += (size_t)got;
    }
}

static void check_lines(const struct store_source *source, struct buffer *text)
{
    struct buffer expected = BUFFER_INIT(MIB(4));
    for (size_t i = 0; i < source->count; i++)
        must(buffer_printf(&expected, "%s\n", source->entries[i].bytes) == 0);
    ck_assert_str_eq(buffer_text(text), buffer_text(&expected));
    buffer_deinit(&expected);
    buffer_deinit(text);
}

/* More than a pipe holds (64 KiB); the reader comes late and little by little. */
static void deliver_to_a_slow_reader(struct store_source *a)
{
    struct buffer text = BUFFER_INIT(MIB(4));
    rig_start();
    rig_settle(); /* comes back although nobody reads */
    ck_assert(!delivery_is_quiet(rig->delivery));
    ck_assert_uint_eq(a->position, 1);
    for (int i = 0; i < 10000 && !delivery_is_caught_up(rig->delivery); i++) {
        read_some(&text);
        rig_settle();
    }
    read_some(&text);
    check_lines(a, &text);
}

START_TEST(a_pipe_that_nobody_reads_does_not_block_the_loop)
{
    struct store_source *a = begin(8000);
    stdout_is_pipe(O_CLOEXEC);
    deliver_to_a_slow_reader(a);
    ck_assert_int_eq(fcntl(STDOUT_FILENO, F_GETFL) & O_NONBLOCK, 0);
    end();
}
END_TEST

START_TEST(a_pipe_that_was_made_non_blocking_works_the_same)
{
    struct store_source *a = begin(8000);
    stdout_is_pipe(O_CLOEXEC | O_NONBLOCK);
    deliver_to_a_slow_reader(a);
    end();
}
END_TEST

START_TEST(a_socket_works_the_same)
{
    struct store_source *a = begin(20000);
    int ends[2];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    reader = ends[0];
    stdout_is(ends[1]);
    deliver_to_a_slow_reader(a);
    end();
}
END_TEST

START_TEST(a_file_takes_all_at_once)
{
    struct store_source *a = begin(8000);
    char path[PATH_SIZE];
    snprintf(path, sizeof(path), "%.240s/out", rig->directory);
    stdout_is(open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    reader = open(path, O_RDONLY | O_CLOEXEC);
    rig_start();
    rig_settle();
    ck_assert(delivery_is_caught_up(rig->delivery));
    struct buffer text = BUFFER_INIT(MIB(4));
    read_some(&text);
    check_lines(a, &text);
    end();
}
END_TEST

START_TEST(a_reader_that_has_gone_is_told_clearly_and_tried_again)
{
    begin(3);
    stdout_is_pipe(O_CLOEXEC);
    close(reader);
    rig_start();
    rig_settle();
    ck_assert_int_eq(rig_status().state, DELIVERY_WAITING);
    ck_assert_str_eq(
        rig_status().last_error, "cannot write to standard output: whoever read it has closed it");
    rig_pass(60 * USEC_PER_SEC);
    ck_assert_uint_gt(rig_status().failures, 3);
    end();
}
END_TEST

START_TEST(a_batch_that_is_given_up_in_a_line_leaves_the_next_lines_whole)
{
    struct store_source *a = begin(8000);
    stdout_is_pipe(O_CLOEXEC);
    rig_start();
    rig_settle();
    delivery_remove_source(rig->delivery, "a"); /* while the pipe is full */
    struct buffer first = BUFFER_INIT(MIB(4)), rest = BUFFER_INIT(MIB(4));
    read_some(&first);
    ck_assert_int_eq(delivery_add_source(rig->delivery, "a", a, NULL), 0);
    for (int i = 0; i < 10000 && !delivery_is_caught_up(rig->delivery); i++) {
        rig_settle();
        read_some(&rest);
    }
    bool in_line = first.data[first.size - 1] != '\n';
    ck_assert_int_eq(rest.data[0] == '\n', in_line);
    if (in_line) {
        memmove(rest.data, rest.data + 1, rest.size - 1);
        rest.size--;
    }
    check_lines(a, &rest);
    buffer_deinit(&first);
    end();
}
END_TEST

CHECK_MAIN("stdout", a_pipe_that_nobody_reads_does_not_block_the_loop,
    a_pipe_that_was_made_non_blocking_works_the_same, a_socket_works_the_same,
    a_file_takes_all_at_once, a_reader_that_has_gone_is_told_clearly_and_tried_again,
    a_batch_that_is_given_up_in_a_line_leaves_the_next_lines_whole)
