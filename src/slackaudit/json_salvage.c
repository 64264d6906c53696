#include "slackaudit/json_scan_parts.h"

#include "slackaudit/json_skip.h"

const char *json_problem_text(enum json_problem problem)
{
    static const char *const texts[] = {
        [JSON_SOUND] = "no error",
        [JSON_BAD_BYTE] = "unexpected byte",
        [JSON_BAD_CONTROL] = "control byte in a string",
        [JSON_BAD_ESCAPE] = "invalid escape in a string",
        [JSON_BAD_UTF8] = "invalid UTF-8 in a string",
        [JSON_BAD_NUMBER] = "malformed number",
        [JSON_BAD_LITERAL] = "malformed true, false or null",
        [JSON_BAD_BRACKET] = "closing bracket of the wrong kind",
        [JSON_TOO_DEEP] = "nesting past the limit",
        [JSON_CUT_SHORT] = "the end inside a value",
    };
    return texts[problem];
}

static void note_damage(struct json_scan *scan, enum json_problem problem)
{
    if (scan->damage == JSON_SOUND)
        scan->damage = problem;
    scan->line_break = true; /* nobody looks for one in what is broken */
}

enum json_event json_fail_structure(
    struct json_scan *scan, struct reader *reader, enum json_problem problem)
{
    bool element = scan->levels.depth == scan->salvage; /* it is the element itself that is wrong */
    if (scan->salvage == 0 || scan->levels.depth < scan->salvage)
        return fail(scan, problem);
    if (element && scan->state <= STATE_DONE) {
        bool begins = scan->state == STATE_VALUE || scan->state == STATE_FIRST_ELEMENT;
        char byte = *reader->at;
        if (!begins || byte == ',' || byte == ']' || byte == '}')
            return fail(scan, problem);
        scan->token = offset_of(reader, reader->at);
    }
    note_damage(scan, problem);
    scan->broken_scalar = element;
    scan->state = STATE_BROKEN;
    return JSON_MORE;
}

enum json_event json_fail_string(
    struct json_scan *scan, struct reader *reader, enum json_problem problem, bool pass_over)
{
    if (scan->salvage == 0 || scan->levels.depth < scan->salvage)
        return fail(scan, problem);
    note_damage(scan, problem);
    reader->at += pass_over;
    scan->sound = false;
    scan->state = STATE_STRING;
    return JSON_MORE;
}

enum json_event json_scan_broken(struct json_scan *scan, struct reader *reader)
{
    for (; reader->at < reader->end; reader->at++) {
        char byte = *reader->at;
        bool outermost = scan->levels.depth == scan->salvage; /* then the element has no brackets */
        if (byte == '"') {
            scan->state = STATE_BROKEN_STRING;
            reader->at++;
            return JSON_MORE;
        }
        if (outermost && (byte == ',' || byte == ']')) {
            scan->kind = JSON_BROKEN;
            return end_scalar(scan, offset_of(reader, reader->at));
        }
        if (byte == '{' || byte == '[')
            json_levels_push(&scan->levels, byte == '{');
        if (!is_closing(byte))
            continue;
        if (!json_levels_match(&scan->levels, byte))
            return fail(scan, JSON_BAD_BRACKET);
        if (scan->levels.depth == scan->salvage + 1 && !scan->broken_scalar)
            return close_container(scan, reader);
        json_levels_pop(&scan->levels);
    }
    return JSON_MORE;
}

enum json_event json_scan_broken_string(struct json_scan *scan, struct reader *reader)
{
    while (reader->at < reader->end) {
        reader->at = json_skip_plain(reader->at, reader->end);
        if (reader->at == reader->end)
            break;
        char byte = *reader->at++;
        if (byte == '"' || byte == '\\') {
            scan->state = byte == '"' ? STATE_BROKEN : STATE_BROKEN_ESCAPE;
            break;
        }
    }
    return JSON_MORE;
}
