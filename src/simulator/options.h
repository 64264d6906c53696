/*
 * The command line of slackaudit-sim: one table drives both the reading and the help.
 */
#pragma once

#include "simulator/api.h"

#define OPTIONS_LISTEN_DEFAULT "127.0.0.1:8888"

struct options {
    struct api_settings api;
    const char *listen;
    const char *url_file; /* NULL: none */
    bool help, version;
};

/* Reads the arguments. Times relative to now are taken from `wall_seconds`, moved by
 * --clock-offset. The strings stay those of `argv`. ERROR_INVALID, or what a token file was refused
 * with. End with options_deinit() in every case. */
int options_read(
    struct options *options, int argc, char **argv, int64_t wall_seconds, struct error *error);
void options_deinit(struct options *options);

/* Appends the text of --help. Returns 0 or what the buffer refused with. */
int options_append_help(struct buffer *output);
