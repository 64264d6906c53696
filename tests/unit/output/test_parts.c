/* The small parts: selection, encoder, names of rotated files, the table of types. */
#include "check_main.h"

#include <string.h>

#include "base/limits.h"
#include "output/encoder.h"
#include "output/output.h"
#include "output/rotated.h"
#include "output/selection.h"
#include "sys/folder.h"

static char *none[] = {NULL};

static bool wants(char *const *only, char *const *except, const char *action)
{
    const struct selection selection = {.only = only, .except = except};
    return selection_wants(&selection, slice_of(action));
}

START_TEST(selection_knows_only_and_except)
{
    char *users[] = {"user_*", "anomaly", NULL}, *logins[] = {"*login*", NULL},
         *any[] = {"*", NULL};
    ck_assert(!selection_is_set(&(struct selection){.only = none, .except = none}));
    ck_assert(selection_is_set(&(struct selection){.only = users, .except = none}));
    ck_assert(selection_is_set(&(struct selection){.only = none, .except = users}));
    ck_assert(wants(none, none, "user_login"));
    ck_assert(wants(users, none, "user_login"));
    ck_assert(wants(users, none, "anomaly"));
    ck_assert(!wants(users, none, "anomalyx"));
    ck_assert(!wants(users, logins, "user_login"));
    ck_assert(wants(none, logins, "user_created"));
    ck_assert(wants(users, none, "user\\u005flogin"));
    ck_assert(!wants(users, none, NULL));
    ck_assert(wants(any, none, NULL));
    ck_assert(wants(none, users, NULL));
}
END_TEST

START_TEST(selection_copes_with_an_absurdly_long_action)
{
    char *users[] = {"user_*", NULL};
    struct buffer action = BUFFER_INIT(KIB(64));
    ck_assert_int_eq(buffer_append_text(&action, "user_"), 0);
    for (int i = 0; i < 3000; i++)
        ck_assert_int_eq(buffer_append_text(&action, "\\\\"), 0);
    ck_assert(wants(users, none, buffer_text(&action)));
    buffer_deinit(&action);
}
END_TEST

START_TEST(an_encoder_has_the_settings_of_its_output)
{
    struct config_output config = {.type = CONFIG_OUTPUT_SYSLOG,
        .format = (char *)"rfc5424",
        .syslog = {.facility = 4, .app_name = (char *)"mine"}};
    const struct format_entry entry = {.bytes = SLICE_LITERAL("{}"), .source = "a"};
    struct encoder encoder;
    struct buffer body = BUFFER_INIT(KIB(1));
    ck_assert_int_eq(encoder_init(&encoder, &config, NULL), 0);
    ck_assert_int_eq(encoder_message(&encoder, &entry, &body), 0);
    ck_assert_int_eq(strncmp(buffer_text(&body), "<38>1 ", 6), 0);
    ck_assert_ptr_nonnull(strstr(body.data, " mine - "));

    config = (struct config_output){.type = CONFIG_OUTPUT_FILE, .format = (char *)"rfc5424"};
    buffer_clear(&body);
    ck_assert_int_eq(encoder_init(&encoder, &config, NULL), 0);
    ck_assert_int_eq(encoder_line(&encoder, &entry, &body), 0);
    ck_assert_int_eq(strncmp(buffer_text(&body), "<86>1 ", 6), 0);
    ck_assert_ptr_nonnull(strstr(body.data, " slackaudit - "));
    ck_assert_int_eq(body.data[body.size - 1], '\n');

    config.format = (char *)"json";
    ck_assert_int_eq(encoder_init(&encoder, &config, NULL), 0);
    struct buffer tight = BUFFER_INIT(2); /* the message fits, its line feed does not */
    ck_assert_int_eq(encoder_line(&encoder, &entry, &tight), ERROR_LIMIT);
    ck_assert_uint_eq(tight.size, 0);
    buffer_deinit(&tight);

    struct error error = ERROR_INIT;
    config.format = (char *)"morse";
    ck_assert_int_eq(encoder_init(&encoder, &config, &error), ERROR_INVALID);
    ck_assert_ptr_nonnull(strstr(error.text, "morse"));
    buffer_deinit(&body);
}
END_TEST

START_TEST(rotated_names_ascend)
{
    char folder[FOLDER_SIZE], path[PATH_SIZE], file[PATH_SIZE], suffix[ROTATED_SUFFIX_SIZE];
    folder_make(folder);
    (void)folder_path(path, folder, "x");
    struct rotated_list list;
    ck_assert_int_eq(rotated_list_read(&list, path, NULL), 0);
    ck_assert_uint_eq(list.count, 0);
    rotated_next_suffix(&list, 1705412031, suffix);
    ck_assert_str_eq(suffix, "20240116T133351Z");
    static const char *const names[] = {"x.20240116T133351Z", "x.20240116T133351Z-9.gz",
        "x.20240116T133351Z-10", "x.20240116T133351Z-10.gz", "x.20240116T133351Z-2.gz.tmp",
        "x.20240116T133351Z-01", "x.20240116T133351", "x.20240116T133351Z-", "x.20240116T133351Zz",
        "x.20240116T133351Z-99999999999", "y.20240116T133351Z-77", "x20240116T133351Z-77"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        folder_write(folder_path(file, folder, names[i]), "", 0600);
    ck_assert_int_eq(rotated_list_read(&list, path, NULL), 0);
    ck_assert_uint_eq(list.count, 4);
    static const unsigned numbers[] = {0, 2, 9, 10};
    static const unsigned forms[] = {
        ROTATED_PLAIN, ROTATED_UNFINISHED, ROTATED_GZIP, ROTATED_PLAIN | ROTATED_GZIP};
    for (size_t i = 0; i < 4; i++) {
        ck_assert_uint_eq(list.items[i].number, numbers[i]);
        ck_assert_uint_eq(list.items[i].forms, forms[i]);
    }
    rotated_next_suffix(&list, 1705412031, suffix);
    ck_assert_str_eq(suffix, "20240116T133351Z-11");
    rotated_next_suffix(&list, 1705412030, suffix);
    ck_assert_str_eq(suffix, "20240116T133351Z-11");
    rotated_next_suffix(&list, 1705412032, suffix);
    ck_assert_str_eq(suffix, "20240116T133352Z");
    rotated_list_deinit(&list);
    ck_assert_int_lt(rotated_list_read(&list, "/does/not/exist", NULL), 0);
    folder_remove(folder);
}
END_TEST

START_TEST(every_configured_type_is_found)
{
    struct config_output config = {.type = CONFIG_OUTPUT_FILE};
    ck_assert_ptr_eq(output_find(&config), &output_file);
    config.type = CONFIG_OUTPUT_STDOUT;
    ck_assert_ptr_eq(output_find(&config), &output_stdout);
    config.type = CONFIG_OUTPUT_SYSLOG;
    ck_assert_ptr_eq(output_find(&config), &output_syslog);
    config.type = CONFIG_OUTPUT_HTTP;
    config.http.api = (char *)"generic";
    ck_assert_ptr_eq(output_find(&config), &output_generic);
    config.http.api = (char *)"splunk_hec";
    ck_assert_ptr_eq(output_find(&config), &output_splunk_hec);
    config.http.api = (char *)"carrier_pigeon";
    ck_assert_ptr_null(output_find(&config));
}
END_TEST

CHECK_MAIN("parts", selection_knows_only_and_except, selection_copes_with_an_absurdly_long_action,
    an_encoder_has_the_settings_of_its_output, rotated_names_ascend, every_configured_type_is_found)
