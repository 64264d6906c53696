/* What config_load() sees of the world: secrets, files, directories, the environment. */
#include <limits.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config_test.h"

#include "base/cleanup.h"
#include "config/path.h"
#include "sys/folder.h"

/* ---- A folder of its own for each test ---- */

struct folder {
    char path[FOLDER_SIZE];
};

static struct folder make_folder(void)
{
    struct folder folder;
    folder_make(folder.path);
    ck_assert_int_eq(chmod(folder.path, 0755), 0);
    forget_directories();
    return folder;
}

static void remove_folder(struct folder *folder)
{
    folder_remove(folder->path);
}

static const char *path_in(const struct folder *folder, const char *name)
{
    static char paths[8][PATH_MAX]; /* several in one expression */
    static size_t next;
    char *path = paths[next++ % 8];
    (void)snprintf(path, PATH_MAX, "%s/%s", folder->path, name);
    return path;
}

static void write_file(const char *path, const char *content, mode_t mode)
{
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(content, file), 0);
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_int_eq(chmod(path, mode), 0);
}

/* ---- Loading ---- */

/* Loads a text in which every "@" stands for the folder; `keys` are the document's. */
static int load(const struct folder *folder, const char *text, struct config **ret_config,
    struct config_problems *problems)
{
    struct buffer whole = BUFFER_INIT(LIMIT_CONFIG);
    for (; *text != '\0'; text++)
        ck_assert_int_eq(*text == '@' ? buffer_append_text(&whole, folder->path)
                                      : buffer_append_byte(&whole, *text),
            0);
    const char *path = path_in(folder, "test.yaml");
    write_file(path, buffer_text(&whole), 0600);
    buffer_deinit(&whole);
    int code = config_load(path, ret_config, problems);
    show_problems(problems);
    return code;
}

static struct config *load_good(const struct folder *folder, const char *text)
{
    struct config *config = NULL;
    struct config_problems problems = {0};
    ck_assert_int_eq(load(folder, text, &config, &problems), 0);
    ck_assert_uint_eq(problems.count, 0);
    config_problems_deinit(&problems);
    return config;
}

/* One problem, whose text begins and ends like this ("@" again stands for the folder in neither).
 */
static void load_bad(
    const struct folder *folder, const char *text, const char *begins, const char *ends)
{
    struct config *config = NULL;
    struct config_problems problems = {0};
    ck_assert_int_eq(load(folder, text, &config, &problems), ERROR_INVALID);
    ck_assert_ptr_null(config);
    ck_assert_uint_eq(problems.count, 1);
    const char *problem = problems.items[0].text;
    ck_assert_int_eq(strncmp(problem, begins, strlen(begins)), 0);
    ck_assert_uint_ge(strlen(problem), strlen(ends));
    ck_assert_str_eq(problem + strlen(problem) - strlen(ends), ends);
    ck_assert_int_gt(problems.items[0].line, 0);
    config_problems_deinit(&problems);
}

#define GOOD_STATE  "state_dir: @/state\n"
#define GOOD_SOURCE "sources: [{name: acme, token: {file: @/token}}]\n"
#define GOOD_OUTPUT "outputs: [{name: out, type: file, path: @/out/entries.ndjson}]\n"

/* ---- Tests ---- */

START_TEST(a_file_with_a_good_secret_and_good_paths_is_loaded_and_nothing_is_made)
{
    struct folder folder = make_folder();
    write_file(path_in(&folder, "token"), "xoxp-secret\n", 0600);
    struct config *config = load_good(&folder, GOOD_STATE GOOD_SOURCE GOOD_OUTPUT);
    ck_assert_str_eq(config->path, path_in(&folder, "test.yaml"));
    ck_assert_str_eq(config->state_dir, path_in(&folder, "state"));
    ck_assert_int_eq(config->sources[0].token.kind, SECRET_FILE);
    ck_assert_str_eq(config->sources[0].token.name, path_in(&folder, "token"));
    ck_assert_int_ne(access(path_in(&folder, "state"), F_OK), 0);
    ck_assert_int_ne(access(path_in(&folder, "out"), F_OK), 0);
    config_free(config);
    remove_folder(&folder);
}
END_TEST

START_TEST(a_missing_file_is_one_problem_without_a_place)
{
    struct config *config = NULL;
    struct config_problems problems = {0};
    ck_assert_int_eq(config_load("/nonexistent/x.yaml", &config, &problems), ERROR_INVALID);
    ck_assert_uint_eq(problems.count, 1);
    ck_assert_int_eq(problems.items[0].line, 0);
    _cleanup_(buffer_deinit) struct buffer text = BUFFER_INIT(4096);
    ck_assert_int_eq(config_problems_write(&problems, "/nonexistent/x.yaml", &text), 0);
    ck_assert_str_eq(
        buffer_text(&text), "cannot open /nonexistent/x.yaml: No such file or directory\n");
    config_problems_deinit(&problems);
}
END_TEST

START_TEST(problems_are_written_a_line_each_and_those_past_the_limit_counted)
{
    struct config_problem items[] = {
        {.line = 3, .column = 7, .text = (char[]){"a: is wrong"}},
        {.line = 12, .column = 1, .text = (char[]){"b: is wrong"}},
    };
    const struct config_problems problems = {.items = items, .count = 2, .more = 5};
    _cleanup_(buffer_deinit) struct buffer text = BUFFER_INIT(4096);
    ck_assert_int_eq(config_problems_write(&problems, "x.yaml", &text), 0);
    ck_assert_str_eq(buffer_text(&text),
        "x.yaml:3:7: a: is wrong\nx.yaml:12:1: b: is wrong\nx.yaml: and 5 problems more\n");
}
END_TEST

START_TEST(secrets_that_cannot_be_loaded_are_told_with_their_place)
{
    struct folder folder = make_folder();
    load_bad(&folder, GOOD_STATE GOOD_SOURCE GOOD_OUTPUT,
        "sources[0].token: ", "No such file or directory");
    write_file(path_in(&folder, "token"), "xoxp-secret\n", 0604);
    load_bad(&folder, GOOD_STATE GOOD_SOURCE GOOD_OUTPUT, "sources[0].token: ", "/token");
    write_file(path_in(&folder, "token"), "\n", 0600);
    load_bad(&folder, GOOD_STATE GOOD_SOURCE GOOD_OUTPUT, "sources[0].token: ", "is empty");
    unsetenv("SLACKAUDITD_NO_SUCH");
    load_bad(&folder,
        GOOD_STATE "sources: [{name: a, token: {env: SLACKAUDITD_NO_SUCH}}]\n" GOOD_OUTPUT,
        "sources[0].token: ", "SLACKAUDITD_NO_SUCH is not set");
    load_bad(&folder, GOOD_STATE "sources: [{name: a, token: {credential: slack}}]\n" GOOD_OUTPUT,
        "sources[0].token: the credential slack is not there", ")");
    remove_folder(&folder);
}
END_TEST

START_TEST(a_credential_is_found_below_its_directory)
{
    struct folder folder = make_folder();
    write_file(path_in(&folder, "slack"), "xoxp-secret", 0644); /* the mode is not judged there */
    setenv("CREDENTIALS_DIRECTORY", folder.path, 1);
    config_free(load_good(
        &folder, GOOD_STATE "sources: [{name: a, token: {credential: slack}}]\n" GOOD_OUTPUT));
    unsetenv("CREDENTIALS_DIRECTORY");
    remove_folder(&folder);
}
END_TEST

START_TEST(an_address_in_a_secret_is_checked_without_being_shown)
{
    struct folder folder = make_folder();
    static const char text[] = GOOD_STATE "sources: [{name: a, token: {file: @/token}}]\n"
                                          "outputs: [{name: o, type: http, url: {file: @/url}}]\n";
    write_file(path_in(&folder, "token"), "xoxp-secret", 0600);
    write_file(path_in(&folder, "url"), "https://collector.example.com/SeCrEt", 0600);
    struct config *config = load_good(&folder, text);
    ck_assert_int_eq(config->outputs[0].http.url.kind, SECRET_FILE);
    config_free(config);
    write_file(path_in(&folder, "url"), "https://u:p@collector.example.com/SeCrEt", 0600);
    load_bad(&folder, text,
        "outputs[0].url: must not hold user information; a token or a header carries the secret",
        "secret");
    write_file(path_in(&folder, "url"), "http://collector.example.com/SeCrEt", 0600);
    load_bad(&folder, text, "outputs[0].url: must begin with https://", "allows it)");
    write_file(path_in(&folder, "url"), "SeCrEt", 0600);
    load_bad(&folder, text, "outputs[0].url: must be an address such as https://host:port", "port");
    remove_folder(&folder);
}
END_TEST

START_TEST(a_proxy_kept_as_a_secret_may_hold_user_information)
{
    struct folder folder = make_folder();
    static const char text[] =
        GOOD_STATE "sources: [{name: a, token: {file: @/token}, proxy: {file: @/proxy}, "
                   "headers: {X-Key: {file: @/key}}}]\n" GOOD_OUTPUT;
    write_file(path_in(&folder, "token"), "xoxp-secret", 0600);
    write_file(path_in(&folder, "key"), "keykeykey", 0600);
    write_file(path_in(&folder, "proxy"), "http://user:password@proxy.example.com:3128", 0600);
    config_free(load_good(&folder, text));
    write_file(path_in(&folder, "proxy"), "proxy.example.com:3128", 0600);
    load_bad(&folder, text, "sources[0].proxy: must be an address", "port");
    write_file(path_in(&folder, "proxy"), "http://proxy.example.com:3128", 0600);
    write_file(path_in(&folder, "key"), "two\nlines", 0600);
    load_bad(&folder, text, "sources[0].headers.X-Key: ", "one line");
    remove_folder(&folder);
}
END_TEST

START_TEST(tls_files_must_be_readable_and_the_key_a_secret)
{
    struct folder folder = make_folder();
    static const char text[] = GOOD_STATE "sources: [{name: a, token: {file: @/token}, tls: "
                                          "{cert_file: @/cert, key_file: @/key}}]\n" GOOD_OUTPUT;
    write_file(path_in(&folder, "token"), "xoxp-secret", 0600);
    write_file(path_in(&folder, "key"), "-----BEGIN-----\nxyz\n-----END-----\n", 0600);
    load_bad(&folder, text, "sources[0].tls.cert_file: cannot read", "No such file or directory");
    write_file(path_in(&folder, "cert"), "-----BEGIN-----\nxyz\n-----END-----\n", 0644);
    config_free(load_good(&folder, text)); /* many lines are a key's nature */
    write_file(path_in(&folder, "key"), "-----BEGIN-----\nxyz\n-----END-----\n", 0644);
    load_bad(&folder, text, "sources[0].tls.key_file: ", "/key");
    remove_folder(&folder);
}
END_TEST

START_TEST(paths_that_cannot_be_written_are_refused)
{
    struct folder folder = make_folder();
    write_file(path_in(&folder, "token"), "xoxp-secret", 0600);
    write_file(path_in(&folder, "file"), "", 0600);
    load_bad(&folder, GOOD_STATE GOOD_SOURCE "outputs: [{name: o, type: file, path: @}]\n",
        "outputs[0].path: ", "is a directory; a file is written here");
    load_bad(&folder, GOOD_STATE GOOD_SOURCE "outputs: [{name: o, type: file, path: @/x/}]\n",
        "outputs[0].path: must name a file, not a directory", "");
    load_bad(&folder, GOOD_STATE GOOD_SOURCE "outputs: [{name: o, type: file, path: @/file/a/b}]\n",
        "outputs[0].path: ", "/file is not a directory");
    load_bad(&folder, GOOD_STATE GOOD_SOURCE "outputs: [{name: o, type: stdout, dead_letter: @}]\n",
        "outputs[0].dead_letter: ", "is a directory; a file is written here");
    load_bad(&folder, "state_dir: @/file\n" GOOD_SOURCE GOOD_OUTPUT,
        "state_dir: ", "/file is not a directory");
    load_bad(&folder, "state_dir: @/file/state\n" GOOD_SOURCE GOOD_OUTPUT,
        "state_dir: ", "/file is not a directory");
    remove_folder(&folder);
}
END_TEST

/* Runs as somebody who may not write there, since root may everywhere. */
static void load_as_nobody(const struct folder *folder)
{
    struct config *config = NULL;
    struct config_problems problems = {0};
    if (geteuid() == 0)
        ck_assert_int_eq(setresuid(65534, 65534, 65534), 0);
    const char *path = path_in(folder, "test.yaml");
    ck_assert_int_eq(config_load(path, &config, &problems), ERROR_INVALID);
    show_problems(&problems);
    ck_assert_uint_eq(problems.count, 4);
    static const char *const begins[] = {"state_dir: cannot write in the directory ",
        "outputs[0].path: cannot write in the directory ", "outputs[1].path: cannot write to ",
        "outputs[2].rotate: cannot write in the directory "};
    for (size_t i = 0; i < 4; i++)
        ck_assert_int_eq(strncmp(problems.items[i].text, begins[i], strlen(begins[i])), 0);
    config_problems_deinit(&problems);
}

START_TEST(a_directory_without_the_right_to_write_is_refused)
{
    struct folder folder = make_folder();
    setenv("SLACKAUDITD_TOKEN", "xoxp-secret", 1);
    ck_assert_int_eq(mkdir(path_in(&folder, "shut"), 0755), 0);
    write_file(path_in(&folder, "shut/open.ndjson"), "", 0666); /* to append to, not to rotate */
    ck_assert_int_eq(chmod(path_in(&folder, "shut"), 0555), 0);
    write_file(path_in(&folder, "shut.ndjson"), "", 0444);
    char text[2048];
    (void)snprintf(text, sizeof(text),
        "state_dir: %s/shut/state\n"
        "control: unix:/run/x.sock\n"
        "sources: [{name: a, token: {env: SLACKAUDITD_TOKEN}}]\n"
        "outputs:\n"
        "  - {name: o, type: file, path: %s/shut/deep/er.ndjson}\n"
        "  - {name: p, type: file, path: %s/shut.ndjson}\n"
        "  - {name: q, type: file, path: %s/shut/open.ndjson, rotate: {size: 1MiB}}\n",
        folder.path, folder.path, folder.path, folder.path);
    write_file(path_in(&folder, "test.yaml"), text, 0644);
    pid_t child = fork();
    if (child == 0) {
        load_as_nobody(&folder);
        _exit(0);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    ck_assert_int_eq(chmod(path_in(&folder, "shut"), 0755), 0);
    remove_folder(&folder);
}
END_TEST

START_TEST(two_outputs_cannot_write_one_file_however_it_is_spelled)
{
    struct folder folder = make_folder();
    write_file(path_in(&folder, "token"), "xoxp-secret", 0600);
    write_file(path_in(&folder, "a"), "", 0600);
    ck_assert_int_eq(link(path_in(&folder, "a"), path_in(&folder, "hard")), 0);
    ck_assert_int_eq(symlink(folder.path, path_in(&folder, "elsewhere")), 0);
    static const char *const pairs[][2] = {
        {"@/x.ndjson", "@/./sub/..//x.ndjson"},
        {"@/a", "@/hard"},
        {"@/new/x", "@/elsewhere/new/x"},
        {"@/elsewhere/a", "@/a"},
    };
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        char text[512];
        (void)snprintf(text, sizeof(text),
            GOOD_STATE GOOD_SOURCE "outputs:\n"
                                   "  - {name: o, type: file, path: \"%s\"}\n"
                                   "  - {name: p, type: file, path: \"%s\"}\n",
            pairs[i][0], pairs[i][1]);
        load_bad(&folder, text,
            "outputs[1].path: must be a file of its own; outputs[0].path is the same", "");
    }
    load_bad(&folder,
        GOOD_STATE GOOD_SOURCE "outputs:\n"
                               "  - {name: o, type: file, path: @/state/dead/p.ndjson}\n"
                               "  - {name: p, type: stdout}\n",
        "outputs[1].dead_letter: must be a file of its own; outputs[0].path is the same", "");
    remove_folder(&folder);
}
END_TEST

START_TEST(two_spellings_are_one_path_even_without_a_look_at_the_world)
{
    expect_problem(A_SOURCE "outputs:\n"
                            "  - {name: o, type: file, path: /tmp/x/../y//z}\n"
                            "  - {name: p, type: file, path: /tmp/./y/z}\n",
        4, 33, "outputs[1].path: must be a file of its own; outputs[0].path is the same");
}
END_TEST

START_TEST(directories_come_from_the_environment)
{
    struct config *config = NULL;
    struct config_problems problems = {0};
    setenv("STATE_DIRECTORY", "/var/lib/one:/var/lib/two", 1);
    setenv("RUNTIME_DIRECTORY", "/run/one", 1);
    ck_assert_int_eq(config_parse("x", slice_of(A_SOURCE AN_OUTPUT), &config, &problems), 0);
    ck_assert_str_eq(config->state_dir, "/var/lib/one");
    ck_assert_str_eq(config->control, "/run/one/control.sock");
    ck_assert_str_eq(config->outputs[0].dead_letter, "/var/lib/one/dead/archive.ndjson");
    config_free(config);
    unsetenv("RUNTIME_DIRECTORY");
    ck_assert_int_eq(config_parse("x", slice_of(A_SOURCE AN_OUTPUT), &config, &problems), 0);
    ck_assert_str_eq(config->control, "/var/lib/one/control.sock");
    config_free(config);
    /* What stands in the file wins. */
    ck_assert_int_eq(config_parse("x", slice_of(A_SOURCE AN_OUTPUT "state_dir: //srv//audit/\n"),
                         &config, &problems),
        0);
    ck_assert_str_eq(config->state_dir, "/srv/audit");
    ck_assert_str_eq(config->control, "/srv/audit/control.sock");
    config_free(config);
    config = parse_good(A_SOURCE AN_OUTPUT);
    ck_assert_str_eq(config->state_dir, "/var/lib/slackauditd");
    ck_assert_str_eq(config->control, "/var/lib/slackauditd/control.sock");
    config_free(config);
}
END_TEST

START_TEST(a_state_directory_too_long_for_a_socket_asks_for_another_socket)
{
    char text[512] = A_SOURCE AN_OUTPUT "state_dir: /";
    memset(text + strlen(text), 's', 100);
    expect_problem(text, 1, 1,
        "control: the default, control.sock in state_dir, is too long a name for a socket; set "
        "another");
}
END_TEST

START_TEST(paths_are_normalised_as_text)
{
    static const char *const paths[][2] = {
        {"/", "/"},
        {"//a//b/", "/a/b"},
        {"/a/./b/../c", "/a/c"},
        {"/../..", "/"},
        {"a/..", "."},
        {"../a", "../a"},
        {"a/../../b", "../b"},
        {"./a", "a"},
        {".", "."},
        {"../../x/..", "../.."},
        {"/a/...", "/a/..."},
        {"..a/b", "..a/b"},
    };
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        char *normal = NULL;
        ck_assert_int_eq(config_path_normalise(paths[i][0], &normal), 0);
        ck_assert_str_eq(normal, paths[i][1]);
        free(normal);
    }
}
END_TEST

CHECK_MAIN("config world", a_file_with_a_good_secret_and_good_paths_is_loaded_and_nothing_is_made,
    a_missing_file_is_one_problem_without_a_place,
    problems_are_written_a_line_each_and_those_past_the_limit_counted,
    secrets_that_cannot_be_loaded_are_told_with_their_place,
    a_credential_is_found_below_its_directory,
    an_address_in_a_secret_is_checked_without_being_shown,
    a_proxy_kept_as_a_secret_may_hold_user_information,
    tls_files_must_be_readable_and_the_key_a_secret, paths_that_cannot_be_written_are_refused,
    a_directory_without_the_right_to_write_is_refused,
    two_outputs_cannot_write_one_file_however_it_is_spelled,
    two_spellings_are_one_path_even_without_a_look_at_the_world,
    directories_come_from_the_environment,
    a_state_directory_too_long_for_a_socket_asks_for_another_socket, paths_are_normalised_as_text)
