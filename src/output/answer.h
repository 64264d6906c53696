/*
 * Answers that several outputs give in the same words.
 */
#pragma once

#include "output/output.h"

/* Delivered, without a state to keep. */
struct output_answer answer_delivered(void);

/* Not delivered, or nobody knows. `message` must live during done(). */
struct output_answer answer_failed(
    enum slackaudit_transport transport, int os_errno, const char *message);
