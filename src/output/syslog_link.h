/*
 * A syslog link: how framed messages reach a syslog receiver. Two kinds stand behind it: a stream
 * (TCP, TLS) and datagrams (UDP, a Unix socket).
 *
 * A link takes one batch at a time and answers through batch->done. It opens its connection with
 * the first batch and again after it broke.
 *
 * Syslog has no acknowledgement, so a link asks the kernel what became of a batch. Bad news (a
 * reset, a port that is closed) comes a moment after good news: a link waits for SYSLOG_SETTLE_US
 * before it calls a batch delivered.
 */
#pragma once

#include "base/units.h"
#include "output/output.h"

/* Longer than a round trip in one data centre, and short beside the time that a full batch takes.
 */
#define SYSLOG_SETTLE_US (5 * USEC_PER_MSEC)

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

/* The longest message that one datagram can carry. */
size_t syslog_datagram_longest(enum config_transport transport);
