/*
 * What of a stranger's text is fit to be shown to a person: names, ids and error messages come from
 * Slack, from receivers and from files, and a terminal obeys what it is sent.
 *
 * Control characters, bytes that are no UTF-8 and characters that turn the direction of writing
 * become question marks. Widths are columns of a terminal: an ideograph takes two, a combining
 * accent none. They are those of the locale that ctl_run() has set; in another one every character
 * beyond ASCII counts as one column.
 */
#pragma once

#include "base/buffer.h"

/* Appends what is fit of `text`. More than `widest` columns are cut and end in an ellipsis; 0: any
 * width. `*ret_width` says how many columns it takes. Returns 0 or what the buffer refused with. */
int shown_append(struct buffer *buffer, struct slice text, size_t widest, size_t *ret_width);

/* How many columns a text takes that shown_append() made. */
size_t shown_width(struct slice text);

/* The size of the longest beginning of such a text that takes at most `widest` columns. */
size_t shown_cut(struct slice text, size_t widest);
