/* What an action is done to: every type of entity in its struct, and the types that this version
 * does not know, kept whole. */
#include "slackaudit/entity.h"

#include "check_main.h"
#include "typed_case.h"

/* An entry around it, since an entity is read with its entry. */
static struct slackaudit_document *read_entity(
    const char *quoted, struct slackaudit_entity *ret_entity)
{
    struct slackaudit_entry entry;
    struct slackaudit_document *document = read_member("entity", quoted, &entry);
    *ret_entity = entry.entity;
    return document;
}

START_TEST(a_user_is_read)
{
    struct slackaudit_entity entity;
    _cleanup_document_ *document = read_entity(
        "{'type':'user','user':{'id':'W1','name':'Ada','email':'ada@example.com','team':'T1'}}",
        &entity);
    ck_assert_int_eq(entity.kind, SLACKAUDIT_ENTITY_USER);
    expect_text(entity.user.id, "W1");
    expect_text(entity.user.name, "Ada");
    expect_text(entity.user.email, "ada@example.com");
    expect_text(entity.user.team, "T1");
    ck_assert_ptr_null(entity.user.wrapper);
    ck_assert_ptr_eq(entity.user.object.value, entity.value);
}
END_TEST

START_TEST(a_workspace_and_an_enterprise_are_read)
{
    struct slackaudit_entity entity;
    _cleanup_document_ *workspace = read_entity(
        "{'type':'workspace','workspace':{'id':'T1','name':'Docks','domain':'docks'}}", &entity);
    ck_assert_int_eq(entity.kind, SLACKAUDIT_ENTITY_WORKSPACE);
    expect_text(entity.workspace.id, "T1");
    expect_text(entity.workspace.name, "Docks");
    expect_text(entity.workspace.domain, "docks");
    expect_text(entity.workspace.type, NULL);
    _cleanup_document_ *enterprise = read_entity(
        "{'type':'enterprise','enterprise':{'id':'E1','name':'All','domain':'all'}}", &entity);
    ck_assert_int_eq(entity.kind, SLACKAUDIT_ENTITY_ENTERPRISE);
    expect_text(entity.enterprise.id, "E1");
}
END_TEST

START_TEST(a_channel_is_read)
{
    struct slackaudit_entity entity;
    _cleanup_document_ *document = read_entity(
        "{'type':'channel','channel':{'id':'C1','privacy':'private','name':'ops','is_shared':false,"
        "'is_org_shared':true,'teams_shared_with':['T1','T2'],'original_connected_channel_id':null,"
        "'is_salesforce_channel':false}}",
        &entity);
    ck_assert_int_eq(entity.kind, SLACKAUDIT_ENTITY_CHANNEL);
    expect_text(entity.channel.id, "C1");
    expect_text(entity.channel.privacy, "private");
    expect_text(entity.channel.name, "ops");
    expect_flag(entity.channel.is_shared, false);
    expect_flag(entity.channel.is_org_shared, true);
    expect_value(entity.channel.teams_shared_with, "['T1','T2']");
    ck_assert(slackaudit_value_has(entity.channel.teams_shared_with, "T2"));
    expect_text(entity.channel.original_connected_channel_id, NULL);
    ck_assert_int_eq(entity.channel.original_connected_channel_id.type, SLACKAUDIT_NULL);
    expect_flag(entity.channel.is_salesforce_channel, false);
}
END_TEST

START_TEST(a_file_is_read)
{
    struct slackaudit_entity entity;
    _cleanup_document_ *document = read_entity(
        "{'type':'file','file':{'id':'F1','name':'a.pdf','filetype':'application\\/pdf',"
        "'title':''}}",
        &entity);
    ck_assert_int_eq(entity.kind, SLACKAUDIT_ENTITY_FILE);
    expect_text(entity.file.id, "F1");
    expect_text(entity.file.name, "a.pdf");
    expect_text(entity.file.filetype, "application/pdf");
    expect_text(entity.file.title, "");
}
END_TEST

START_TEST(an_app_is_read)
{
    struct slackaudit_entity entity;
    _cleanup_document_ *document = read_entity(
        "{'type':'app','app':{'id':'A1','name':'Bot','is_distributed':true,'is_directory_approved':"
        "false,'is_workflow_app':false,'scopes':['chat:write'],'scopes_bot':[],'creator':'U1',"
        "'team':'T1'}}",
        &entity);
    ck_assert_int_eq(entity.kind, SLACKAUDIT_ENTITY_APP);
    expect_text(entity.app.id, "A1");
    expect_text(entity.app.name, "Bot");
    expect_flag(entity.app.is_distributed, true);
    expect_flag(entity.app.is_directory_approved, false);
    expect_flag(entity.app.is_workflow_app, false);
    expect_value(entity.app.scopes, "['chat:write']");
    expect_value(entity.app.scopes_bot, "[]");
    expect_text(entity.app.creator, "U1");
    expect_text(entity.app.team, "T1");
}
END_TEST

START_TEST(a_usergroup_a_role_and_an_account_type_role_are_read)
{
    struct slackaudit_entity entity;
    _cleanup_document_ *usergroup =
        read_entity("{'type':'usergroup','usergroup':{'id':'S1','name':'oncall'}}", &entity);
    ck_assert_int_eq(entity.kind, SLACKAUDIT_ENTITY_USERGROUP);
    expect_text(entity.usergroup.id, "S1");
    expect_text(entity.usergroup.name, "oncall");
    _cleanup_document_ *role =
        read_entity("{'type':'role','role':{'id':'Rl1','name':'auditor','type':'org'}}", &entity);
    ck_assert_int_eq(entity.kind, SLACKAUDIT_ENTITY_ROLE);
    expect_text(entity.role.id, "Rl1");
    expect_text(entity.role.name, "auditor");
    expect_text(entity.role.type, "org");
    _cleanup_document_ *account = read_entity(
        "{'type':'account_type_role','account_type_role':{'id':'Rl2','name':'Org Owner'}}",
        &entity);
    ck_assert_int_eq(entity.kind, SLACKAUDIT_ENTITY_ACCOUNT_TYPE_ROLE);
    expect_text(entity.account_type_role.id, "Rl2");
    expect_text(entity.account_type_role.name, "Org Owner");
}
END_TEST

START_TEST(a_workflow_of_both_versions_is_read_and_its_steps)
{
    struct slackaudit_entity entity;
    _cleanup_document_ *first = read_entity(
        "{'type':'workflow','workflow':{'id':'Wf1','name':'Hello','domain':'docks'}}", &entity);
    ck_assert_int_eq(entity.kind, SLACKAUDIT_ENTITY_WORKFLOW);
    expect_text(entity.workflow.id, "Wf1");
    expect_text(entity.workflow.name, "Hello");
    expect_text(entity.workflow.domain, "docks");
    _cleanup_document_ *second = read_entity(
        "{'type':'workflow_v2','workflow_v2':{'id':'Wf2','app_id':'A1','date_updated':1700000000,"
        "'callback_id':'cb','name':'Greet','updated_by':'U1','step_configuration':[{'name':'send',"
        "'step_function_type':'app','step_function_app_id':'A2','new':1},'odd']}}",
        &entity);
    ck_assert_int_eq(entity.kind, SLACKAUDIT_ENTITY_WORKFLOW_V2);
    expect_text(entity.workflow_v2.id, "Wf2");
    expect_text(entity.workflow_v2.app_id, "A1");
    expect_integer(entity.workflow_v2.date_updated, 1700000000);
    expect_text(entity.workflow_v2.callback_id, "cb");
    expect_text(entity.workflow_v2.name, "Greet");
    expect_text(entity.workflow_v2.updated_by, "U1");

    struct slackaudit_workflow_step step;
    const struct slackaudit_value *steps = entity.workflow_v2.step_configuration;
    slackaudit_workflow_step_read(slackaudit_value_at(steps, 0), &step);
    expect_text(step.name, "send");
    expect_text(step.step_function_type, "app");
    expect_text(step.step_function_app_id, "A2");
    expect_unknown(&step.object, "new");
    slackaudit_workflow_step_read(slackaudit_value_at(steps, 1), &step);
    expect_text(step.name, NULL);
    expect_value(step.object.value, "'odd'");
}
END_TEST

START_TEST(a_message_and_a_huddle_are_read)
{
    struct slackaudit_entity entity;
    _cleanup_document_ *message = read_entity(
        "{'type':'message','message':{'team':'T1','channel':'C1','timestamp':'1700000000.000200'}}",
        &entity);
    ck_assert_int_eq(entity.kind, SLACKAUDIT_ENTITY_MESSAGE);
    expect_text(entity.message.team, "T1");
    expect_text(entity.message.channel, "C1");
    expect_text(entity.message.timestamp, "1700000000.000200");
    expect_text(slackaudit_entity_id(&entity), NULL);
    _cleanup_document_ *huddle =
        read_entity("{'type':'huddle','huddle':{'id':'R1','date_start':1700000000,'date_end':0,"
                    "'participants':['U1','U2']}}",
            &entity);
    ck_assert_int_eq(entity.kind, SLACKAUDIT_ENTITY_HUDDLE);
    expect_text(entity.huddle.id, "R1");
    expect_integer(entity.huddle.date_start, 1700000000);
    expect_integer(entity.huddle.date_end, 0);
    expect_value(entity.huddle.participants, "['U1','U2']");
}
END_TEST

START_TEST(a_barrier_and_a_list_are_read)
{
    struct slackaudit_entity entity;
    _cleanup_document_ *barrier = read_entity(
        "{'type':'barrier','barrier':{'id':'B1','primary_usergroup':'S1','barriered_from_"
        "usergroups':['S2','S3'],'restricted_subjects':['im','mpim','call']}}",
        &entity);
    ck_assert_int_eq(entity.kind, SLACKAUDIT_ENTITY_BARRIER);
    expect_text(entity.barrier.id, "B1");
    expect_text(entity.barrier.primary_usergroup, "S1");
    expect_value(entity.barrier.barriered_from_usergroups, "['S2','S3']");
    expect_value(entity.barrier.restricted_subjects, "['im','mpim','call']");
    _cleanup_document_ *list = read_entity(
        "{'type':'list','list':{'id':'F2','name':'todo','title':'To do','columns':[[]]}}", &entity);
    ck_assert_int_eq(entity.kind, SLACKAUDIT_ENTITY_LIST);
    expect_text(entity.list.id, "F2");
    expect_text(entity.list.name, "todo");
    expect_text(entity.list.title, "To do");
    expect_unknown(&entity.list.object, "columns");
}
END_TEST

START_TEST(a_function_and_an_external_token_are_read)
{
    struct slackaudit_entity entity;
    _cleanup_document_ *function = read_entity(
        "{'type':'function','function':{'id':'Fn1','callback_id':'cb','title':'Send',"
        "'description':'Sends','type':'app','input_parameters':[],'output_parameters':[{'name':'x',"
        "'required':true}],'app_id':'A1'}}",
        &entity);
    ck_assert_int_eq(entity.kind, SLACKAUDIT_ENTITY_FUNCTION);
    expect_text(entity.function.id, "Fn1");
    expect_text(entity.function.callback_id, "cb");
    expect_text(entity.function.title, "Send");
    expect_text(entity.function.description, "Sends");
    expect_text(entity.function.type, "app");
    expect_value(entity.function.input_parameters, "[]");
    expect_value(entity.function.output_parameters, "[{'name':'x','required':true}]");
    expect_text(entity.function.app_id, "A1");
    _cleanup_document_ *token = read_entity(
        "{'type':'external_auth_oauth2_token','external_auth_oauth2_token':{'id':'Et1',"
        "'provider_name':'Drive','provider_key':'drive','last_modified_by':'U1','app_id':'A1',"
        "'external_user_id':900719925474099312}}",
        &entity);
    ck_assert_int_eq(entity.kind, SLACKAUDIT_ENTITY_EXTERNAL_AUTH_OAUTH2_TOKEN);
    expect_text(entity.external_auth_oauth2_token.id, "Et1");
    expect_text(entity.external_auth_oauth2_token.provider_name, "Drive");
    expect_text(entity.external_auth_oauth2_token.provider_key, "drive");
    expect_text(entity.external_auth_oauth2_token.last_modified_by, "U1");
    expect_text(entity.external_auth_oauth2_token.app_id, "A1");
    expect_value(entity.external_auth_oauth2_token.external_user_id, "900719925474099312");
}
END_TEST

/* With every type: its id and name, the new member of its object and the one beside that. */
START_TEST(every_type_has_id_name_and_unknown_members)
{
    static const char *const types[] = {
        [SLACKAUDIT_ENTITY_UNKNOWN] = "hologram",
        [SLACKAUDIT_ENTITY_USER] = "user",
        [SLACKAUDIT_ENTITY_WORKSPACE] = "workspace",
        [SLACKAUDIT_ENTITY_ENTERPRISE] = "enterprise",
        [SLACKAUDIT_ENTITY_CHANNEL] = "channel",
        [SLACKAUDIT_ENTITY_FILE] = "file",
        [SLACKAUDIT_ENTITY_APP] = "app",
        [SLACKAUDIT_ENTITY_USERGROUP] = "usergroup",
        [SLACKAUDIT_ENTITY_WORKFLOW] = "workflow",
        [SLACKAUDIT_ENTITY_WORKFLOW_V2] = "workflow_v2",
        [SLACKAUDIT_ENTITY_MESSAGE] = "message",
        [SLACKAUDIT_ENTITY_HUDDLE] = "huddle",
        [SLACKAUDIT_ENTITY_ROLE] = "role",
        [SLACKAUDIT_ENTITY_ACCOUNT_TYPE_ROLE] = "account_type_role",
        [SLACKAUDIT_ENTITY_BARRIER] = "barrier",
        [SLACKAUDIT_ENTITY_LIST] = "list",
        [SLACKAUDIT_ENTITY_FUNCTION] = "function",
        [SLACKAUDIT_ENTITY_EXTERNAL_AUTH_OAUTH2_TOKEN] = "external_auth_oauth2_token",
    };
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        char text[256];
        (void)snprintf(text, sizeof(text),
            "{'beside':1,'type':'%s','%s':{'id':'X1','name':'x','colour':'ultraviolet'}}", types[i],
            types[i]);
        struct slackaudit_entity entity;
        _cleanup_document_ *document = read_entity(text, &entity);
        ck_assert_int_eq(entity.kind, i);
        expect_text(entity.type, types[i]);
        expect_value(entity.value, "{'id':'X1','name':'x','colour':'ultraviolet'}");
        expect_text(slackaudit_entity_id(&entity), "X1");
        expect_text(slackaudit_entity_name(&entity), "x");
        expect_unknown(&entity.object, "beside");
        if (i != SLACKAUDIT_ENTITY_UNKNOWN) {
            ck_assert_ptr_eq(entity.user.object.value, entity.value);
            bool has_name = i != SLACKAUDIT_ENTITY_MESSAGE && i != SLACKAUDIT_ENTITY_HUDDLE &&
                            i != SLACKAUDIT_ENTITY_BARRIER && i != SLACKAUDIT_ENTITY_FUNCTION &&
                            i != SLACKAUDIT_ENTITY_EXTERNAL_AUTH_OAUTH2_TOKEN;
            expect_unknown(&entity.user.object, i == SLACKAUDIT_ENTITY_MESSAGE ? "id name colour"
                                                : has_name                     ? "colour"
                                                                               : "name colour");
        } else {
            ck_assert_ptr_null(entity.user.object.value);
        }
    }
}
END_TEST

START_TEST(an_entity_without_its_member_or_its_type_is_no_failure)
{
    static const struct {
        const char *text;
        enum slackaudit_entity_kind kind;
        enum slackaudit_type type, value;
        const char *unknown;
    } cases[] = {
        {"null", SLACKAUDIT_ENTITY_UNKNOWN, SLACKAUDIT_ABSENT, SLACKAUDIT_ABSENT, ""},
        {"[]", SLACKAUDIT_ENTITY_UNKNOWN, SLACKAUDIT_ABSENT, SLACKAUDIT_ABSENT, ""},
        {"{}", SLACKAUDIT_ENTITY_UNKNOWN, SLACKAUDIT_ABSENT, SLACKAUDIT_ABSENT, ""},
        {"{'type':'user'}", SLACKAUDIT_ENTITY_USER, SLACKAUDIT_STRING, SLACKAUDIT_ABSENT, ""},
        {"{'type':'user','user':null}", SLACKAUDIT_ENTITY_USER, SLACKAUDIT_STRING, SLACKAUDIT_NULL,
            ""},
        {"{'type':'user','user':'U1'}", SLACKAUDIT_ENTITY_USER, SLACKAUDIT_STRING,
            SLACKAUDIT_STRING, ""},
        {"{'type':'user','app':{}}", SLACKAUDIT_ENTITY_USER, SLACKAUDIT_STRING, SLACKAUDIT_ABSENT,
            "app"},
        {"{'user':{'id':'U1'}}", SLACKAUDIT_ENTITY_UNKNOWN, SLACKAUDIT_ABSENT, SLACKAUDIT_ABSENT,
            "user"},
        {"{'type':7,'7':{}}", SLACKAUDIT_ENTITY_UNKNOWN, SLACKAUDIT_INTEGER, SLACKAUDIT_ABSENT,
            "7"},
        {"{'type':'','':{}}", SLACKAUDIT_ENTITY_UNKNOWN, SLACKAUDIT_STRING, SLACKAUDIT_OBJECT, ""},
        {"{'type':'user\\u0000','user':{}}", SLACKAUDIT_ENTITY_UNKNOWN, SLACKAUDIT_STRING,
            SLACKAUDIT_ABSENT, "user"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct slackaudit_entity entity;
        _cleanup_document_ *document = read_entity(cases[i].text, &entity);
        ck_assert_int_eq(entity.kind, cases[i].kind);
        ck_assert_int_eq(entity.type.type, cases[i].type);
        ck_assert_int_eq(slackaudit_value_type(entity.value), cases[i].value);
        expect_unknown(&entity.object, cases[i].unknown);
        expect_text(slackaudit_entity_id(&entity), NULL);
    }
    expect_text(slackaudit_entity_id(NULL), NULL);
    expect_text(slackaudit_entity_name(NULL), NULL);
}
END_TEST

CHECK_MAIN("entity", a_user_is_read, a_workspace_and_an_enterprise_are_read, a_channel_is_read,
    a_file_is_read, an_app_is_read, a_usergroup_a_role_and_an_account_type_role_are_read,
    a_workflow_of_both_versions_is_read_and_its_steps, a_message_and_a_huddle_are_read,
    a_barrier_and_a_list_are_read, a_function_and_an_external_token_are_read,
    every_type_has_id_name_and_unknown_members,
    an_entity_without_its_member_or_its_type_is_no_failure)
