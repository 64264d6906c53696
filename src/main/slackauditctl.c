/* slackauditctl: hands its arguments on, nothing else. */
#include "ctl/ctl.h"

int main(int argc, char **argv)
{
    return ctl_run(argc, argv, SLACKAUDIT_VERSION);
}
