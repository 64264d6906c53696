#include "store/schema.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "sys/file.h"

enum {
    APPLICATION_ID = 0x736c6164, /* "slad", in the file's header for file(1) and for us */
    VERSION = 3,
};

DEFINE_CLEANUP(struct database, database_close)

/* A batch's states are written as numbers in every statement, because SQLite uses an index that
 * holds only some rows for literal values alone. */
static const char schema[] =
    "CREATE TABLE source ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, -- never used again: segment files carry it\n"
    " name TEXT NOT NULL UNIQUE,"
    " start INTEGER NOT NULL, -- times are Unix seconds, -1: not yet known\n"
    " checkpoint INTEGER NOT NULL,"
    " read_at INTEGER NOT NULL,"
    " seen_from INTEGER NOT NULL,"
    " width INTEGER NOT NULL,"
    " next_sequence INTEGER NOT NULL"
    ");"
    "CREATE TABLE walk_window ("
    " id INTEGER PRIMARY KEY,"
    " source INTEGER NOT NULL,"
    " kind INTEGER NOT NULL, -- 1 full, 2 fresh, 3 to be read again\n"
    " waiting INTEGER NOT NULL, -- 1: a closed piece\n"
    " oldest INTEGER NOT NULL,"
    " latest INTEGER NOT NULL,"
    " opened INTEGER NOT NULL,"
    " cursor_wall INTEGER NOT NULL,"
    " fingerprint INTEGER NOT NULL,"
    " pages INTEGER NOT NULL,"
    " entries INTEGER NOT NULL,"
    " bytes INTEGER NOT NULL,"
    " cursor TEXT NOT NULL"
    ");"
    "CREATE INDEX walk_window_by_source ON walk_window (source, latest);"
    "CREATE TABLE batch ("
    " id INTEGER PRIMARY KEY,"
    " source INTEGER NOT NULL,"
    " state INTEGER NOT NULL DEFAULT 0, -- 0 live, 1 passed by all, 2 its bytes are gone\n"
    " condemned INTEGER NOT NULL DEFAULT 0, -- 1: damaged, its sequences are skipped\n"
    " walk_window INTEGER, -- NULL once it is closed\n"
    " page INTEGER NOT NULL, -- place in the window, newest first\n"
    " segment INTEGER NOT NULL, -- segments/SOURCE-SEGMENT.seg\n"
    " offset INTEGER NOT NULL,"
    " bytes INTEGER NOT NULL,"
    " count INTEGER NOT NULL, -- entries\n"
    " first_sequence INTEGER, -- NULL until it is closed\n"
    " oldest INTEGER NOT NULL, -- date_create of its entries\n"
    " newest INTEGER NOT NULL,"
    " seen_below INTEGER -- ids from this time on were forgotten to be read again\n"
    ");"
    /* Whole, `state` too, so that sums over a long backlog need not look at the rows. */
    "CREATE INDEX batch_live ON batch (source, first_sequence, count, bytes, state)"
    " WHERE state = 0;"
    "CREATE INDEX batch_by_window ON batch (walk_window, page) WHERE walk_window IS NOT NULL;"
    "CREATE INDEX batch_by_segment ON batch (source, state, segment, offset);"
    "CREATE INDEX batch_by_newest ON batch (source, state, newest);"
    /* Apart from its batch, so that a change of state does not write it anew. */
    "CREATE TABLE record ("
    " batch INTEGER PRIMARY KEY,"
    " data BLOB NOT NULL -- see store/batch_record.h\n"
    ");"
    "CREATE TABLE output ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " name TEXT NOT NULL UNIQUE,"
    " state BLOB NOT NULL DEFAULT x'' -- the output's own\n"
    ");"
    "CREATE TABLE position ("
    " output INTEGER NOT NULL,"
    " source INTEGER NOT NULL,"
    " sequence INTEGER NOT NULL, -- of the next entry to deliver\n"
    " PRIMARY KEY (output, source)"
    ") WITHOUT ROWID;"
    "CREATE TABLE pause ("
    " name TEXT PRIMARY KEY,"
    " until INTEGER NOT NULL -- wall clock, Unix seconds\n"
    ") WITHOUT ROWID;";

/* The ledger. A new store goes the same way as an old one, so that both come out alike. What was
 * acknowledged before is known to be gone, not how: the ledger begins here. */
static const char to_version_2[] =
    "ALTER TABLE source ADD COLUMN judged_from INTEGER NOT NULL DEFAULT 0;"
    "UPDATE source SET judged_from = max(seen_from, 0);"
    "ALTER TABLE position ADD COLUMN begun INTEGER NOT NULL DEFAULT 1;"
    "UPDATE position SET begun = sequence;"
    "CREATE TABLE acknowledged ("
    " source INTEGER NOT NULL,"
    " output INTEGER NOT NULL,"
    " first_sequence INTEGER NOT NULL,"
    " end_sequence INTEGER NOT NULL, -- not included\n"
    " fates BLOB NOT NULL DEFAULT x'', -- see store/fates.h; empty: each delivered once\n"
    " PRIMARY KEY (source, output, first_sequence)"
    ") WITHOUT ROWID;"
    /* Of batches that are gone. AUTOINCREMENT: the lowest is the oldest. */
    "CREATE TABLE past ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " source INTEGER NOT NULL,"
    " first_sequence INTEGER NOT NULL,"
    " count INTEGER NOT NULL,"
    " oldest INTEGER NOT NULL, -- date_create of its entries\n"
    " newest INTEGER NOT NULL,"
    " made INTEGER NOT NULL, -- wall clock, Unix seconds\n"
    " ids BLOB NOT NULL -- 8 bytes each, then 8 bytes XXH3 of all; little endian\n"
    ");"
    "CREATE INDEX past_by_newest ON past (source, newest);";

/* What the ledger knows of repeats that were asked for begins here. */
static const char to_version_3[] =
    "CREATE TABLE reread ("
    " source INTEGER NOT NULL,"
    " sequence INTEGER NOT NULL, -- from it on entries are read again,\n"
    " oldest INTEGER NOT NULL, -- of this date_create or later,\n"
    " newest INTEGER NOT NULL, -- and of this one or earlier\n"
    " reason INTEGER NOT NULL, -- 1 the checkpoint was set back, 2 a batch was damaged\n"
    " PRIMARY KEY (source, sequence, oldest, newest)"
    ") WITHOUT ROWID;";

/* Writes what is missing above `version`; 0: all of it. */
static int write_schema(struct database *database, int64_t version, struct error *error)
{
    int result = database_begin(database, error);
    if (result == 0 && version < 1)
        result = database_run_script(database, schema, error);
    if (result == 0 && version < 2)
        result = database_run_script(database, to_version_2, error);
    if (result == 0)
        result = database_run_script(database, to_version_3, error);
    char identity[96];
    (void)snprintf(identity, sizeof(identity),
        "PRAGMA application_id = %d; PRAGMA user_version = %d", APPLICATION_ID, VERSION); /* fits */
    if (result == 0)
        result = database_run_script(database, identity, error);
    if (result < 0) {
        database_rollback(database);
        return result;
    }
    return database_commit(database, error);
}

/* The version of a store of ours, or 0: an empty database. */
static int identify(struct database *database, struct error *error)
{
    int64_t application = 0, version = 0, tables = 0;
    int result = database_look_up(database, &application, error, "PRAGMA application_id");
    if (result >= 0)
        result = database_look_up(database, &version, error, "PRAGMA user_version");
    if (result >= 0)
        result = database_look_up(database, &tables, error, "SELECT count(*) FROM sqlite_master");
    if (result < 0)
        return result;
    const char *path = database_path(database);
    if (application == 0 && version == 0 && tables == 0)
        return 0;
    if (application != APPLICATION_ID)
        return error_set(error, ERROR_CORRUPT,
            "%s is a database of another program; nothing was changed. Move it away, or set "
            "another state_dir",
            path);
    if (version < 1 || version > VERSION)
        return error_set(error, ERROR_UNSUPPORTED,
            "%s has the layout of version %lld, and this program knows version %d; nothing was "
            "changed. Use the newer slackauditd again",
            path, (long long)version, VERSION);
    return (int)version;
}

/* SQLite would make the file readable for others; its log files take the mode from it. */
static int make_file(const char *path, struct error *error)
{
    _cleanup_close_ int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
    if (fd < 0)
        return error_set_errno(error, errno, "cannot open %s", path);
    return 0;
}

int schema_open(struct database **ret_database, const char *path, struct error *error)
{
    _cleanup_(database_closep) struct database *database = NULL;
    int result = make_file(path, error);
    if (result == 0)
        result = database_open(&database, path, error);
    if (result == 0)
        result = identify(database, error);
    if (result < 0)
        return result;
    int version = result;
    result = version == 0 ? 0 : database_check(database, error);
    if (result >= 0)
        result = database_enable_writes(database, error);
    if (result == 0 && version < VERSION)
        result = write_schema(database, version, error);
    if (result == 0 && version == 0)
        result = file_sync_parent(path, error);
    if (result == 0)
        *ret_database = TAKE(database);
    return result;
}
