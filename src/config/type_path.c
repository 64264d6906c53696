/* Paths: texts whose examination looks at the file system. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/path.h"
#include "config/types.h"

static const char *path_of(const struct schema_site *site)
{
    return *(char *const *)schema_field(site->key, site->object);
}

/* Tells the text of an error, or passes on that there is no memory. */
static int report(
    struct schema_reader *reader, const struct schema_site *site, int code, const char *text)
{
    if (code == 0 || code == ERROR_MEMORY)
        return code;
    return schema_problem(reader, site, "%s", text);
}

/* A path that ends in a slash can only be a directory. */
static int read_target(struct schema_reader *reader, const struct schema_site *site)
{
    const char *text = schema_scalar(site->node);
    if (text != NULL && *text != '\0' && text[strlen(text) - 1] == '/')
        return schema_problem(reader, site, "must name a file, not a directory");
    return schema_read_text(reader, site);
}

static int examine_target(struct schema_reader *reader, const struct schema_site *site)
{
    struct error error = ERROR_INIT;
    if (!reader->world)
        return 0;
    return report(reader, site, config_path_check_file(path_of(site), &error), error.text);
}

/* Names are put behind it: without doubled slashes and the last one. */
static int read_directory(struct schema_reader *reader, const struct schema_site *site)
{
    int code = schema_read_text(reader, site);
    char *path = *(char **)schema_field(site->key, site->object);
    if (code == 0 && path != NULL)
        config_path_squeeze(path);
    return code;
}

static int examine_directory(struct schema_reader *reader, const struct schema_site *site)
{
    struct error error = ERROR_INIT;
    if (!reader->world)
        return 0;
    return report(reader, site, config_path_check_directory(path_of(site), &error), error.text);
}

static int examine_readable(struct schema_reader *reader, const struct schema_site *site)
{
    const char *path = path_of(site);
    struct stat status;
    if (!reader->world || *path == '\0')
        return 0;
    if (stat(path, &status) < 0 || access(path, R_OK) < 0)
        return schema_problem(reader, site, "cannot read %s: %s", path, strerror(errno));
    if (S_ISDIR(status.st_mode))
        return schema_problem(reader, site, "%s is a directory", path);
    return 0;
}

/* A private key: the rules of a secret file, except that it has many lines. */
static int examine_private(struct schema_reader *reader, const struct schema_site *site)
{
    struct error error = ERROR_INIT;
    struct secret *secret = NULL;
    const struct secret_reference reference = {
        .kind = SECRET_FILE, .name = *(char **)schema_field(site->key, site->object)};
    if (!reader->world || *reference.name == '\0')
        return 0;
    int code = secret_load(&reference, &secret, &error);
    secret_free(secret);
    if (code == ERROR_INVALID || code == ERROR_LIMIT) /* it could be opened, and by nobody else */
        return examine_readable(reader, site);
    return report(reader, site, code, error.text);
}

const struct schema_type schema_target = {
    .name = "path",
    .expected = "the path of a file",
    .read = read_target,
    .examine = examine_target,
    .write = schema_write_text_line,
    .release = schema_release_text,
};

const struct schema_type schema_directory = {
    .name = "path",
    .expected = "the path of a directory",
    .read = read_directory,
    .examine = examine_directory,
    .write = schema_write_text_line,
    .release = schema_release_text,
};

const struct schema_type schema_readable = {
    .name = "path",
    .expected = "the path of a file",
    .read = schema_read_text,
    .examine = examine_readable,
    .write = schema_write_text_line,
    .release = schema_release_text,
};

const struct schema_type schema_private = {
    .name = "path",
    .expected = "the path of a file",
    .read = schema_read_text,
    .examine = examine_private,
    .write = schema_write_text_line,
    .release = schema_release_text,
};
