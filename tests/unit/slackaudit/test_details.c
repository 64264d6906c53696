/* Details: the fields whose type Slack changes, structs inside, and lists of structs. */
#include "slackaudit/details.h"

#include "check_main.h"
#include "typed_case.h"

static struct slackaudit_document *read_details(
    const char *quoted, struct slackaudit_details *ret_details)
{
    struct slackaudit_entry entry;
    struct slackaudit_document *document = read_member("details", quoted, &entry);
    *ret_details = entry.details;
    return document;
}

START_TEST(the_reason_is_a_text_or_a_list)
{
    struct slackaudit_details details;
    _cleanup_document_ *list = read_details("{'reason':['asn','tor']}", &details);
    ck_assert(slackaudit_value_has(details.reason, "tor"));
    ck_assert(!slackaudit_value_has(details.reason, "user_agent"));
    _cleanup_document_ *text = read_details("{'reason':'tor'}", &details);
    ck_assert(slackaudit_value_has(details.reason, "tor"));
    _cleanup_document_ *empty = read_details("{'reason':[]}", &details);
    ck_assert(!slackaudit_value_has(details.reason, "tor"));
    ck_assert_int_eq(slackaudit_value_type(details.reason), SLACKAUDIT_ARRAY);
    _cleanup_document_ *absent = read_details("{}", &details);
    ck_assert(!slackaudit_value_has(details.reason, "tor"));
    ck_assert_ptr_null(details.reason);
}
END_TEST

START_TEST(new_and_previous_values_are_of_any_type)
{
    static const char *const values[] = {"'true'", "['a','b']", "[]",
        "{'type':['ADMINS','OWNERS'],'user':[],'subteam':[]}", "null", "5", "true"};
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        char text[256];
        (void)snprintf(
            text, sizeof(text), "{'new_value':%s,'previous_value':%s}", values[i], values[i]);
        struct slackaudit_details details;
        _cleanup_document_ *document = read_details(text, &details);
        expect_value(details.new_value, values[i]);
        expect_value(details.previous_value, values[i]);
        expect_unknown(&details.object, "");
    }
}
END_TEST

START_TEST(the_time_of_an_anomaly_is_in_microseconds_whatever_its_unit)
{
    static const struct {
        const char *sent;
        bool is_time;
        int64_t expected_us;
    } cases[] = {
        {"1700000000123456", true, 1700000000123456},
        {"1700000000123", true, 1700000000123000},
        {"10000000000000", true, 10000000000000000},
        {"10000000000001", true, 10000000000001},
        {"0", true, 0},
        {"9223372036854775807", true, INT64_MAX},
        {"-1", false, 0},
        {"-9223372036854775808", false, 0},
        {"9223372036854775808", false, 0},
        {"1.7e12", false, 0},
        {"'1700000000123'", false, 0},
        {"null", false, 0},
        {"[]", false, 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char text[128];
        (void)snprintf(text, sizeof(text), "{'action_timestamp':%s}", cases[i].sent);
        struct slackaudit_details details;
        _cleanup_document_ *document = read_details(text, &details);
        int64_t time_us = -5;
        ck_assert(slackaudit_details_time_us(&details, &time_us) == cases[i].is_time);
        ck_assert_int_eq(time_us, cases[i].is_time ? cases[i].expected_us : -5);
        ck_assert(!slackaudit_details_time_us(&details, NULL));
    }
    struct slackaudit_details absent = {0};
    int64_t time_us = 0;
    ck_assert(!slackaudit_details_time_us(&absent, &time_us));
    ck_assert(!slackaudit_details_time_us(NULL, &time_us));
}
END_TEST

START_TEST(inviter_and_kicker_are_flat_or_wrapped)
{
    struct slackaudit_details details;
    _cleanup_document_ *document = read_details(
        "{'inviter':{'id':'U1','name':'Ada','email':'ada@example.com','new':1},"
        "'kicker':{'type':'user','user':{'id':'U2','team':'T1','newer':2},'around':3}}",
        &details);
    expect_text(details.inviter.id, "U1");
    expect_text(details.inviter.name, "Ada");
    expect_text(details.inviter.email, "ada@example.com");
    ck_assert_int_eq(details.inviter.team.type, SLACKAUDIT_ABSENT);
    ck_assert_ptr_null(details.inviter.wrapper);
    expect_unknown(&details.inviter.object, "new");

    expect_text(details.kicker.id, "U2");
    expect_text(details.kicker.team, "T1");
    expect_unknown(&details.kicker.object, "newer");
    expect_value(slackaudit_value_get(details.kicker.wrapper, "around"), "3");
    ck_assert_ptr_eq(details.kicker.wrapper, slackaudit_value_get(details.object.value, "kicker"));
}
END_TEST

START_TEST(an_inviter_that_is_no_user_is_told_apart)
{
    static const struct {
        const char *sent;
        enum slackaudit_type type;
        bool is_wrapped;
    } cases[] = {
        {"{'inviter':null}", SLACKAUDIT_NULL, false},
        {"{'inviter':'U1'}", SLACKAUDIT_STRING, false},
        {"{'inviter':{}}", SLACKAUDIT_OBJECT, false},
        {"{'inviter':{'type':'user','user':null}}", SLACKAUDIT_NULL, true},
        {"{'inviter':{'type':'user','user':'U1'}}", SLACKAUDIT_STRING, true},
        {"{'inviter':{'type':'user','user':{}}}", SLACKAUDIT_OBJECT, true},
        {"{}", SLACKAUDIT_ABSENT, false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct slackaudit_details details;
        _cleanup_document_ *document = read_details(cases[i].sent, &details);
        ck_assert_int_eq(slackaudit_value_type(details.inviter.object.value), cases[i].type);
        ck_assert((details.inviter.wrapper != NULL) == cases[i].is_wrapped);
        expect_text(details.inviter.id, NULL);
    }
    /* What has an id of its own is a user, whatever else it has. */
    struct slackaudit_details details;
    _cleanup_document_ *document =
        read_details("{'inviter':{'id':'U1','user':{'id':'U2'}}}", &details);
    expect_text(details.inviter.id, "U1");
    expect_unknown(&details.inviter.object, "user");
}
END_TEST

START_TEST(users_come_as_an_array_or_as_json_in_a_string)
{
    struct slackaudit_details details;
    _cleanup_document_ *outer = read_details("{'succeeded_users':['U1','U2'],"
                                             "'failed_users':'[\\'U3\\\\u0000\\', \\'U4\\']'}",
        &details);
    const struct slackaudit_value *list = NULL;
    struct slackaudit_document *none = NULL;
    ck_assert_int_eq(
        slackaudit_details_users(&none, &list, details.succeeded_users, NULL), SLACKAUDIT_OK);
    ck_assert_ptr_null(none);
    ck_assert_ptr_eq(list, details.succeeded_users);
    _cleanup_document_ *inner = NULL;
    ck_assert_int_eq(
        slackaudit_details_users(&inner, &list, details.failed_users, NULL), SLACKAUDIT_OK);
    ck_assert_ptr_nonnull(inner);
    expect_value(list, "['U3\\u0000','U4']");
}
END_TEST

START_TEST(no_users_are_an_empty_list_and_what_is_no_list_is_refused)
{
    static const struct {
        const char *sent;
        const char *problem; /* NULL: no failure, and no list */
    } cases[] = {
        {"{}", NULL},
        {"{'failed_users':null}", NULL},
        {"{'failed_users':''}", NULL},
        {"{'failed_users':7}", "users is of type integer, not an array"},
        {"{'failed_users':{}}", "users is of type object, not an array"},
        {"{'failed_users':'{}'}", "the JSON in users is of type object, not an array"},
        {"{'failed_users':'null'}", "the JSON in users is of type null, not an array"},
        {"{'failed_users':'U1,U2'}", "not JSON: no value at byte 0"},
        {"{'failed_users':'[1]\\u0000'}", "not JSON: something behind the value at byte 3"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct slackaudit_details details;
        _cleanup_document_ *document = read_details(cases[i].sent, &details);
        struct slackaudit_document *inner = (void *)&details;
        const struct slackaudit_value *list = details.object.value;
        struct slackaudit_problem problem = {0};
        int code = slackaudit_details_users(&inner, &list, details.failed_users, &problem);
        if (cases[i].problem == NULL) {
            ck_assert_int_eq(code, SLACKAUDIT_OK);
            ck_assert(inner == NULL && list == NULL);
        } else {
            ck_assert_int_eq(code, SLACKAUDIT_ERROR_INVALID);
            ck_assert_str_eq(problem.text, cases[i].problem);
            /* untouched */
            ck_assert(inner == (void *)&details && list == details.object.value);
        }
    }
    struct slackaudit_document *inner = NULL;
    const struct slackaudit_value *list = NULL;
    ck_assert_int_eq(slackaudit_details_users(NULL, &list, NULL, NULL), SLACKAUDIT_ERROR_INVALID);
    ck_assert_int_eq(slackaudit_details_users(&inner, NULL, NULL, NULL), SLACKAUDIT_ERROR_INVALID);
}
END_TEST

START_TEST(structs_inside_are_read_and_keep_what_they_do_not_know)
{
    struct slackaudit_details details;
    _cleanup_document_ *document = read_details(
        "{'old_retention_policy':{'type':'all','duration_days':30,'new':1},"
        "'new_retention_policy':null,'who_can_post':{'type':['ADMINS'],'user':['U1'],'subteam':[]},"
        "'can_thread':{},'can_huddle':{'enabled':false},'enable_at_here':{'enabled':'yes'},"
        "'shared_with':{'channel_id':'C1','access_level':'write'},'space_file_id':{'payload':'F1'},"
        "'new_profile':{'real_name':'Ada','image_1024':''},'request':{'id':'Ar1','team_id':'T1'}}",
        &details);
    expect_text(details.old_retention_policy.type, "all");
    expect_integer(details.old_retention_policy.duration_days, 30);
    expect_unknown(&details.old_retention_policy.object, "new");
    ck_assert_int_eq(
        slackaudit_value_type(details.new_retention_policy.object.value), SLACKAUDIT_NULL);
    expect_value(details.who_can_post.type, "['ADMINS']");
    expect_value(details.who_can_post.user, "['U1']");
    expect_unknown(&details.who_can_post.object, "subteam");
    ck_assert_int_eq(slackaudit_value_type(details.can_thread.object.value), SLACKAUDIT_OBJECT);
    ck_assert_ptr_null(details.can_thread.type);
    expect_flag(details.can_huddle.enabled, false);
    ck_assert_int_eq(details.enable_at_here.enabled.type, SLACKAUDIT_STRING);
    ck_assert(!details.enable_at_here.enabled.value);
    expect_value(slackaudit_value_get(details.enable_at_here.object.value, "enabled"), "'yes'");
    ck_assert_int_eq(
        slackaudit_value_type(details.enable_at_channel.object.value), SLACKAUDIT_ABSENT);
    expect_text(details.shared_with.channel_id, "C1");
    expect_text(details.shared_with.access_level, "write");
    expect_text(details.space_file_id.payload, "F1");
    expect_text(details.new_profile.real_name, "Ada");
    expect_text(details.new_profile.image_1024, "");
    expect_text(details.request.id, "Ar1");
    expect_text(details.request.team_id, "T1");
    expect_unknown(&details.object, "");
}
END_TEST

START_TEST(rules_and_their_terms_are_read)
{
    struct slackaudit_details details;
    _cleanup_document_ *document = read_details(
        "{'matched_rule':{'id':'Ru1','team_id':'T1','title':'Few scopes','action':{'resolution':{"
        "'value':'approve'},'notify':[{'entity_type':'user'}]},'condition':{'datatype':'list',"
        "'operator':'any','entity_type':'app','values':[{'field':'scopes','values':['chat:write'],"
        "'datatype':'text','operator':'contains','new':1}]}},"
        "'rules_checked':[{'id':'Ru2','condition':null}]}",
        &details);
    const struct slackaudit_rule *matched = &details.matched_rule;
    expect_text(matched->id, "Ru1");
    expect_text(matched->team_id, "T1");
    expect_text(matched->title, "Few scopes");
    expect_text(matched->action.resolution.value, "approve");
    expect_value(matched->action.notify, "[{'entity_type':'user'}]");
    expect_text(matched->condition.datatype, "list");
    expect_text(matched->condition.operator_name, "any");
    expect_text(matched->condition.entity_type, "app");
    expect_unknown(&matched->condition.object, "");
    struct slackaudit_rule_term term;
    slackaudit_rule_term_read(slackaudit_value_at(matched->condition.values, 0), &term);
    expect_text(term.field, "scopes");
    expect_value(term.values, "['chat:write']");
    expect_text(term.datatype, "text");
    expect_text(term.operator_name, "contains");
    expect_unknown(&term.object, "new");
    struct slackaudit_rule checked;
    slackaudit_rule_read(slackaudit_value_at(details.rules_checked, 0), &checked);
    expect_text(checked.id, "Ru2");
    ck_assert_int_eq(slackaudit_value_type(checked.condition.object.value), SLACKAUDIT_NULL);
    slackaudit_rule_read(slackaudit_value_at(details.rules_checked, 1), &checked);
    expect_text(checked.id, NULL);
}
END_TEST

START_TEST(attributes_of_a_datastore_are_read)
{
    struct slackaudit_details details;
    _cleanup_document_ *document = read_details(
        "{'datastore_name':'visits','attributes':[{'name':'tags','type':'array','items':{'type':"
        "'string'}}]}",
        &details);
    expect_text(details.datastore_name, "visits");
    struct slackaudit_attribute attribute;
    slackaudit_attribute_read(slackaudit_value_at(details.attributes, 0), &attribute);
    expect_text(attribute.name, "tags");
    expect_text(attribute.type, "array");
    expect_text(attribute.items.type, "string");
}
END_TEST

CHECK_MAIN("details", the_reason_is_a_text_or_a_list, new_and_previous_values_are_of_any_type,
    the_time_of_an_anomaly_is_in_microseconds_whatever_its_unit,
    inviter_and_kicker_are_flat_or_wrapped, an_inviter_that_is_no_user_is_told_apart,
    users_come_as_an_array_or_as_json_in_a_string,
    no_users_are_an_empty_list_and_what_is_no_list_is_refused,
    structs_inside_are_read_and_keep_what_they_do_not_know, rules_and_their_terms_are_read,
    attributes_of_a_datastore_are_read)
