/*
 * An encoder: the format that an output's configuration names, with the settings it takes. For
 * output types whose message is what the format makes (file, stdout, syslog, generic HTTP).
 */
#pragma once

#include "config/config.h"
#include "format/format.h"

enum { ENCODER_HOST_NAME_SIZE = 256 };

/* Embedded object; it owns nothing and borrows the configuration's strings. */
struct encoder {
    const struct format_type *format;
    const char *app_name;
    int facility;
    char host_name[ENCODER_HOST_NAME_SIZE];
};

/* Outputs other than syslog have no facility and app_name of their own: `authpriv` and `slackaudit`
 * then stand in. ERROR_INVALID for a format that is not known. */
int encoder_init(struct encoder *encoder, const struct config_output *config, struct error *error);

/* Appends the message without any framing. As format_encode(). */
int encoder_message(
    const struct encoder *encoder, const struct format_entry *entry, struct buffer *body);

/* The same with a line feed behind it. */
int encoder_line(
    const struct encoder *encoder, const struct format_entry *entry, struct buffer *body);
