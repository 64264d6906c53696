/* What is configured and cannot run: told, and tried again until it does. */
#include <stdio.h>

#include "daemon/daemon_private.h"

/* Of looks at upkeep between two tries: five minutes. */
enum { MOST_LOOKS = 30 };

int daemon_note_missing(
    struct daemon *daemon, int code, const struct error *error, struct buffer *report)
{
    const char *text = error->code == ERROR_NONE ? error_code_name(code) : error->text;
    if (strcmp(daemon->missing, text) != 0)
        log_error(NULL, "%s", text);
    (void)snprintf(
        daemon->missing, sizeof(daemon->missing), "%s", text); /* a cut text is still a text */
    daemon_note_activity(daemon);
    if (report != NULL)
        (void)buffer_printf(report, "%s\n", text); /* a report that is full says enough */
    return code;
}

void daemon_forget_missing(struct daemon *daemon)
{
    daemon->missing[0] = '\0';
    daemon->missing_looks = daemon->missing_tries = 0;
}

void daemon_start_missing(struct daemon *daemon)
{
    if (daemon->missing[0] == '\0' || daemon->stopping)
        return;
    if (++daemon->missing_looks < daemon->missing_tries)
        return;
    daemon->missing_looks = 0;
    if (daemon->missing_tries < MOST_LOOKS)
        daemon->missing_tries++;
    int sources = daemon_start_sources(daemon, daemon->generation, NULL);
    int outputs = daemon_start_outputs(daemon, daemon->generation, NULL);
    int listener = daemon_apply_listener(daemon, daemon->generation->config, NULL);
    if (sources < 0 || outputs < 0 || listener < 0)
        return;
    log_info(NULL, "everything that is configured runs now");
    daemon_forget_missing(daemon);
}
