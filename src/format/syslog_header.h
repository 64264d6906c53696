/*
 * What the two syslog formats have in common: the priority and the words of a header, which may
 * hold only some characters and only so many of them.
 */
#pragma once

#include "base/buffer.h"

/* "<PRI>": the facility's code and the severity `informational` (RFC 5424, 6.2.1). An audit entry
 * is a record, not an alarm; what it means is the receiver's to judge. */
int syslog_append_priority(struct buffer *output, int facility);

/* The bytes of `word` that `allowed` accepts, `limit` of them at most; "-" when none is left. */
int syslog_append_word(
    struct buffer *output, struct slice word, size_t limit, bool (*allowed)(char byte));

/* PRINTUSASCII of RFC 5424, section 6: 33 to 126. */
bool syslog_is_printable(char byte);
bool syslog_is_alphanumeric(char byte);
