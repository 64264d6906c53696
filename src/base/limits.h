/*
 * Every cap of the tree in one place: what a peer, a file, a person or a bug can make us hold. A
 * cap reached means waiting or an error that names it, never a silent drop. Sizes are bytes unless
 * a name says otherwise.
 */
#pragma once

#define KIB(n) ((size_t)(n) << 10)
#define MIB(n) ((size_t)(n) << 20)

/* What the API may send. */
#define LIMIT_ENTRY         MIB(8)   /* one entry; of a longer one the beginning is kept */
#define LIMIT_ENTRY_DAMAGED KIB(64)  /* of an entry past LIMIT_ENTRY, kept for the dead letter */
#define LIMIT_ENTRY_ID      256      /* a longer id counts as none */
#define LIMIT_JSON_DEPTH    512      /* nesting, in the splitter and in json-c alike */
#define LIMIT_CURSOR        KIB(8)   /* next_cursor, decoded */
#define LIMIT_RESPONSE      MIB(256) /* one response of the API, counted as it streams */
#define LIMIT_DOCUMENT      MIB(64)  /* one JSON document; its values take up to 20 times as much */
#define LIMIT_RESPONSE_BODY KIB(64)  /* of a body that is no page, kept to read the error from */
#define LIMIT_HEADERS       KIB(64)  /* all headers of one response, or of one request */
#define LIMIT_URL           KIB(64)  /* the address of one request, encoded */
#define LIMIT_PAGE_ENTRIES                                                                         \
    100000 /* entries of one page (the API says 9999, and is "optimistic")                         \
            */

#define LIMIT_BARREN_PAGES 10000 /* of a walk, in a row: cursor after cursor and no new entry */

/* What a receiver may send. */
#define LIMIT_RECEIVER_BODY KIB(256)

/* What a person may write. */
#define LIMIT_CONFIG          MIB(1)
#define LIMIT_CONFIG_DEPTH    16
#define LIMIT_CONFIG_NODES    20000
#define LIMIT_CONFIG_PROBLEMS 100 /* reported at once; the rest is counted */
#define LIMIT_NAME            64  /* of a source or output: [A-Za-z0-9][A-Za-z0-9_.-]* */
#define LIMIT_SECRET          KIB(16)
#define LIMIT_SOURCES         1000
#define LIMIT_OUTPUTS         100
#define LIMIT_RETRY_HANDLERS  16
#define LIMIT_CONTROL_LINE    KIB(64)
#define LIMIT_CONTROL_PEERS   16
#define LIMIT_SHEET           MIB(16) /* what slackauditctl lays out for a person at once */
#define LIMIT_HTTP_REPLY      MIB(4) /* a page of the status listener */

/* What we hold ourselves. */
#define LIMIT_RETRY_ATTEMPTS 100     /* of one call, whatever its handlers say */
#define LIMIT_BATCH          MIB(16) /* one encoded batch of an output (configurable below this) */
#define LIMIT_BATCH_ENTRIES  10000   /* the same, in entries */
#define LIMIT_SEGMENT        MIB(16) /* a segment file is closed once it is longer */
#define LIMIT_CACHED_FILE    MIB(16) /* of an output's file, left in the machine's page cache */
#define LIMIT_STORE_BLOCK                                                                          \
    KIB(256) /* read from or written to a segment at once, a longer entry apart */
#define LIMIT_STORE_BLOCK_ENTRIES 4096     /* the same, in entries */
#define LIMIT_RESERVE             MIB(4)   /* released on a full disk so that positions can move */
#define LIMIT_SEEN                20000000 /* ids in memory for one source */
#define LIMIT_LEDGER              30000000 /* ids that the ledger keeps, 8 bytes each on disk */
#define LIMIT_LEDGER_FATES        KIB(1)   /* told in one of its rows */
#define LIMIT_WINDOW_PAGES        10 /* a window that is longer is cut (see source/walker.h) */
#define LIMIT_LOOKUPS             16 /* name lookups of one HTTP engine at once: each is a thread */
#define LIMIT_PIECES              32 /* closed pieces that wait for what lies below them */
#define LIMIT_LOG_LINE            KIB(8)
