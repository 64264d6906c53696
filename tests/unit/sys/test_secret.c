#include "check_main.h"

#include <grp.h>

#include "base/limits.h"
#include "base/log.h"
#include "sys/folder.h"
#include "sys/secret.h"

#define TOKEN "xoxp-1234567890"

static char folder[FOLDER_SIZE];
static char path[PATH_SIZE];

static int load(enum secret_kind kind, const char *name, struct secret **ret, struct error *error)
{
    struct secret_reference reference = {.kind = kind, .name = strdup(name)};
    int code = secret_load(&reference, ret, error);
    secret_reference_deinit(&reference);
    ck_assert_ptr_null(reference.name);
    return code;
}

/* Loads `text` from a file. */
static int load_text(const char *text, mode_t mode, struct secret **ret, struct error *error)
{
    folder_write(folder_path(path, folder, "token"), text, mode);
    return load(SECRET_FILE, path, ret, error);
}

START_TEST(a_file_is_loaded_without_its_last_line_breaks)
{
    folder_make(folder);
    static const char *const texts[] = {TOKEN, TOKEN "\n", TOKEN "\r\n\n"};
    for (int i = 0; i < 3; i++) {
        struct secret *secret = NULL;
        ck_assert_int_eq(load_text(texts[i], 0600, &secret, NULL), 0);
        ck_assert_str_eq(secret_text(secret), TOKEN);
        secret_free(secret);
    }
    ck_assert_str_eq(secret_text(NULL), "");
    secret_free(NULL);
    folder_remove(folder);
}
END_TEST

START_TEST(what_is_no_secret_is_refused_without_showing_it)
{
    folder_make(folder);
    static const char *const texts[] = {
        "", "\n", "xoxp-two\nxoxp-lines", "xoxp-tab\t", "xoxp-\x7f"};
    for (int i = 0; i < 5; i++) {
        struct secret *secret = NULL;
        struct error error = ERROR_INIT;
        ck_assert_int_eq(load_text(texts[i], 0600, &secret, &error), ERROR_INVALID);
        ck_assert_ptr_null(secret);
        ck_assert_ptr_null(strstr(error.text, "xoxp"));
        ck_assert_ptr_nonnull(strstr(error.text, path));
    }
    folder_remove(folder);
}
END_TEST

START_TEST(a_secret_may_be_as_long_as_its_cap_and_no_longer)
{
    folder_make(folder);
    char *text = malloc(LIMIT_SECRET + 2);
    ck_assert_ptr_nonnull(text);
    memset(text, 'x', LIMIT_SECRET + 1);
    text[LIMIT_SECRET + 1] = '\0';
    struct secret *secret = NULL;
    ck_assert_int_eq(load_text(text, 0600, &secret, NULL), ERROR_LIMIT);
    ck_assert_int_eq(load(SECRET_PLAIN, text, &secret, NULL), ERROR_LIMIT);
    text[LIMIT_SECRET] = '\0';
    ck_assert_int_eq(load_text(text, 0600, &secret, NULL), 0);
    ck_assert_str_eq(secret_text(secret), text);
    secret_free(secret);
    free(text);
    folder_remove(folder);
}
END_TEST

START_TEST(a_file_that_others_can_read_is_refused)
{
    folder_make(folder);
    struct secret *secret = NULL;
    struct error error = ERROR_INIT;
    ck_assert_int_eq(load_text(TOKEN, 0604, &secret, &error), ERROR_DENIED);
    ck_assert_ptr_nonnull(strstr(error.text, "0604"));
    ck_assert_int_eq(load_text(TOKEN, 0640, &secret, &error), 0); /* our own group */
    secret_free(secret);
    folder_remove(folder);
}
END_TEST

START_TEST(a_file_of_a_group_that_we_are_not_in_is_refused)
{
    if (geteuid() != 0)
        return; /* only root can give a file to any group */
    folder_make(folder);
    const gid_t foreign = 54321, joined = 54322;
    ck_assert_int_eq(setgroups(1, &joined), 0);
    struct secret *secret = NULL;
    folder_write(folder_path(path, folder, "token"), TOKEN, 0640);
    ck_assert_int_eq(chown(path, 0, foreign), 0);
    ck_assert_int_eq(load(SECRET_FILE, path, &secret, NULL), ERROR_DENIED);
    ck_assert_int_eq(chmod(path, 0600), 0);
    ck_assert_int_eq(load(SECRET_FILE, path, &secret, NULL), 0);
    secret_free(secret);
    ck_assert_int_eq(chmod(path, 0640), 0);
    ck_assert_int_eq(chown(path, 0, joined), 0);
    ck_assert_int_eq(load(SECRET_FILE, path, &secret, NULL), 0);
    secret_free(secret);
    folder_remove(folder);
}
END_TEST

START_TEST(a_symbolic_link_is_followed_and_its_target_is_judged)
{
    folder_make(folder);
    char target[PATH_SIZE];
    struct secret *secret = NULL;
    folder_write(folder_path(target, folder, "target"), TOKEN, 0600);
    ck_assert_int_eq(symlink(target, folder_path(path, folder, "link")), 0);
    ck_assert_int_eq(load(SECRET_FILE, path, &secret, NULL), 0);
    secret_free(secret);
    ck_assert_int_eq(chmod(target, 0644), 0);
    secret = NULL;
    ck_assert_int_eq(load(SECRET_FILE, path, &secret, NULL), ERROR_DENIED);
    ck_assert_ptr_null(secret);
    folder_remove(folder);
}
END_TEST

START_TEST(what_is_no_regular_file_is_refused_at_once)
{
    folder_make(folder);
    struct secret *secret = NULL;
    ck_assert_int_eq(mkfifo(folder_path(path, folder, "fifo"), 0600), 0);
    ck_assert_int_eq(load(SECRET_FILE, path, &secret, NULL), ERROR_INVALID);
    ck_assert_int_eq(load(SECRET_FILE, folder, &secret, NULL), ERROR_INVALID);
    ck_assert_int_eq(
        load(SECRET_FILE, folder_path(path, folder, "absent"), &secret, NULL), ERROR_MISSING);
    folder_remove(folder);
}
END_TEST

START_TEST(a_credential_comes_from_its_directory_whatever_its_mode)
{
    folder_make(folder);
    struct secret *secret = NULL;
    struct error error = ERROR_INIT;
    unsetenv("CREDENTIALS_DIRECTORY");
    ck_assert_int_eq(load(SECRET_CREDENTIAL, "hec", &secret, &error), ERROR_MISSING);
    ck_assert_int_eq(setenv("CREDENTIALS_DIRECTORY", folder, 1), 0);
    ck_assert_int_eq(load(SECRET_CREDENTIAL, "hec", &secret, &error), ERROR_MISSING);
    folder_write(folder_path(path, folder, "hec"), TOKEN, 0444);
    ck_assert_int_eq(load(SECRET_CREDENTIAL, "hec", &secret, &error), 0);
    ck_assert_str_eq(secret_text(secret), TOKEN);
    secret_free(secret);
    ck_assert_int_eq(load(SECRET_FILE, path, &secret, &error), 0); /* by its path too */
    secret_free(secret);

    static const char *const wrong[] = {"", ".", "..", "../hec", "/etc/passwd"};
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(load(SECRET_CREDENTIAL, wrong[i], &secret, &error), ERROR_INVALID);
    folder_remove(folder);
}
END_TEST

START_TEST(a_way_out_of_the_credentials_directory_is_judged_like_any_file)
{
    folder_make(folder);
    char inside[PATH_SIZE], outside[PATH_SIZE], detour[PATH_SIZE];
    struct secret *secret = NULL;
    ck_assert_int_eq(mkdir(folder_path(inside, folder, "credentials"), 0700), 0);
    ck_assert_int_eq(setenv("CREDENTIALS_DIRECTORY", inside, 1), 0);
    folder_write(folder_path(outside, folder, "outside"), TOKEN, 0644);
    folder_path(detour, folder, "credentials/../outside");
    ck_assert_int_eq(load(SECRET_FILE, detour, &secret, NULL), ERROR_DENIED);
    ck_assert_int_eq(symlink(outside, folder_path(detour, folder, "credentials/link")), 0);
    ck_assert_int_eq(load(SECRET_CREDENTIAL, "link", &secret, NULL), ERROR_DENIED);
    folder_remove(folder);
}
END_TEST

START_TEST(an_environment_variable_and_a_plain_value_are_secrets_too)
{
    struct secret *secret = NULL;
    struct error error = ERROR_INIT;
    unsetenv("TEST_TOKEN");
    ck_assert_int_eq(load(SECRET_ENV, "TEST_TOKEN", &secret, &error), ERROR_MISSING);
    ck_assert_ptr_nonnull(strstr(error.text, "TEST_TOKEN"));
    ck_assert_int_eq(setenv("TEST_TOKEN", TOKEN "\n", 1), 0);
    ck_assert_int_eq(load(SECRET_ENV, "TEST_TOKEN", &secret, &error), 0);
    ck_assert_str_eq(secret_text(secret), TOKEN);
    secret_free(secret);
    ck_assert_int_eq(load(SECRET_PLAIN, "https://siem.example", &secret, &error), 0);
    ck_assert_str_eq(secret_text(secret), "https://siem.example");
    secret_free(secret);
    struct secret_reference none = {.kind = SECRET_NONE};
    ck_assert_int_eq(secret_load(&none, &secret, &error), ERROR_MISSING);
}
END_TEST

static void keep_line(
    void *user, enum log_level level, const struct log_subject *subject, const char *text)
{
    (void)level, (void)subject;
    snprintf(user, 200, "%s", text);
}

START_TEST(the_log_shows_no_secret_while_it_is_loaded)
{
    char line[200];
    log_set_sink(keep_line, line);
    struct secret *first = NULL, *second = NULL;
    ck_assert_int_eq(load(SECRET_PLAIN, TOKEN, &first, NULL), 0);
    ck_assert_int_eq(secret_new("Bearer " TOKEN, &second), 0);
    ck_assert_str_eq(secret_text(second), "Bearer " TOKEN);
    log_info(NULL, "the token is %s", TOKEN);
    ck_assert_ptr_null(strstr(line, TOKEN));
    secret_free(first);
    secret_free(second);
    log_info(NULL, "the token is %s", TOKEN);
    ck_assert_ptr_nonnull(strstr(line, TOKEN));
}
END_TEST

START_TEST(the_memory_of_a_secret_stays_out_of_core_dumps)
{
    struct secret *secret = NULL;
    ck_assert_int_eq(secret_new(TOKEN, &secret), 0);
    /* The flag "dd" (do not dump) of the mapping that the text lies in. */
    FILE *maps = fopen("/proc/self/smaps", "re");
    ck_assert_ptr_nonnull(maps);
    char line[1024];
    unsigned long start, end, address = (unsigned long)secret_text(secret);
    bool is_ours = false, is_left_out = false;
    while (fgets(line, sizeof(line), maps) != NULL) {
        if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
            is_ours = start <= address && address < end;
        else if (is_ours && strncmp(line, "VmFlags:", 8) == 0)
            is_left_out = strstr(line, " dd") != NULL;
    }
    fclose(maps);
    ck_assert(is_left_out);
    secret_free(secret);
}
END_TEST

CHECK_MAIN("secret", a_file_is_loaded_without_its_last_line_breaks,
    what_is_no_secret_is_refused_without_showing_it,
    a_secret_may_be_as_long_as_its_cap_and_no_longer, a_file_that_others_can_read_is_refused,
    a_file_of_a_group_that_we_are_not_in_is_refused,
    a_symbolic_link_is_followed_and_its_target_is_judged,
    what_is_no_regular_file_is_refused_at_once,
    a_credential_comes_from_its_directory_whatever_its_mode,
    a_way_out_of_the_credentials_directory_is_judged_like_any_file,
    an_environment_variable_and_a_plain_value_are_secrets_too,
    the_log_shows_no_secret_while_it_is_loaded, the_memory_of_a_secret_stays_out_of_core_dumps)
