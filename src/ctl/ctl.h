/*
 * The operator's command. A verb is one file that ends in a `const struct ctl_verb` (ctl/verb.h);
 * ctl/verbs.c lists them all. ctl/arguments.h turns a command line into a request for one of them.
 */
#pragma once

/* Carries out a command line. Returns an exit code (daemon/daemon.h; 1: the answer is no). */
int ctl_run(int argc, char **argv, const char *version);
