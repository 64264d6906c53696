/*
 * A syslog link: how framed messages reach a syslog receiver. Two kinds stand behind it: a stream
 * (TCP, TLS) and datagrams (UDP, a Unix socket).
 *
 * A link takes one batch at a time and answers through batch->done. It opens its connection with
 * the first batch and again after it broke.
 */
#pragma once

#include "output/output.h"

struct syslog_link; /* each kind has its own */

struct syslog_link_type {
    /* `context` outlives the link. ERROR_MEMORY. */
    int (*open)(
        struct syslog_link **ret_link, const struct output_context *context, struct error *error);
    void (*send)(struct syslog_link *link, struct output_batch *batch);
    void (*cancel)(struct syslog_link *link); /* the batch that is being sent */
    void (*close)(struct syslog_link *link);  /* NULL is allowed */
};

extern const struct syslog_link_type syslog_stream;   /* tcp, tls: RFC 6587, RFC 5425 */
extern const struct syslog_link_type syslog_datagram; /* udp: RFC 5426; unix */

/* An answer that says that a batch failed on its way. `message` must live during done(). */
struct output_answer syslog_failure(
    enum slackaudit_transport transport, int os_errno, const char *message);
