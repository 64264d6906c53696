/* `test`: does a source's token work, does an output's receiver take a message? */
#include "ctl/help.h"
#include "ctl/test_output.h"
#include "ctl/test_source.h"
#include "ctl/verb.h"

enum { SOURCE, OUTPUT };

static const struct ctl_option options[] = {
    [SOURCE] = {"source", "NAME", "make one call of the API with the settings of this source"},
    [OUTPUT] = {"output", "NAME", "send one test message to this output"},
};

static int run(const struct ctl_request *request)
{
    const char *source = request->values[SOURCE], *output = request->values[OUTPUT];
    if (request->word_count != 1 || (source == NULL) == (output == NULL))
        return help_refuse_words(&verb_test);
    return source != NULL ? test_source(request, source) : test_output(request, output);
}

const struct ctl_verb verb_test = {
    .name = "test",
    .forms =
        (const struct ctl_form[]){
            {"test --source NAME", "one call of the API: is the token accepted, what "
                                   "time is it there, how many calls are left"},
            {"test --output NAME", "one test message: does the receiver take it"},
            {0},
        },
    .about = "Exit code 0 when all is well, else 1. The call is tried once, whatever `retry`\n"
             "says, and counts in the budget of the running daemon. The message is an entry\n"
             "with the action slackaudit_test and an id of its own. A file output gets none:\n"
             "it is only seen whether the file could be written by whoever runs this command.\n"
             "Secrets must be readable.\n",
    CTL_VERB_OPTIONS(options),
    .run = run,
};
