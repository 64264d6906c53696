/* Prints what is made from the schema of the configuration: `print_config table|page|json-schema`.
 * The target `config-docs` puts it where it is kept. */
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "config/json_schema.h"
#include "config/manual.h"
#include "config/manual_page.h"

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*print)(struct buffer *output);
    } forms[] = {
        {"table", config_manual},
        {"page", config_manual_page},
        {"json-schema", config_json_schema},
    };
    struct buffer output = BUFFER_INIT(LIMIT_CONFIG);
    for (size_t i = 0; argc == 2 && i < sizeof(forms) / sizeof(forms[0]); i++) {
        if (strcmp(argv[1], forms[i].name) != 0)
            continue;
        int code = forms[i].print(&output);
        if (code == 0 && fwrite(output.data, 1, output.size, stdout) != output.size)
            code = -1;
        buffer_deinit(&output);
        return code == 0 && fflush(stdout) == 0 ? 0 : 1;
    }
    fputs("usage: print_config table|page|json-schema\n", stderr);
    return 64;
}
