#include "config/place.h"

#include <stdio.h>
#include <string.h>

static void append(const struct config_place *place, char *text)
{
    if (place->parent != NULL)
        append(place->parent, text);
    size_t used = strlen(text);
    size_t room = CONFIG_PLACE_TEXT - used;
    if (place->key == NULL)
        (void)snprintf(text + used, room, "[%zu]", place->index); /* a cut place is still a place */
    else
        (void)snprintf(text + used, room, "%s%s", used > 0 ? "." : "", place->key); /* likewise */
}

const char *config_place_text(const struct config_place *place, char *text)
{
    text[0] = '\0';
    if (place == NULL)
        return text;
    append(place, text);
    size_t used = strlen(text);
    (void)snprintf(text + used, CONFIG_PLACE_TEXT - used, ": "); /* likewise */
    return text;
}
