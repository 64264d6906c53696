#include "simulator/entities.h"

const struct entity_kind entity_kinds[ENTITY_TYPES] = {
    [ENTITY_USER] =
        {
            .type = "user",
            .id_prefix = "U",
            .body = "$e",
            .schema = "{'id':'string','name':'string','email':'string','team':'string'}",
        },
    [ENTITY_CHANNEL] =
        {
            .type = "channel",
            .id_prefix = "C",
            .body =
                "{'id':'$i','privacy':'public','name':'$k','is_shared':false,'is_org_shared':true,"
                "'teams_shared_with':['$t','$t'],'original_connected_channel_id':null}",
            .schema = "{'id':'string','privacy':'string','name':'string','is_shared':'boolean',"
                      "'is_org_shared':'boolean','teams_shared_with':'array',"
                      "'original_connected_channel_id':'string'}",
        },
    [ENTITY_FILE] =
        {
            .type = "file",
            .id_prefix = "F",
            .body = "{'id':'$i','name':'$w','filetype':'application\\/pdf','title':'$w'}",
            .schema = "{'id':'string','name':'string','filetype':'string','title':'string'}",
        },
    [ENTITY_APP] =
        {
            .type = "app",
            .id_prefix = "A",
            .body = "{'id':'$i','name':'$w','is_distributed':true,'is_directory_approved':false,"
                    "'is_workflow_app':false,'scopes':['chat:write','users:read'],"
                    "'scopes_bot':[],'creator':'$u','team':'$t'}",
            .schema =
                "{'id':'string','name':'string','is_distributed':'boolean',"
                "'is_directory_approved':'boolean','is_workflow_app':'boolean','scopes':'array',"
                "'scopes_bot':'array','creator':'string','team':'string'}",
        },
    [ENTITY_WORKSPACE] =
        {
            .type = "workspace",
            .id_prefix = "T",
            .body = "{'id':'$i','name':'$w','domain':'$k'}",
            .schema = "{'id':'string','name':'string','domain':'string'}",
        },
    [ENTITY_ENTERPRISE] =
        {
            .type = "enterprise",
            .id_prefix = "E",
            .body = "{'id':'$i','name':'$w','domain':'$k'}",
            .schema = "{'id':'string','name':'string','domain':'string'}",
        },
    [ENTITY_USERGROUP] =
        {
            .type = "usergroup",
            .id_prefix = "S",
            .body = "{'id':'$i','name':'$k'}",
            .schema = "{'id':'string','name':'string'}",
        },
    [ENTITY_WORKFLOW] =
        {
            .type = "workflow",
            .id_prefix = "Wf",
            .body = "{'id':'$i','name':'$w'}",
            .schema = "{'id':'string','name':'string'}",
        },
    [ENTITY_WORKFLOW_V2] =
        {
            .type = "workflow_v2",
            .id_prefix = "Wf",
            .body = "{'id':'$i','app_id':'$p','date_updated':$d,'callback_id':'$x','name':'$w',"
                    "'updated_by':'$u','step_configuration':[{'app_id':'$p','callback_id':'send','"
                    "title':null,"
                    "'timeout':$N}]}",
            .schema =
                "{'id':'string','app_id':'string','date_updated':'integer','callback_id':'string',"
                "'name':'string','updated_by':'string','step_configuration':'array'}",
        },
    [ENTITY_MESSAGE] =
        {
            .type = "message",
            .id_prefix = "C",
            .body = "{'team':'$t','channel':'$i','timestamp':'$d.000200'}",
            .schema = "{'team':'string','channel':'string','timestamp':'string'}",
        },
    [ENTITY_HUDDLE] =
        {
            .type = "huddle",
            .id_prefix = "R",
            .body = "{'id':'$i','date_start':$d,'date_end':0,'participants':[$j]}",
            .schema = "{'id':'string','date_start':'integer','date_end':'integer','participants':'"
                      "array'}",
        },
    [ENTITY_ROLE] =
        {
            .type = "role",
            .id_prefix = "Rl",
            .body = "{'id':'$i','name':'$k','type':'org'}",
            .schema = "{'id':'string','name':'string','type':'string'}",
        },
    [ENTITY_ACCOUNT_TYPE_ROLE] =
        {
            .type = "account_type_role",
            .id_prefix = "Rl",
            .body = "{'id':'$i','name':'Org Owner'}",
            .schema = "{'id':'string','name':'string'}",
        },
    [ENTITY_BARRIER] =
        {
            .type = "barrier",
            .id_prefix = "B",
            .body = "{'id':'$i','primary_usergroup':'$s','barriered_from_usergroups':['$s','$s'],"
                    "'restricted_subjects':['im','mpim','call']}",
            .schema =
                "{'id':'string','primary_usergroup':'string','barriered_from_usergroups':'array',"
                "'restricted_subjects':'array'}",
        },
    [ENTITY_LIST] =
        {
            .type = "list",
            .id_prefix = "F",
            .body =
                "{'id':'$i','name':'$w','title':'$w','columns':[[],{},[{'key':'$x','width':$N}]]}",
            .schema = "{'id':'string','name':'string','title':'string','columns':'array'}",
        },
    [ENTITY_FUNCTION] =
        {
            .type = "function",
            .id_prefix = "Fn",
            .body = "{'id':'$i','callback_id':'$x','title':'$w','description':'$w','type':'app',"
                    "'input_parameters':[],'output_parameters':[{'name':'$x','required':true}],'"
                    "app_id':'$p'}",
            .schema =
                "{'id':'string','callback_id':'string','title':'string','description':'string',"
                "'type':'string','input_parameters':'array','output_parameters':'array',"
                "'app_id':'string'}",
        },
    [ENTITY_OAUTH2_TOKEN] =
        {
            .type = "external_auth_oauth2_token",
            .id_prefix = "Et",
            .body = "{'id':'$i','provider_name':'$w','provider_key':'$x','last_modified_by':'$u',"
                    "'app_id':'$p','external_user_id':$b}",
            .schema = "{'id':'string','provider_name':'string','provider_key':'string',"
                      "'last_modified_by':'string','app_id':'string','external_user_id':'integer'}",
        },
    [ENTITY_UNKNOWN] =
        {
            .type = "hologram",
            .id_prefix = "H",
            .body = "{'id':'$i','colour':'ultraviolet','frames':[[$n,$n],[$N]],'nested':{'hologram'"
                    ":{}}}",
        },
};

static int append_quoted(struct buffer *body, const char *text)
{
    for (; *text != '\0'; text++) {
        int r = buffer_append_byte(body, *text == '\'' ? '"' : *text);
        if (r < 0)
            return r;
    }
    return 0;
}

int entities_append_schemas(struct buffer *body)
{
    int r = buffer_append_text(body, "{\"schemas\":[");
    for (int type = 0; type < ENTITY_TYPES && r == 0; type++) {
        const struct entity_kind *kind = &entity_kinds[type];
        if (kind->schema == NULL)
            continue;
        r = buffer_printf(
            body, "%s{\"type\":\"%s\",\"%s\":", type == 0 ? "" : ",", kind->type, kind->type);
        if (r == 0)
            r = append_quoted(body, kind->schema);
        if (r == 0)
            r = buffer_append_byte(body, '}');
    }
    return r < 0 ? r : buffer_append_text(body, "]}");
}
