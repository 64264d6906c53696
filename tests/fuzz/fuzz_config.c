/*
 * Feeds arbitrary bytes to the configuration as if they were its file. Whatever they are: either
 * there are problems, each with words, or there is a configuration whose dump reads back to an
 * equal dump.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort(); /* the fuzzer keeps the input */
}

static void check_problems(
    int code, const struct config *config, const struct config_problems *problems)
{
    must(code == ERROR_INVALID && config == NULL);
    must(problems->count > 0 && problems->count <= LIMIT_CONFIG_PROBLEMS);
    for (size_t i = 0; i < problems->count; i++)
        must(problems->items[i].text[0] != '\0' && problems->items[i].line >= 0);
}

static void check_dump(const struct config *config)
{
    struct buffer first = BUFFER_INIT(16 * LIMIT_CONFIG), second = BUFFER_INIT(16 * LIMIT_CONFIG);
    struct config_problems problems = {0};
    struct config *again = NULL;
    must(config_dump(config, &first) == 0);
    /* Defaults may make the dump longer than a file may be. */
    if (first.size <= LIMIT_CONFIG) {
        must(config_parse("dump", buffer_slice(&first), &again, &problems) == 0);
        must(config_dump(again, &second) == 0);
        must(slice_equal(buffer_slice(&first), buffer_slice(&second)));
    }
    config_free(again);
    config_problems_deinit(&problems);
    buffer_deinit(&first);
    buffer_deinit(&second);
}

static void check_config(const struct config *config)
{
    must(config->source_count > 0 && config->output_count > 0);
    for (size_t i = 0; i < config->source_count; i++) {
        struct slackaudit_retry_stack *stack = config_retry_build(&config->sources[i].retry);
        must(stack != NULL && config->sources[i].canonical != NULL);
        slackaudit_retry_stack_free(stack);
    }
    for (size_t i = 0; i < config->output_count; i++) {
        const struct config_output *output = &config->outputs[i];
        must(config_find_output(config, output->name) == output);
        must(output->canonical != NULL && output->dead_letter != NULL && output->format != NULL);
    }
    check_dump(config);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = {.data = (const char *)data, .size = size};
    struct config_problems problems = {0};
    struct config *config = NULL;
    (void)unsetenv("STATE_DIRECTORY"); /* cannot fail for such a name */
    (void)unsetenv("RUNTIME_DIRECTORY");
    int code = config_parse("fuzz", text, &config, &problems);
    if (code == 0)
        check_config(config);
    else
        check_problems(code, config, &problems);
    config_free(config);
    config_problems_deinit(&problems);
    return 0;
}
