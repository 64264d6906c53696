#include "slackaudit/entry.h"

#include "slackaudit/problem.h"
#include "slackaudit/record.h"

static const struct field actor_rows[] = {
    FIELD(actor, type),
    FIELD(actor, user),
    FIELD(actor, acting_agent),
    FIELD(actor, agent_message),
};
const struct slackaudit_fields fields_of_actor = TABLE(actor);

static const struct field context_rows[] = {
    FIELD(context, location),
    FIELD(context, ua),
    FIELD(context, ip_address),
    FIELD(context, session_id),
    FIELD(context, app),
};
const struct slackaudit_fields fields_of_context = TABLE(context);

static const struct field entry_rows[] = {
    FIELD(entry, id),
    FIELD(entry, date_create),
    FIELD(entry, action),
    FIELD(entry, actor),
    FIELD(entry, entity),
    FIELD(entry, context),
    FIELD(entry, details),
};
const struct slackaudit_fields fields_of_entry = TABLE(entry);

void slackaudit_entry_read(const struct slackaudit_value *value, struct slackaudit_entry *ret_entry)
{
    record_read(&fields_of_entry, value, ret_entry);
}

int slackaudit_entry_parse(struct slackaudit_document **ret_document,
    struct slackaudit_entry *ret_entry, const char *data, size_t size,
    struct slackaudit_problem *problem)
{
    if (ret_entry == NULL)
        return problem_of_null(problem, "ret_entry");
    int code = slackaudit_document_parse(ret_document, data, size, problem);
    if (code == SLACKAUDIT_OK)
        slackaudit_entry_read(slackaudit_document_root(*ret_document), ret_entry);
    return code;
}
