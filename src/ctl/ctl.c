#include "ctl/ctl.h"

#include <locale.h>

#include "ctl/arguments.h"
#include "ctl/print.h"
#include "daemon/daemon.h"

int ctl_run(int argc, char **argv, const char *version)
{
    struct ctl_arguments arguments = {.request = {.version = version}};
    /* How wide a character is (ctl/shown.h); nothing else follows the locale. */
    (void)setlocale(LC_CTYPE, "C.UTF-8"); /* without it each counts as one column */
    print_guard();
    if (!arguments_read(&arguments, argc, argv))
        return print_end(arguments.exit_code);
    return print_end(arguments.verb->run(&arguments.request));
}
