/* Prints the words that the programs know as values of their options, one a line behind its kind
 * and a tab: "format ndjson", "action user_login", "fault reset", "odd no-id". The completions of
 * shells are made from them. */
#include <stdio.h>

#include "ctl/logs_format.h"
#include "simulator/actions.h"
#include "simulator/fault.h"
#include "simulator/odd.h"

int main(void)
{
    for (size_t i = 0; logs_formats[i] != NULL; i++)
        printf("format\t%s\n", logs_formats[i]->name);
    for (size_t i = 0; i < action_count; i++)
        printf("action\t%s\n", actions[i].name);
    for (int kind = FAULT_NONE + 1; kind < FAULT_KINDS; kind++)
        printf("fault\t%s\n", fault_kind_name((enum fault_kind)kind));
    for (int kind = ODD_NONE + 1; kind < ODD_KINDS; kind++)
        printf("odd\t%s\n", odd_kind_name((enum odd_kind)kind));
    return fflush(stdout) == 0 ? 0 : 1;
}
