#include "simulator/details.h"

const char *const details_templates[DETAILS_SHAPES][DETAILS_VARIANTS] = {
    [DETAILS_NONE] = {"", "", "", ""},
    [DETAILS_LOGIN] =
        {
            "",
            "{}",
            "{'reason':'$w'}",
            "{'type':'web','is_internal_integration':false,'is_token_rotation_enabled_app':null}",
        },
    [DETAILS_ANOMALY] =
        {
            "{'action_timestamp':$M,'location':'$w','previous_ip_address':'$4','previous_ua':'$g',"
            "'reason':[$r]}",
            "{'action_timestamp':$m,'location':'','previous_ip_address':'','previous_ua':'$g',"
            "'reason':[$r,$r]}",
            "{'action_timestamp':$M,'reason':[]}",
            "{'action_timestamp':$m,'reason':'asn'}",
        },
    [DETAILS_VALUES] =
        {
            "{'new_value':'$w','previous_value':'$w'}",
            "{'new_value':['$k','$k'],'previous_value':[]}",
            "{'new_value':{'type':['ADMINS','OWNERS'],'user':[$j],'subteam':[]},"
            "'previous_value':{'type':['TOPLEVEL_ADMINS']}}",
            "{'new_value':'true','previous_value':['$c']}",
        },
    [DETAILS_USERS] =
        {
            "{'succeeded_users':[$j],'failed_users':[]}",
            "{'succeeded_users':'[$J]','failed_users':'[]'}",
            "{'succeeded_users':[$j],'failed_users':'[$J]'}",
            "{'failed_users':[$j],'total':$n}",
        },
    [DETAILS_INVITER] =
        {
            "{'inviter':$U}",
            "{'inviter':{'type':'user','user':$U}}",
            "{'inviter':$U,'is_external_limited':true,'expires_on':$d}",
            "{'inviter':null}",
        },
    [DETAILS_KICKER] =
        {
            "{'kicker':$U}",
            "{'kicker':{'type':'user','user':$U}}",
            "{'kicker':$U,'reason':'$w'}",
            "{'reason':'$w'}",
        },
    [DETAILS_TEXT] =
        {
            "{'description':'$w','name':'$w'}",
            "{'url_private':'https:\\/\\/files.example.com\\/$f\\/$x','md5':'$x$x$x$x'}",
            "{'text':'$w\\n$w','hidden':false}",
            "",
        },
    [DETAILS_NUMBERS] =
        {
            "{'size':$b,'offset':$N,'ratio':$N}",
            "{'export_id':$b,'progress':[$N,$N,$N],'rows':$n}",
            "{'retention':{'old':$n,'new':$b},'share':$N}",
            "{'duration':$n}",
        },
    [DETAILS_STRUCTURE] =
        {
            "{'permissions':[{'resource':{'type':'DM','grant':{'type':'specific','resource_id':'$c'"
            ",'wildcard':"
            "null}},'permissions':['chat:write',[],{}]}]}",
            "{'channels':['$c','$c','$c'],'workspaces':[[['$t']]],'granular_bot_token':true}",
            "{'scopes':['a','a'],'same':1,'same':2,'':'$w','\\u006bey':'$x'}",
            "{'old_scopes':[],'new_scopes':['files:read','im:history'],'app_owner_id':'$u','date':$"
            "d}",
        },
};
