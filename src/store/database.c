#include "store/database.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

DEFINE_CLEANUP(struct database, database_close)

/* More than there are different statements in this floor. */
enum { STATEMENT_COUNT = 128 };

/* An operator's `sqlite3` may look in and hold a lock for a moment; the loop must not wait longer.
 */
enum { BUSY_TIMEOUT_MS = 40 };

struct statement {
    const char *sql; /* the literal itself: its address is the key */
    sqlite3_stmt *handle;
    bool open;
};

struct database {
    char *path;
    sqlite3 *handle;
    size_t statement_count;
    struct statement statements[STATEMENT_COUNT];
};

/* ---- Errors ---- */

static int code_of_errno(int os_errno)
{
    return error_set_errno(NULL, os_errno, "%s", "");
}

static int code_of_result(struct database *database, int result)
{
    switch (result & 0xff) { /* the low byte is the kind, the rest says more about it */
    case SQLITE_FULL:
        return ERROR_FULL;
    case SQLITE_READONLY:
        return ERROR_READ_ONLY;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return ERROR_CORRUPT;
    case SQLITE_NOMEM:
        return ERROR_MEMORY;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ERROR_LOCKED;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN: {
        if (result == SQLITE_IOERR_NOMEM)
            return ERROR_MEMORY;
        if (result == SQLITE_IOERR_CORRUPTFS)
            return ERROR_CORRUPT;
        int os_errno = sqlite3_system_errno(database->handle);
        return os_errno == 0 ? ERROR_IO : code_of_errno(os_errno);
    }
    default:
        return ERROR_IO;
    }
}

static const char *advice_for(int code)
{
    switch (code) {
    case ERROR_FULL:
        return "; free space on its file system";
    case ERROR_READ_ONLY:
    case ERROR_DENIED:
        return "; make the state directory writable for this process";
    case ERROR_CORRUPT:
        return "; stop the daemon and put back a copy of the whole state directory, or move it "
               "away to begin anew from the configured start";
    case ERROR_LOCKED:
        return "; another program is writing to it, end that program";
    default:
        return "";
    }
}

static int fail(struct database *database, int result, const char *what, struct error *error)
{
    int code = code_of_result(database, result);
    return error_set(error, code, "%s: %scannot %s: %s%s", database->path,
        code == ERROR_CORRUPT ? "the database is damaged: " : "", what,
        sqlite3_errmsg(database->handle), advice_for(code));
}

/* ---- The connection ---- */

static int configure(struct database *database, struct error *error)
{
    sqlite3 *handle = database->handle;
    (void)sqlite3_extended_result_codes(handle, 1);      /* fails for no connection only */
    (void)sqlite3_busy_timeout(handle, BUSY_TIMEOUT_MS); /* likewise */
    /* A database that is refused must stay byte for byte as it was found, its log too. */
    int result = sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    if (result != SQLITE_OK)
        return fail(database, result, "set it up", error);
    return database_run_script(database,
        "PRAGMA cache_size = -512;" /* KiB */
        "PRAGMA mmap_size = 0;"
        "PRAGMA temp_store = MEMORY;"
        "PRAGMA trusted_schema = OFF;"
        "PRAGMA cell_size_check = ON;",
        error);
}

int database_open(struct database **ret_database, const char *path, struct error *error)
{
    _cleanup_(database_closep) struct database *database = calloc(1, sizeof(*database));
    if (database == NULL || (database->path = strdup(path)) == NULL)
        return error_set(error, ERROR_MEMORY, "no memory to open %s", path);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    int result = sqlite3_open_v2(path, &database->handle, flags, NULL);
    int code = 0;
    if (database->handle == NULL)
        code = error_set(error, ERROR_MEMORY, "no memory to open %s", path);
    else if (result != SQLITE_OK)
        code = fail(database, result, "open it", error);
    else
        code = configure(database, error);
    if (code < 0)
        return code;
    *ret_database = TAKE(database);
    return 0;
}

void database_close(struct database *database)
{
    if (database == NULL)
        return;
    for (size_t i = 0; i < database->statement_count; i++)
        (void)sqlite3_finalize(database->statements[i].handle); /* repeats an error told before */
    /* Every statement is gone, so this cannot be refused. */
    (void)sqlite3_close(database->handle);
    free(database->path);
    free(database);
}

const char *database_path(const struct database *database)
{
    return database->path;
}

int database_check(struct database *database, struct error *error)
{
    _cleanup_(query_close) struct query query = QUERY_INIT;
    int result = query_open(&query, database, error, "PRAGMA quick_check(1)");
    if (result == 0)
        result = query_next(&query, error);
    if (result <= 0)
        return result;
    struct slice words = query_bytes(&query, 0);
    if (slice_equal(words, SLICE_LITERAL("ok")))
        return 0;
    return error_set(error, ERROR_CORRUPT,
        "%s: the database is damaged (%.*s); nothing was changed%s", database->path,
        SLICE_PRINT(words), advice_for(ERROR_CORRUPT));
}

int database_enable_writes(struct database *database, struct error *error)
{
    int result = sqlite3_db_config(database->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
    if (result != SQLITE_OK)
        return fail(database, result, "set it up", error);
    _cleanup_(query_close) struct query query = QUERY_INIT;
    int code = query_open(&query, database, error, "PRAGMA journal_mode = WAL");
    if (code == 0)
        code = query_next(&query, error);
    if (code < 0)
        return code;
    if (code == 0 || !slice_equal(query_bytes(&query, 0), SLICE_LITERAL("wal")))
        return error_set(error, ERROR_UNSUPPORTED,
            "%s: its file system cannot hold a write-ahead log; put the state directory on a local "
            "disk",
            database->path);
    return database_run_script(database, "PRAGMA synchronous = FULL", error);
}

/* ---- Statements ---- */

static int statement_find(struct database *database, const char *sql,
    struct statement **ret_statement, struct error *error)
{
    for (size_t i = 0; i < database->statement_count; i++)
        if (database->statements[i].sql == sql) {
            *ret_statement = &database->statements[i];
            return 0;
        }
    if (database->statement_count == STATEMENT_COUNT)
        return error_set(error, ERROR_LIMIT, "%s: no place for one more statement", database->path);
    sqlite3_stmt *handle;
    int result =
        sqlite3_prepare_v3(database->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, NULL);
    if (result != SQLITE_OK)
        return fail(database, result, "use it", error);
    struct statement *statement = &database->statements[database->statement_count++];
    *statement = (struct statement){.sql = sql, .handle = handle};
    *ret_statement = statement;
    return 0;
}

static int bind(sqlite3_stmt *handle, int place, const struct database_value *value)
{
    const char *data = value->bytes.size == 0 ? "" : value->bytes.data; /* NULL would bind NULL */
    switch (value->kind) {
    case DATABASE_INTEGER:
        return sqlite3_bind_int64(handle, place, value->integer);
    case DATABASE_BYTES:
        return sqlite3_bind_blob64(handle, place, data, value->bytes.size, SQLITE_STATIC);
    case DATABASE_TEXT:
        return sqlite3_bind_text64(
            handle, place, data, value->bytes.size, SQLITE_STATIC, SQLITE_UTF8);
    case DATABASE_NULL:
        break;
    }
    return sqlite3_bind_null(handle, place);
}

static void statement_close(struct statement *statement)
{
    (void)sqlite3_reset(statement->handle);          /* repeats an error told before */
    (void)sqlite3_clear_bindings(statement->handle); /* never fails */
    statement->open = false;
}

static int statement_open(struct database *database, const char *sql,
    const struct database_value *values, size_t count, struct statement **ret_statement,
    struct error *error)
{
    struct statement *statement = NULL;
    int code = statement_find(database, sql, &statement, error);
    if (statement == NULL)
        return code;
    if (statement->open)
        return error_set(
            error, ERROR_INVALID, "%s: a statement is used inside itself: %s", database->path, sql);
    for (size_t i = 0; i < count; i++) {
        int result = bind(statement->handle, (int)i + 1, &values[i]);
        if (result != SQLITE_OK) {
            code = fail(database, result, "use it", error);
            statement_close(statement);
            return code;
        }
    }
    statement->open = true;
    *ret_statement = statement;
    return 0;
}

int query_open_values(struct query *query, struct database *database, const char *sql,
    const struct database_value *values, size_t count, struct error *error)
{
    query_close(query);
    struct statement *statement = NULL;
    int code = statement_open(database, sql, values, count, &statement, error);
    if (code == 0)
        *query = (struct query){.database = database, .statement = statement};
    return code;
}

/* A query that was opened has its statement; the analyzer does not follow it so far. */
/* NOLINTBEGIN(clang-analyzer-core.NullDereference) */
int query_next(struct query *query, struct error *error)
{
    int result = sqlite3_step(query->statement->handle);
    if (result == SQLITE_ROW)
        return 1;
    if (result == SQLITE_DONE)
        return 0;
    bool reads = sqlite3_stmt_readonly(query->statement->handle) != 0;
    return fail(query->database, result, reads ? "read" : "write", error);
}

int64_t query_integer(const struct query *query, int column)
{
    return sqlite3_column_int64(query->statement->handle, column);
}

struct slice query_bytes(const struct query *query, int column)
{
    const char *data = sqlite3_column_blob(query->statement->handle, column);
    int size = sqlite3_column_bytes(query->statement->handle, column);
    return (struct slice){.data = data, .size = data == NULL ? 0 : (size_t)size};
}
/* NOLINTEND(clang-analyzer-core.NullDereference) */

void query_close(struct query *query)
{
    if (query->statement != NULL)
        statement_close(query->statement);
    *query = (struct query)QUERY_INIT;
}

int database_run_values(struct database *database, const char *sql,
    const struct database_value *values, size_t count, struct error *error)
{
    _cleanup_(query_close) struct query query = QUERY_INIT;
    int result = query_open_values(&query, database, sql, values, count, error);
    if (result == 0)
        result = query_next(&query, error);
    return result < 0 ? result : 0;
}

int database_look_up_values(struct database *database, const char *sql,
    const struct database_value *values, size_t count, int64_t *ret_integer, struct error *error)
{
    _cleanup_(query_close) struct query query = QUERY_INIT;
    int result = query_open_values(&query, database, sql, values, count, error);
    if (result == 0)
        result = query_next(&query, error);
    if (result > 0)
        *ret_integer = query_integer(&query, 0);
    return result;
}

int database_run_script(struct database *database, const char *sql, struct error *error)
{
    int result = sqlite3_exec(database->handle, sql, NULL, NULL, NULL);
    return result == SQLITE_OK ? 0 : fail(database, result, "set it up", error);
}

int64_t database_changes(const struct database *database)
{
    return sqlite3_changes(database->handle);
}

int64_t database_inserted(const struct database *database)
{
    return sqlite3_last_insert_rowid(database->handle);
}

/* ---- Transactions ---- */

int database_begin(struct database *database, struct error *error)
{
    return database_run(database, error, "BEGIN IMMEDIATE");
}

int database_commit(struct database *database, struct error *error)
{
    int result = database_run(database, error, "COMMIT");
    if (result < 0)
        database_rollback(database);
    return result;
}

void database_rollback(struct database *database)
{
    /* After a full disk or an I/O error SQLite may have rolled back by itself. */
    if (sqlite3_get_autocommit(database->handle) == 0)
        (void)database_run(database, NULL, "ROLLBACK"); /* the error that led here is told */
}
