/*
 * UTF-8 (RFC 3629): shortest forms only, no surrogates, nothing above U+10FFFF. For code that cuts
 * a text to a size or passes on bytes that a peer sent.
 */
#pragma once

#include "base/slice.h"

/* The size of the character at the start of `text`, 1 to 4, or 0 when there is no whole, valid one.
 */
size_t utf8_character(struct slice text);

/* How many bytes at the start of `text` are valid UTF-8. */
size_t utf8_valid_prefix(struct slice text);

/* The largest size, at most `limit`, at which `text` can be cut without splitting a character.
 * Bytes that are no UTF-8 may be cut anywhere. */
size_t utf8_cut(struct slice text, size_t limit);
