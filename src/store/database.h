/*
 * SQLite behind a few verbs. The one source file that knows sqlite3.h stands behind this header.
 *
 * A statement is written as a string literal where it is used: it is prepared at its first use and
 * kept, found again by the address of its text. Values are bound in order:
 *
 *     database_run(database, error, "UPDATE source SET width = ? WHERE id = ?",
 *         value_integer(width), value_integer(id));
 *
 *     _cleanup_(query_close) struct query query = QUERY_INIT;
 *     int result = query_open(&query, database, error, "SELECT id FROM source");
 *     while (result == 0 && (result = query_next(&query, error)) > 0)
 *         use(query_integer(&query, 0));
 *
 * Every error names the file and says what to do. ERROR_FULL, ERROR_READ_ONLY, ERROR_CORRUPT,
 * ERROR_LOCKED, ERROR_MEMORY, ERROR_DENIED or ERROR_IO. One thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/slice.h"

struct database;

enum database_kind { DATABASE_NULL, DATABASE_INTEGER, DATABASE_BYTES, DATABASE_TEXT };

/* Something to bind to a `?`. Bytes and text stay the caller's and are read during the call, or for
 * a query until it is closed. */
struct database_value {
    enum database_kind kind;
    int64_t integer;
    struct slice bytes;
};

static inline struct database_value value_null(void)
{
    return (struct database_value){.kind = DATABASE_NULL};
}

static inline struct database_value value_integer(int64_t integer)
{
    return (struct database_value){.kind = DATABASE_INTEGER, .integer = integer};
}

static inline struct database_value value_bytes(struct slice bytes)
{
    return (struct database_value){.kind = DATABASE_BYTES, .bytes = bytes};
}

static inline struct database_value value_text(const char *text)
{
    return (struct database_value){.kind = DATABASE_TEXT, .bytes = slice_of(text)};
}

/* Connects to the file, which must be there. Nothing in it changes, at closing neither, until
 * database_enable_writes(). */
int database_open(struct database **ret_database, const char *path, struct error *error);
void database_close(struct database *database);

/* SQLite's own look at the structure of the whole file. ERROR_CORRUPT with its words. */
int database_check(struct database *database, struct error *error);

/* Write-ahead logging, every commit synced before it returns. */
int database_enable_writes(struct database *database, struct error *error);

const char *database_path(const struct database *database);

/* One transaction at a time. A commit that fails has been rolled back. */
int database_begin(struct database *database, struct error *error);
int database_commit(struct database *database, struct error *error);
void database_rollback(struct database *database);

/* Runs several statements without values, such as a schema. They are not kept. */
int database_run_script(struct database *database, const char *sql, struct error *error);

#define DATABASE_VALUES(...)                                                                       \
    (const struct database_value[]){__VA_ARGS__},                                                  \
        sizeof((const struct database_value[]){__VA_ARGS__}) / sizeof(struct database_value)

/* Runs one statement that yields no rows. */
#define database_run(database, error, sql, ...)                                                    \
    database_run_values(database, sql, DATABASE_VALUES(__VA_ARGS__), error)
int database_run_values(struct database *database, const char *sql,
    const struct database_value *values, size_t count, struct error *error);

/* Of the last statement run: how many rows it changed, and the row id that it inserted. */
int64_t database_changes(const struct database *database);
int64_t database_inserted(const struct database *database);

/* The first column of the first row as an integer: 1, or 0 when there is no row. */
#define database_look_up(database, ret_integer, error, sql, ...)                                   \
    database_look_up_values(database, sql, DATABASE_VALUES(__VA_ARGS__), ret_integer, error)
int database_look_up_values(struct database *database, const char *sql,
    const struct database_value *values, size_t count, int64_t *ret_integer, struct error *error);

/* A statement that yields rows. The same text cannot be open twice at once. */
struct statement;
struct query {
    struct database *database;
    struct statement *statement;
};
#define QUERY_INIT                                                                                 \
    {                                                                                              \
        .database = NULL                                                                           \
    }

#define query_open(query, database, error, sql, ...)                                               \
    query_open_values(query, database, sql, DATABASE_VALUES(__VA_ARGS__), error)
int query_open_values(struct query *query, struct database *database, const char *sql,
    const struct database_value *values, size_t count, struct error *error);
/* 1: there is a row; 0: no more. */
int query_next(struct query *query, struct error *error);
/* A column of the present row; bytes are valid until the next row or the end. */
int64_t query_integer(const struct query *query, int column);
struct slice query_bytes(const struct query *query, int column);
void query_close(struct query *query);
