/* Prints the tables of slackauditctl, one fact a line, its parts behind tabs:
 *
 *     general LETTER NAME VALUE MEANING
 *     verb NAME
 *     form WORDS MEANING            of the verb above
 *     option NAME VALUE MEANING     likewise
 *
 * renew_verb_docs.py makes of them what stands in the manual page. */
#include <stdio.h>

#include "ctl/arguments.h"
#include "ctl/verb.h"

static void print_meaning(const char *meaning)
{
    putchar('\t');
    for (; *meaning != '\0'; meaning++)
        putchar(*meaning == '\n' ? ' ' : *meaning);
    putchar('\n');
}

static void print_option(const struct ctl_option *option)
{
    printf("\t%s\t%s", option->name, option->value == NULL ? "" : option->value);
    print_meaning(option->meaning);
}

static void print_verb(const struct ctl_verb *verb)
{
    printf("verb\t%s\n", verb->name);
    for (const struct ctl_form *form = verb->forms; form->words != NULL; form++) {
        printf("form\t%s", form->words);
        print_meaning(form->meaning);
    }
    for (size_t i = 0; i < verb->option_count; i++) {
        printf("option");
        print_option(&verb->options[i]);
    }
}

int main(void)
{
    for (size_t i = 0; i < ARGUMENTS_GENERAL; i++) {
        printf("general\t%c", arguments_general[i].letter);
        print_option(&arguments_general[i].option);
    }
    for (size_t i = 0; ctl_verbs[i] != NULL; i++)
        print_verb(ctl_verbs[i]);
    return fflush(stdout) == 0 ? 0 : 1;
}
