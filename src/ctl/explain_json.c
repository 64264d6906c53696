/* What a retry stack does, for machines. Waits are whole milliseconds, the highest rounded up. */
#include "base/json_writer.h"
#include "base/units.h"
#include "ctl/explain.h"

static void write_wait(
    struct json_writer *writer, const char *name, const struct explain_wait *wait)
{
    json_writer_open(writer, name, '{');
    json_writer_number(writer, "lowest_ms", wait->lowest_us / USEC_PER_MSEC);
    json_writer_number(
        writer, "highest_ms", (wait->highest_us + USEC_PER_MSEC - 1) / USEC_PER_MSEC);
    json_writer_close(writer, '}');
}

static void write_retry(
    struct json_writer *writer, size_t attempt, const struct explain_retry *retry)
{
    json_writer_open(writer, NULL, '{');
    json_writer_number(writer, "attempt", (int64_t)attempt);
    json_writer_string(writer, "handler", retry->handler);
    json_writer_number(writer, "handler_place", (int64_t)retry->place);
    write_wait(writer, "wait", &retry->wait);
    json_writer_close(writer, '}');
}

static void write_past(struct json_writer *writer, const struct explain_past *past)
{
    json_writer_open(writer, NULL, '{');
    json_writer_string(writer, "of", past->whom);
    json_writer_boolean(writer, "can_happen", past->occurs);
    json_writer_boolean(writer, "stack_is_asked", past->asked);
    json_writer_string(writer, "outcome", past->name);
    json_writer_string(writer, "text", past->words);
    json_writer_close(writer, '}');
}

static void write_failure(void *user, const struct explain_failure *failure)
{
    struct json_writer *writer = user;
    json_writer_open(writer, NULL, '{');
    json_writer_string(writer, "failure", failure->name);
    json_writer_string(writer, "text", failure->words);
    json_writer_number(writer, "attempts", (int64_t)failure->retry_count + 1);
    json_writer_boolean(writer, "attempts_last_the_timeout", failure->slow);
    json_writer_open(writer, "retries", '[');
    for (size_t i = 0; i < failure->retry_count; i++)
        write_retry(writer, i + 2, &failure->retries[i]); /* the first attempt is no retry */
    json_writer_close(writer, ']');
    write_wait(writer, "total_wait", &failure->total);
    json_writer_open(writer, "past_the_stack", '[');
    for (size_t i = 0; i < failure->past_count; i++)
        write_past(writer, &failure->pasts[i]);
    json_writer_close(writer, ']');
    json_writer_close(writer, '}');
}

static void write_stack(struct json_writer *writer, const struct config_retry *retry)
{
    json_writer_open(writer, "stack", '[');
    for (size_t i = 0; i < retry->count; i++) {
        json_writer_open(writer, NULL, '{');
        json_writer_string(writer, "handler", explain_handler_name(&retry->handlers[i]));
        json_writer_number(writer, "max_retries", retry->handlers[i].max_retries);
        json_writer_close(writer, '}');
    }
    json_writer_close(writer, ']');
}

int explain_write_json(const struct explain_subject *subject, struct buffer *output)
{
    struct json_writer writer = {.output = output};
    int64_t timeout_us = explain_timeout_us(subject);
    json_writer_open(&writer, NULL, '{');
    json_writer_boolean(&writer, "ok", true);
    json_writer_open(&writer, "result", '{');
    json_writer_string(&writer, "source", subject->source == NULL ? NULL : subject->source->name);
    json_writer_string(&writer, "output", subject->output == NULL ? NULL : subject->output->name);
    if (timeout_us > 0)
        json_writer_number(&writer, "timeout_ms", timeout_us / USEC_PER_MSEC);
    if (subject->source != NULL)
        json_writer_number(&writer, "calls_per_minute", subject->source->calls_per_minute);
    write_stack(&writer, subject->retry);
    json_writer_open(&writer, "failures", '[');
    int r = explain_stack(subject, write_failure, &writer);
    json_writer_close(&writer, ']');
    json_writer_close(&writer, '}');
    json_writer_close(&writer, '}');
    if (r >= 0)
        r = json_writer_end(&writer);
    return r < 0 ? r : buffer_append_byte(output, '\n');
}
