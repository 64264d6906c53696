/* Whole bodies: a page of /logs, /schemas, /actions, and errors in the place of each. */
#include "slackaudit/body.h"

#include "check_main.h"
#include "typed_case.h"

START_TEST(a_page_of_logs_is_read_entry_by_entry)
{
    _cleanup_document_ *document =
        document_of("{'entries':[{'id':'1','action':'user_login'},null,{'id':'3'}],"
                    "'response_metadata':{'next_cursor':'dXNlcg==','warnings':[]},'new':1}");
    struct slackaudit_logs_body logs;
    slackaudit_logs_body_read(slackaudit_document_root(document), &logs);
    ck_assert_int_eq(logs.ok.type, SLACKAUDIT_ABSENT);
    expect_text(logs.error, NULL);
    expect_text(logs.response_metadata.next_cursor, "dXNlcg==");
    expect_unknown(&logs.object, "new");
    expect_unknown(&logs.response_metadata.object, "warnings");

    static const char *const ids[] = {"1", NULL, "3"};
    struct slackaudit_entry entry;
    size_t count = 0;
    for (; slackaudit_logs_body_entry(&logs, count, &entry); count++)
        expect_text(entry.id, ids[count]);
    ck_assert_uint_eq(count, 3);
    expect_text(entry.id, "3"); /* past the last it is not written */
    ck_assert(!slackaudit_logs_body_entry(NULL, 0, &entry));
}
END_TEST

START_TEST(the_last_page_has_an_empty_null_or_absent_cursor)
{
    static const struct {
        const char *sent;
        enum slackaudit_type metadata, cursor;
    } cases[] = {
        {"{}", SLACKAUDIT_ABSENT, SLACKAUDIT_ABSENT},
        {"{'response_metadata':null}", SLACKAUDIT_NULL, SLACKAUDIT_ABSENT},
        {"{'response_metadata':{}}", SLACKAUDIT_OBJECT, SLACKAUDIT_ABSENT},
        {"{'response_metadata':{'next_cursor':null}}", SLACKAUDIT_OBJECT, SLACKAUDIT_NULL},
        {"{'response_metadata':{'next_cursor':''}}", SLACKAUDIT_OBJECT, SLACKAUDIT_STRING},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        _cleanup_document_ *document = document_of(cases[i].sent);
        struct slackaudit_logs_body logs;
        slackaudit_logs_body_read(slackaudit_document_root(document), &logs);
        ck_assert_int_eq(
            slackaudit_value_type(logs.response_metadata.object.value), cases[i].metadata);
        ck_assert_int_eq(logs.response_metadata.next_cursor.type, cases[i].cursor);
        ck_assert_str_eq(slackaudit_text_or(logs.response_metadata.next_cursor, ""), "");
    }
}
END_TEST

START_TEST(entries_that_are_no_list_have_no_entry)
{
    static const char *const texts[] = {
        "{}", "{'entries':null}", "{'entries':[]}", "{'entries':{'0':{}}}", "[]", "'x'", "null"};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        _cleanup_document_ *document = document_of(texts[i]);
        struct slackaudit_logs_body logs;
        struct slackaudit_entry entry;
        slackaudit_logs_body_read(slackaudit_document_root(document), &logs);
        ck_assert(!slackaudit_logs_body_entry(&logs, 0, &entry));
    }
}
END_TEST

START_TEST(an_error_is_read_in_the_place_of_each_body)
{
    _cleanup_document_ *document = document_of("{'ok':false,'error':'missing_scope','needed':"
                                               "'auditlogs:read','provided':'users:read'}");
    const struct slackaudit_value *root = slackaudit_document_root(document);
    struct slackaudit_logs_body logs;
    slackaudit_logs_body_read(root, &logs);
    expect_flag(logs.ok, false);
    expect_text(logs.error, "missing_scope");
    expect_text(logs.needed, "auditlogs:read");
    expect_text(logs.provided, "users:read");
    struct slackaudit_schemas_body schemas;
    slackaudit_schemas_body_read(root, &schemas);
    expect_flag(schemas.ok, false);
    expect_text(schemas.error, "missing_scope");
    struct slackaudit_actions_body actions;
    slackaudit_actions_body_read(root, &actions);
    expect_flag(actions.ok, false);
    expect_text(actions.error, "missing_scope");
    ck_assert_ptr_null(actions.actions.object.value);
}
END_TEST

START_TEST(schemas_are_read_one_by_one)
{
    _cleanup_document_ *document =
        document_of("{'schemas':[{'type':'workspace','workspace':{'id':'string','name':'string'}},"
                    "{'type':'hologram','hologram':{'id':'string'},'new':1},{'type':'x'},7]}");
    struct slackaudit_schemas_body schemas;
    slackaudit_schemas_body_read(slackaudit_document_root(document), &schemas);
    struct slackaudit_schema schema;
    ck_assert(slackaudit_schemas_body_schema(&schemas, 0, &schema));
    expect_text(schema.type, "workspace");
    expect_value(schema.fields, "{'id':'string','name':'string'}");
    expect_unknown(&schema.object, "");
    ck_assert(slackaudit_schemas_body_schema(&schemas, 1, &schema));
    expect_value(schema.fields, "{'id':'string'}");
    expect_unknown(&schema.object, "new");
    ck_assert(slackaudit_schemas_body_schema(&schemas, 2, &schema));
    expect_text(schema.type, "x");
    ck_assert_ptr_null(schema.fields);
    ck_assert(slackaudit_schemas_body_schema(&schemas, 3, &schema));
    expect_text(schema.type, NULL);
    ck_assert(!slackaudit_schemas_body_schema(&schemas, 4, &schema));
    ck_assert(!slackaudit_schemas_body_schema(NULL, 0, &schema));
}
END_TEST

START_TEST(actions_are_read_with_the_kinds_that_are_new)
{
    _cleanup_document_ *document = document_of(
        "{'actions':{'workspace_or_org':['workspace_created'],'user':['user_login','user_logout'],"
        "'file':[],'channel':['public_channel_created'],'app':['app_installed'],'workflow_builder':"
        "['workflow_created'],'barrier':['barrier_created'],'message':['message_tombstoned'],"
        "'canvas':['canvas_created']}}");
    struct slackaudit_actions_body body;
    slackaudit_actions_body_read(slackaudit_document_root(document), &body);
    expect_value(body.actions.workspace_or_org, "['workspace_created']");
    ck_assert(slackaudit_value_has(body.actions.user, "user_logout"));
    ck_assert_uint_eq(slackaudit_value_count(body.actions.file), 0);
    expect_value(body.actions.channel, "['public_channel_created']");
    expect_value(body.actions.app, "['app_installed']");
    expect_value(body.actions.workflow_builder, "['workflow_created']");
    expect_value(body.actions.barrier, "['barrier_created']");
    expect_value(body.actions.message, "['message_tombstoned']");
    expect_unknown(&body.actions.object, "canvas");
    size_t names = 0;
    struct slackaudit_member kind = {0};
    while (slackaudit_value_next(body.actions.object.value, &kind))
        names += slackaudit_value_count(kind.value);
    ck_assert_uint_eq(names, 9);
}
END_TEST

CHECK_MAIN("body", a_page_of_logs_is_read_entry_by_entry,
    the_last_page_has_an_empty_null_or_absent_cursor, entries_that_are_no_list_have_no_entry,
    an_error_is_read_in_the_place_of_each_body, schemas_are_read_one_by_one,
    actions_are_read_with_the_kinds_that_are_new)
