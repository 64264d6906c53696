#include "config/fault.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static bool has_only(const char *text, const char *besides)
{
    for (; *text != '\0'; text++)
        if (!isalnum((unsigned char)*text) && strchr(besides, *text) == NULL)
            return false;
    return true;
}

const char *config_fault_name(const char *text)
{
    if (!isalnum((unsigned char)*text) || !has_only(text, "_.-"))
        return "must begin with a letter or digit and hold only letters, digits, \"_\", \".\", "
               "\"-\"";
    return NULL;
}

const char *config_fault_action(const char *text)
{
    if (!has_only(text, "_.-"))
        return "must be one action, spelled out (patterns belong into an output's `only`)";
    return NULL;
}

const char *config_fault_id(const char *text)
{
    return has_only(text, "_.-") ? NULL : "must be one id";
}

const char *config_fault_field(const char *text)
{
    bool empty_name = text[0] == '.' || text[strlen(text) - 1] == '.' || strstr(text, "..") != NULL;
    return empty_name ? "must be names joined by dots, such as actor.user.email" : NULL;
}

const char *config_fault_app_name(const char *text)
{
    for (; *text != '\0'; text++)
        if (*text <= ' ' || *text > '~')
            return "must be printable ASCII without spaces";
    return NULL;
}
