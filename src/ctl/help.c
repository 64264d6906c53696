#include "ctl/help.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "ctl/arguments.h"
#include "ctl/print.h"
#include "daemon/daemon.h"

enum { MEANING_COLUMN = 34, OPTION_COLUMN = 24, WIDTH = 80 };

static const char introduction[] =
    "Usage: slackauditctl [OPTION]... VERB [WORD]...\n"
    "Asks and changes a running slackauditd, asks Slack's Audit Logs API, and says\n"
    "what a configuration does.\n"
    "\n";

static const char conclusion[] =
    "\n"
    "With no daemon running, checkpoint, forget and deadletter open the store\n"
    "themselves.\n"
    "Exit codes: 0 done; 1 the answer is no; 64 bad usage; 69 no daemon, or nobody\n"
    "            answers; 73 state directory unusable; 75 try again; 78 configuration\n"
    "            error.\n";

/* How much of `text` fits into `room` columns: whole words, and one of them at least. */
static size_t line_of(const char *text, size_t room)
{
    size_t size = strcspn(text, " ");
    while (text[size] != '\0') {
        size_t next = size + 1 + strcspn(text + size + 1, " ");
        if (next > room)
            break;
        size = next;
    }
    return size;
}

/* `text` from `column` on, in as many lines as it needs; what does not fit left of it has the line
 * to itself. */
static void write_row(const char *left, size_t column, const char *text)
{
    size_t width = strlen(left);
    printf("  %s", left);
    if (width + 2 > column) {
        printf("\n  ");
        width = 0;
    }
    for (;;) {
        size_t size = line_of(text, WIDTH - 2 - column);
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

/* `letter` 0: it has none. */
static void write_option(const struct ctl_option *option, char letter)
{
    char left[80];
    const char short_one[] = {'-', letter, ',', ' ', '\0'};
    const char *value = option->value == NULL ? "" : option->value;
    (void)snprintf(left, sizeof(left), "%s--%s%s%s", letter == 0 ? "" : short_one, option->name,
        value[0] == '\0' || value[0] == '[' ? "" : " ", value); /* all of them fit */
    write_row(left, OPTION_COLUMN, option->meaning);
}

static void write_general(void)
{
    printf("\nGeneral options:\n");
    for (size_t i = 0; i < ARGUMENTS_GENERAL; i++)
        write_option(&arguments_general[i].option, arguments_general[i].letter);
}

/* The meaning in the list of verbs as a sentence of its own. */
static void write_sentence(const char *meaning)
{
    printf("%c%s.\n", toupper((unsigned char)*meaning), meaning + 1);
}

/* What is too long for a line has its last option in one of its own. */
static void write_usage(const char *left, const char *words)
{
    static const char program[] = "slackauditctl";
    size_t margin = strlen(left) + 1 + strlen(program) + 1;
    const char *last = margin + strlen(words) > WIDTH ? strrchr(words, '[') : NULL;
    printf("%s %s ", left, program);
    if (last != NULL)
        printf("%.*s\n%*s%s\n", (int)(last - 1 - words), words, (int)margin, "", last);
    else
        printf("%s\n", words);
}

static void write_verb(const struct ctl_verb *verb)
{
    for (const struct ctl_form *form = verb->forms; form->words != NULL; form++)
        write_usage(form == verb->forms ? "Usage:" : "      ", form->words);
    printf("\n");
    if (verb->forms[1].words != NULL)
        write_forms(verb);
    else
        write_sentence(verb->forms[0].meaning);
    if (verb->about != NULL)
        printf("\n%s", verb->about);
    if (verb->option_count > 0) {
        printf("\nOptions:\n");
        for (size_t i = 0; i < verb->option_count; i++)
            write_option(&verb->options[i], 0);
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

int help_refuse_words(const struct ctl_verb *verb)
{
    char forms[512] = "";
    size_t size = 0;
    for (const struct ctl_form *form = verb->forms; form->words != NULL; form++) {
        size += (size_t)snprintf(forms + size, sizeof(forms) - size, "%s`slackauditctl %s`",
            form == verb->forms ? "" : " or ", form->words); /* the forms of any verb fit */
    }
    return print_complaint(DAEMON_EXIT_USAGE, "wrong words for %s: it is %s", verb->name, forms);
}
