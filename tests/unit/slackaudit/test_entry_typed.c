/* An entry in typed structs: read from its bytes as the page splitter yields them, with what is
 * absent, null, empty and unknown told apart at every level, and no input that it fails on. */
#include "slackaudit/entry.h"

#include "check_main.h"
#include "slackaudit/page.h"
#include "typed_case.h"

/* As the API sends them. */
static const char login[] =
    "{'id':'0123a45b-6c7d-8900-e12f-3456789gh0i1','date_create':1700000000,'action':'user_login',"
    "'actor':{'type':'user','user':{'id':'W1','name':'Ada','email':'ada@example.com','team':'T1'}},"
    "'entity':{'type':'user','user':{'id':'W1','name':'Ada','email':'ada@example.com','team':'T1'}}"
    ",'context':{'location':{'type':'workspace','id':'T1','name':'Docks 1','domain':'docks'},'ua':"
    "'Mozilla\\/5.0 (X11; Linux x86_64)','session_id':4713250968,'app':null,'ip_address':"
    "'203.0.113.7'},'details':{'type':'web','is_internal_integration':false}}";
static const char anomaly[] =
    "{'id':'a1','date_create':1700000001,'action':'anomaly','actor':{'type':'user','user':{'id':"
    "'USLACKSECURITY','name':'Slack Security','email':''},'acting_agent':{'type':'app','app':{'id':"
    "'A1','name':'Agent'}},'agent_message':'look around'},'entity':{'type':'user','user':{'id':"
    "'W2'}},'context':{'location':{'type':'enterprise','id':'E1','name':'All','domain':'all'},'ua':"
    "'','session_id':'9f3c','ip_address':''},'details':{'action_timestamp':1700000000999,"
    "'location':'Utrecht','previous_ip_address':'198.51.100.3','previous_ua':'curl','reason':['tor'"
    ",'asn']}}";

START_TEST(a_login_is_read)
{
    _cleanup_document_ *document = document_of(login);
    struct slackaudit_entry entry;
    slackaudit_entry_read(slackaudit_document_root(document), &entry);
    expect_text(entry.id, "0123a45b-6c7d-8900-e12f-3456789gh0i1");
    expect_integer(entry.date_create, 1700000000);
    expect_text(entry.action, "user_login");
    expect_text(entry.actor.type, "user");
    expect_text(entry.actor.user.id, "W1");
    expect_text(entry.actor.user.email, "ada@example.com");
    ck_assert_int_eq(entry.entity.kind, SLACKAUDIT_ENTITY_USER);
    expect_text(entry.entity.user.team, "T1");
    expect_text(entry.context.location.type, "workspace");
    expect_text(entry.context.location.domain, "docks");
    expect_text(entry.context.ua, "Mozilla/5.0 (X11; Linux x86_64)");
    expect_text(entry.context.ip_address, "203.0.113.7");
    ck_assert_int_eq(slackaudit_value_type(entry.context.app.object.value), SLACKAUDIT_NULL);
    expect_text(entry.details.type, "web");
    expect_flag(entry.details.is_internal_integration, false);
    expect_unknown(&entry.object, "");
    expect_unknown(&entry.details.object, "");
}
END_TEST

START_TEST(an_anomaly_is_read)
{
    _cleanup_document_ *document = document_of(anomaly);
    struct slackaudit_entry entry;
    slackaudit_entry_read(slackaudit_document_root(document), &entry);
    expect_text(entry.actor.user.id, "USLACKSECURITY");
    expect_text(entry.actor.user.email, "");
    expect_value(entry.actor.acting_agent, "{'type':'app','app':{'id':'A1','name':'Agent'}}");
    expect_text(entry.actor.agent_message, "look around");
    expect_text(entry.context.ip_address, "");
    expect_text(entry.context.location.type, "enterprise");
    ck_assert_ptr_null(entry.context.app.object.value);
    int64_t time_us = 0;
    ck_assert(slackaudit_details_time_us(&entry.details, &time_us));
    ck_assert_int_eq(time_us, 1700000000999000);
    expect_text(entry.details.location, "Utrecht");
    expect_text(entry.details.previous_ip_address, "198.51.100.3");
    expect_text(entry.details.previous_ua, "curl");
    ck_assert(slackaudit_text_is(entry.action, "anomaly") &&
              slackaudit_value_has(entry.details.reason, "tor"));
    expect_unknown(&entry.object, "");
    expect_unknown(&entry.actor.object, "");
}
END_TEST

START_TEST(the_session_is_an_integer_a_text_or_null)
{
    static const struct {
        const char *sent;
        enum slackaudit_type type;
        const char *plain;
    } cases[] = {
        {"{'context':{'session_id':4713250968}}", SLACKAUDIT_INTEGER, "4713250968"},
        {"{'context':{'session_id':'4713250968'}}", SLACKAUDIT_STRING, "4713250968"},
        {"{'context':{'session_id':''}}", SLACKAUDIT_STRING, ""},
        {"{'context':{'session_id':null}}", SLACKAUDIT_NULL, ""},
        {"{'context':{}}", SLACKAUDIT_ABSENT, ""},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        _cleanup_document_ *document = document_of(cases[i].sent);
        struct slackaudit_entry entry;
        slackaudit_entry_read(slackaudit_document_root(document), &entry);
        char plain[32];
        slackaudit_value_plain(entry.context.session_id, plain, sizeof(plain));
        ck_assert_int_eq(slackaudit_value_type(entry.context.session_id), cases[i].type);
        ck_assert_str_eq(plain, cases[i].plain);
    }
}
END_TEST

START_TEST(a_field_that_is_absent_null_empty_or_of_another_type_says_so)
{
    static const struct {
        const char *sent;
        enum slackaudit_type type;
        const char *text;
    } cases[] = {
        {"{}", SLACKAUDIT_ABSENT, NULL},
        {"{'action':null}", SLACKAUDIT_NULL, NULL},
        {"{'action':''}", SLACKAUDIT_STRING, ""},
        {"{'action':'x'}", SLACKAUDIT_STRING, "x"},
        {"{'action':7}", SLACKAUDIT_INTEGER, NULL},
        {"{'action':7.5}", SLACKAUDIT_NUMBER, NULL},
        {"{'action':true}", SLACKAUDIT_BOOLEAN, NULL},
        {"{'action':[]}", SLACKAUDIT_ARRAY, NULL},
        {"{'action':{}}", SLACKAUDIT_OBJECT, NULL},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        _cleanup_document_ *document = document_of(cases[i].sent);
        struct slackaudit_entry entry;
        slackaudit_entry_read(slackaudit_document_root(document), &entry);
        ck_assert_int_eq(entry.action.type, cases[i].type);
        expect_text(entry.action, cases[i].text);
        ck_assert_str_eq(
            slackaudit_text_or(entry.action, "?"), cases[i].text != NULL ? cases[i].text : "?");
        ck_assert_int_eq(slackaudit_value_type(slackaudit_value_get(entry.object.value, "action")),
            cases[i].type);
    }
}
END_TEST

START_TEST(a_date_that_is_no_integer_says_so)
{
    static const struct {
        const char *sent;
        enum slackaudit_type type;
        int64_t value;
    } cases[] = {
        {"{'date_create':1700000000}", SLACKAUDIT_INTEGER, 1700000000},
        {"{'date_create':-1}", SLACKAUDIT_INTEGER, -1},
        {"{'date_create':'1700000000'}", SLACKAUDIT_STRING, 0},
        {"{'date_create':1.7e9}", SLACKAUDIT_NUMBER, 0},
        {"{'date_create':9223372036854775808}", SLACKAUDIT_NUMBER, 0},
        {"{'date_create':null}", SLACKAUDIT_NULL, 0},
        {"{}", SLACKAUDIT_ABSENT, 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        _cleanup_document_ *document = document_of(cases[i].sent);
        struct slackaudit_entry entry;
        slackaudit_entry_read(slackaudit_document_root(document), &entry);
        ck_assert_int_eq(entry.date_create.type, cases[i].type);
        ck_assert_int_eq(entry.date_create.value, cases[i].value);
    }
}
END_TEST

START_TEST(an_object_that_is_absent_null_or_empty_says_so)
{
    static const struct {
        const char *sent;
        enum slackaudit_type type;
    } cases[] = {
        {"{}", SLACKAUDIT_ABSENT},
        {"{'details':null}", SLACKAUDIT_NULL},
        {"{'details':{}}", SLACKAUDIT_OBJECT},
        {"{'details':[]}", SLACKAUDIT_ARRAY},
        {"{'details':''}", SLACKAUDIT_STRING},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        _cleanup_document_ *document = document_of(cases[i].sent);
        struct slackaudit_entry entry;
        slackaudit_entry_read(slackaudit_document_root(document), &entry);
        ck_assert_int_eq(slackaudit_value_type(entry.details.object.value), cases[i].type);
        expect_text(entry.details.name, NULL);
        expect_unknown(&entry.details.object, "");
    }
}
END_TEST

START_TEST(what_is_unknown_is_kept_at_every_level)
{
    _cleanup_document_ *document =
        document_of("{'u0':[{'deep':1}],'actor':{'u1':1,'user':{'u2':2,'id':'U1'},'u1b':null},"
                    "'entity':{'u3':3,'type':'file','file':{'id':'F1','u4':4}},'context':{"
                    "'location':{'u5':5},'app':{'u6':6},'u7':7},'details':{'can_huddle':{'u8':8},"
                    "'u9':9},'':0}");
    struct slackaudit_entry entry;
    slackaudit_entry_read(slackaudit_document_root(document), &entry);
    expect_unknown(&entry.object, "u0 ");
    expect_unknown(&entry.actor.object, "u1 u1b");
    expect_unknown(&entry.actor.user.object, "u2");
    expect_unknown(&entry.entity.object, "u3");
    expect_unknown(&entry.entity.file.object, "u4");
    expect_unknown(&entry.context.location.object, "u5");
    expect_unknown(&entry.context.app.object, "u6");
    expect_unknown(&entry.context.object, "u7");
    expect_unknown(&entry.details.can_huddle.object, "u8");
    expect_unknown(&entry.details.object, "u9");
    struct slackaudit_member member = {0};
    ck_assert(slackaudit_unknown_next(&entry.object, &member));
    expect_value(member.value, "[{'deep':1}]");
    ck_assert(!slackaudit_unknown_next(NULL, &member));
    ck_assert(!slackaudit_unknown_next(&entry.object, NULL));
}
END_TEST

START_TEST(a_text_is_compared_by_all_its_bytes)
{
    _cleanup_document_ *document = document_of("{'id':'user\\u0000_login','action':'user'}");
    struct slackaudit_entry entry;
    slackaudit_entry_read(slackaudit_document_root(document), &entry);
    ck_assert(!slackaudit_text_is(entry.id, "user"));
    ck_assert_uint_eq(entry.id.size, 11);
    ck_assert(slackaudit_text_is(entry.action, "user"));
    ck_assert(!slackaudit_text_is(entry.action, "user_login"));
    ck_assert(!slackaudit_text_is(entry.action, "use"));
    ck_assert(!slackaudit_text_is(entry.action, ""));
    ck_assert(!slackaudit_text_is(entry.action, NULL));
    ck_assert(!slackaudit_text_is((struct slackaudit_text){0}, ""));
    ck_assert(!slackaudit_text_is((struct slackaudit_text){0}, NULL));
}
END_TEST

START_TEST(a_struct_is_used_again_for_the_next_entry)
{
    _cleanup_document_ *first = document_of(anomaly);
    _cleanup_document_ *second = document_of("{'action':'x'}");
    struct slackaudit_entry entry, anew;
    slackaudit_entry_read(slackaudit_document_root(first), &entry);
    slackaudit_entry_read(slackaudit_document_root(second), &entry);
    slackaudit_entry_read(slackaudit_document_root(second), &anew);
    expect_text(entry.action, "x");
    expect_text(entry.id, NULL);
    ck_assert_ptr_null(entry.details.reason);
    ck_assert_int_eq(entry.entity.kind, SLACKAUDIT_ENTITY_UNKNOWN);
    ck_assert_ptr_null(entry.actor.acting_agent);
    ck_assert_int_eq(memcmp(&entry.details, &anew.details, sizeof(entry.details)), 0);
}
END_TEST

START_TEST(no_text_is_copied)
{
    _cleanup_document_ *document = document_of(login);
    struct slackaudit_entry first, second;
    slackaudit_entry_read(slackaudit_document_root(document), &first);
    slackaudit_entry_read(slackaudit_document_root(document), &second);
    const struct slackaudit_value *action =
        slackaudit_value_get(slackaudit_document_root(document), "action");
    ck_assert_ptr_eq(first.action.data, second.action.data);
    ck_assert_ptr_eq(first.action.data, slackaudit_value_string(action, NULL));
}
END_TEST

/* From the page's bytes to typed entries, one document each. */
struct walk {
    size_t entries;
    char actions[64];
};

static int on_entry(void *user, const struct slackaudit_entry_slice *slice)
{
    struct walk *walk = user;
    _cleanup_document_ *document = NULL;
    struct slackaudit_entry entry;
    struct slackaudit_problem problem;
    ck_assert_msg(slackaudit_entry_parse(&document, &entry, slice->data, slice->size, &problem) ==
                      SLACKAUDIT_OK,
        "%s", problem.text);
    strcat(walk->actions, slackaudit_text_or(entry.action, "-"));
    strcat(walk->actions, " ");
    ck_assert_int_eq(entry.date_create.type == SLACKAUDIT_INTEGER, slice->has_date);
    walk->entries++;
    return 0;
}

START_TEST(the_splitters_entries_are_read_from_their_bytes)
{
    static const char page_text[] =
        "{\"entries\":[{\"id\":\"1\",\"date_create\":5,\"action\":\"user_login\"}\n,"
        " {\"action\":\"file_downloaded\"}, \"odd\", {}],\"response_metadata\":{}}";
    struct walk walk = {0};
    struct slackaudit_page *page = NULL;
    ck_assert_int_eq(slackaudit_page_new(&page, false, on_entry, &walk), 0);
    for (size_t i = 0; i < strlen(page_text); i++)
        ck_assert_int_eq(slackaudit_page_feed(page, page_text + i, 1), 0);
    struct slackaudit_page_summary summary;
    ck_assert_int_eq(slackaudit_page_finish(page, &summary), 0);
    ck_assert_uint_eq(summary.entries, 4);
    ck_assert_uint_eq(walk.entries, 4);
    ck_assert_str_eq(walk.actions, "user_login file_downloaded - - ");
    slackaudit_page_free(page);
}
END_TEST

START_TEST(what_is_no_json_is_refused_and_nothing_is_written)
{
    static const char *const bad[] = {"", "{", "{\"a\":}", "{}{}", "nul", "{\"a\":\"\xff\"}"};
    struct slackaudit_entry entry, before;
    memset(&entry, 0xa5, sizeof(entry));
    memset(&before, 0xa5, sizeof(before));
    struct slackaudit_document *document = NULL;
    struct slackaudit_problem problem = {0};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        ck_assert_int_eq(
            slackaudit_entry_parse(&document, &entry, bad[i], strlen(bad[i]), &problem),
            SLACKAUDIT_ERROR_INVALID);
        ck_assert_int_eq(problem.code, SLACKAUDIT_ERROR_INVALID);
        ck_assert_ptr_nonnull(strstr(problem.text, "not JSON: "));
    }
    ck_assert_int_eq(
        slackaudit_entry_parse(&document, &entry, NULL, 3, &problem), SLACKAUDIT_ERROR_INVALID);
    ck_assert_int_eq(slackaudit_entry_parse(&document, &entry, "{}", SIZE_MAX, &problem),
        SLACKAUDIT_ERROR_LIMIT);
    ck_assert_int_eq(
        slackaudit_entry_parse(NULL, &entry, "{}", 2, &problem), SLACKAUDIT_ERROR_INVALID);
    ck_assert_int_eq(
        slackaudit_entry_parse(&document, NULL, "{}", 2, &problem), SLACKAUDIT_ERROR_INVALID);
    ck_assert_str_eq(problem.text, "ret_entry is NULL");
    ck_assert_ptr_null(document);
    ck_assert_int_eq(memcmp(&entry, &before, sizeof(entry)), 0);
}
END_TEST

START_TEST(json_that_is_no_object_is_an_entry_without_fields)
{
    static const char *const odd[] = {"null", "true", "7", "\"entry 7 is a string\"", "[1]"};
    for (size_t i = 0; i < COUNT_OF(odd); i++) {
        _cleanup_document_ *document = NULL;
        struct slackaudit_entry entry;
        ck_assert_int_eq(
            slackaudit_entry_parse(&document, &entry, odd[i], strlen(odd[i]), NULL), SLACKAUDIT_OK);
        ck_assert_ptr_eq(entry.object.value, slackaudit_document_root(document));
        expect_text(entry.id, NULL);
        ck_assert_ptr_null(entry.context.object.value);
    }
}
END_TEST

START_TEST(deep_and_huge_details_are_kept)
{
    _cleanup_(buffer_deinit) struct buffer text = BUFFER_INIT(MIB(4));
    ck_assert_int_eq(buffer_append_text(&text, "{\"details\":{\"deep\":"), 0);
    for (int i = 0; i < 500; i++)
        ck_assert_int_eq(buffer_append_byte(&text, '['), 0);
    for (int i = 0; i < 500; i++)
        ck_assert_int_eq(buffer_append_byte(&text, ']'), 0);
    for (int i = 0; i < 50000; i++)
        ck_assert_int_eq(buffer_printf(&text, ",\"member %d\":%d", i, i), 0);
    ck_assert_int_eq(buffer_append_text(&text, "}}"), 0);
    _cleanup_document_ *document = NULL;
    struct slackaudit_entry entry;
    ck_assert_int_eq(
        slackaudit_entry_parse(&document, &entry, text.data, text.size, NULL), SLACKAUDIT_OK);
    struct slackaudit_member member = {0};
    size_t unknown = 0;
    while (slackaudit_unknown_next(&entry.details.object, &member))
        unknown++;
    ck_assert_uint_eq(unknown, 50001);
    ck_assert_uint_eq(slackaudit_value_count(entry.details.object.value), 50001);
}
END_TEST

CHECK_MAIN("entry_typed", a_login_is_read, an_anomaly_is_read,
    the_session_is_an_integer_a_text_or_null,
    a_field_that_is_absent_null_empty_or_of_another_type_says_so, a_date_that_is_no_integer_says_so,
    an_object_that_is_absent_null_or_empty_says_so, what_is_unknown_is_kept_at_every_level,
    a_text_is_compared_by_all_its_bytes, a_struct_is_used_again_for_the_next_entry,
    no_text_is_copied, the_splitters_entries_are_read_from_their_bytes,
    what_is_no_json_is_refused_and_nothing_is_written,
    json_that_is_no_object_is_an_entry_without_fields, deep_and_huge_details_are_kept)
