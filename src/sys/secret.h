/*
 * Secrets: tokens, keys and addresses that nobody may see.
 *
 * A reference says where a secret is; loading it checks who else can read it. A loaded secret lies
 * in its own memory, kept out of core dumps and wiped when freed, and is registered with the log so
 * that no line shows it.
 */
#pragma once

#include "base/error.h"

enum secret_kind {
    SECRET_NONE,  /* not set */
    SECRET_PLAIN, /* the value itself: allowed only where the schema says so (a URL, a header) */
    SECRET_FILE,  /* a path */
    SECRET_CREDENTIAL, /* a name below $CREDENTIALS_DIRECTORY */
    SECRET_ENV,        /* an environment variable */
};

struct secret_reference {
    enum secret_kind kind;
    char *name; /* the path, credential, variable or plain value; owned */
};

void secret_reference_deinit(struct secret_reference *reference);

struct secret;

/* Loads a secret; trailing line breaks are cut off. ERROR_MISSING; ERROR_DENIED when others, or a
 * group that this process is not in, can read the file (not judged below /run/secrets and
 * $CREDENTIALS_DIRECTORY); ERROR_INVALID when it is empty or has a control byte inside; ERROR_LIMIT
 * past LIMIT_SECRET. The text names the reference, never the value. */
int secret_load(
    const struct secret_reference *reference, struct secret **ret_secret, struct error *error);

/* Makes a secret of a value that was built (a header around a token). */
int secret_new(const char *value, struct secret **ret_secret);
/* The same without the log, which is one for all threads and not to be changed by several: for the
 * client library, whose users may have them. */
int secret_new_unregistered(const char *value, struct secret **ret_secret);
void secret_free(struct secret *secret);

/* The value, NUL-terminated; valid until secret_free(). "" for NULL. */
const char *secret_text(const struct secret *secret);
