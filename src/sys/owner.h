/*
 * Whose files these are. What root does in the daemon's place must not leave files behind that the
 * daemon, as its own user, cannot open.
 */
#pragma once

#include "base/error.h"

/* Run as root, becomes the user and group that own `path`, with that user's groups, and for good;
 * otherwise, and where root owns it or nothing is there, does nothing. Root owns it only when root
 * owns every folder and link on the way to it: another user could let it lead to any place. For a
 * process of one thread. ERROR_DENIED, or what stat() fails with; then who we are may have changed
 * in part: end. */
int owner_become(const char *path, struct error *error);
