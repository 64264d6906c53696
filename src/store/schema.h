/*
 * The tables of the store and their version. `sqlite3 store.db .schema` shows them with their
 * comments, which are part of the text.
 */
#pragma once

#include "store/database.h"

/* Opens the database, or begins it when the file is absent or empty. Before anything is changed the
 * file must show that it is ours, of a version that we know, and sound: ERROR_CORRUPT,
 * ERROR_UNSUPPORTED, or what database_open() says. */
int schema_open(struct database **ret_database, const char *path, struct error *error);
