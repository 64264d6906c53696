/*
 * What can be wrong with texts that have a form of their own. Each returns NULL, or words that
 * begin with "must"; all take a text that is not empty.
 */
#pragma once

/* The name of a source or output. */
const char *config_fault_name(const char *text);

/* An action of the API, spelled out. */
const char *config_fault_action(const char *text);

/* One actor or entity. */
const char *config_fault_id(const char *text);

/* The path of a field in an entry: actor.user.email. */
const char *config_fault_field(const char *text);

/* APP-NAME of RFC 5424. */
const char *config_fault_app_name(const char *text);
