/*
 * Answers that several outputs give in the same words.
 */
#pragma once

#include "output/output.h"

/* Delivered, without a state to keep. */
struct output_answer answer_delivered(void);

/* What failed in a call or a stream of sys/http.h, as the retry stack calls it. OTHER for what is
 * no failure of the connection: a cap, or a body that its reader refused. */
enum slackaudit_transport answer_transport(enum http_failure failure);

/* Not delivered, or nobody knows. `message` must live during done(). */
struct output_answer answer_failed(
    enum slackaudit_transport transport, int os_errno, const char *message);
