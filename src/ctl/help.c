#include "ctl/help.h"

#include <stdio.h>
#include <string.h>

#include "ctl/arguments.h"

enum { MEANING_COLUMN = 38, OPTION_COLUMN = 24 };

static const char introduction[] =
    "Usage: slackauditctl [OPTION]... VERB [WORD]...\n"
    "Asks and changes a running slackauditd, asks Slack's Audit Logs API, and says what a\n"
    "configuration does.\n"
    "\n";

static const struct ctl_option general[] = {
    {"-c, --config", "FILE", "the daemon's configuration\n(default " ARGUMENTS_DEFAULT_CONFIG ")"},
    {"-j, --json", NULL, "print the answer as JSON"},
    {"-V, --version", NULL, "print the version"},
    {"-h, --help", NULL, "print this help; VERB --help prints that of a verb"},
};

static const char conclusion[] =
    "\n"
    "With no daemon running, checkpoint and forget open the store themselves.\n"
    "Exit codes: 0 done; 1 the answer is no; 64 bad usage; 69 no daemon, or nobody answers;\n"
    "            73 state directory unusable; 75 try again; 78 configuration error.\n";

/* `text` from `column` on; what does not fit left of it has the line to itself. */
static void write_row(const char *left, size_t column, const char *text)
{
    size_t width = strlen(left);
    printf("  %s", left);
    if (width + 2 > column) {
        printf("\n  ");
        width = 0;
    }
    for (;;) {
        size_t size = strcspn(text, "\n");
        printf("%*s%.*s\n", (int)(column - width), "", (int)size, text);
        if (text[size] == '\0')
            return;
        text += size + 1;
        printf("  ");
        width = 0;
    }
}

static void write_forms(const struct ctl_verb *verb)
{
    for (const struct ctl_form *form = verb->forms; form->words != NULL; form++)
        write_row(form->words, MEANING_COLUMN, form->meaning);
}

static void write_options(const struct ctl_option *options, size_t count, const char *dashes)
{
    for (size_t i = 0; i < count; i++) {
        char left[80];
        (void)snprintf(left, sizeof(left), "%s%s%s%s", dashes, options[i].name,
            options[i].value == NULL ? "" : " ",
            options[i].value == NULL ? "" : options[i].value); /* all of them fit */
        write_row(left, OPTION_COLUMN, options[i].meaning);
    }
}

static void write_general(void)
{
    printf("\nGeneral options:\n");
    write_options(general, sizeof(general) / sizeof(*general), "");
}

static void write_verb(const struct ctl_verb *verb)
{
    for (const struct ctl_form *form = verb->forms; form->words != NULL; form++)
        printf("%s slackauditctl %s\n", form == verb->forms ? "Usage:" : "      ", form->words);
    printf("\n");
    if (verb->forms[1].words != NULL)
        write_forms(verb);
    else
        printf("%s\n", verb->forms[0].meaning);
    if (verb->about != NULL)
        printf("\n%s", verb->about);
    if (verb->option_count > 0) {
        printf("\nOptions:\n");
        write_options(verb->options, verb->option_count, "--");
    }
    write_general();
}

void help_write(const struct ctl_verb *verb)
{
    if (verb != NULL) {
        write_verb(verb);
        return;
    }
    fputs(introduction, stdout);
    for (size_t i = 0; ctl_verbs[i] != NULL; i++)
        write_forms(ctl_verbs[i]);
    write_general();
    fputs(conclusion, stdout);
}
