#include "ctl/progress.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ctl/print.h"

enum { BAR = 30, WHOLE = 100, TENTH = 10 };

void progress_init(struct progress *progress, const char *verb, bool silent)
{
    *progress = (struct progress){
        .shown = !silent, .terminal = isatty(STDERR_FILENO), .verb = verb, .told = -1};
}

static void draw(struct progress *progress, int percent, const char *words)
{
    char bar[BAR + 1];
    memset(bar, '.', BAR);
    memset(bar, '#', (size_t)(percent * BAR / WHOLE));
    bar[BAR] = '\0';
    fprintf(stderr, "\r%s [%s] %3d%% ", progress->verb, bar, percent);
    print_fit(stderr, "%s", words);
    fputs("\033[K", stderr);
    fflush(stderr);
    progress->drawn = true;
}

void progress_show(struct progress *progress, int64_t done, int64_t total, const char *words)
{
    if (!progress->shown)
        return;
    double share = total <= 0 || done >= total ? 1 : done <= 0 ? 0 : (double)done / (double)total;
    int percent = (int)(share * WHOLE);
    if (progress->terminal) {
        draw(progress, percent, words);
        return;
    }
    int tenths = percent / TENTH;
    if (tenths <= progress->told)
        return;
    progress->told = tenths;
    print_fit(stderr, "%s: %d%%, %s\n", progress->verb, percent, words);
}

void progress_clear(struct progress *progress)
{
    if (progress->drawn)
        fputs("\r\033[K", stderr);
    progress->drawn = false;
}
