/*
 * A walk through all entries of a query against the scene's server: pages that a test answers with,
 * and what the iterator told and asked for, each as one text.
 */
#pragma once

#include "slackaudit/entries.h"

#include "slackaudit/client_scene.h"

struct walk {
    struct scene scene;
    struct slackaudit_entries *entries;
    char ids[256]; /* of what was told, in order */
    char requests[2048];
    unsigned ready;
};

static inline void on_ready(void *user)
{
    ((struct walk *)user)->ready++;
}

static inline void walk_init(struct walk *walk)
{
    *walk = (struct walk){0};
    scene_init(&walk->scene);
}

static inline void walk_deinit(struct walk *walk)
{
    slackaudit_entries_free(walk->entries);
    scene_deinit(&walk->scene);
}

static inline void walk_begin(struct walk *walk, const struct slackaudit_query *query)
{
    scene_client(&walk->scene, NULL);
    struct slackaudit_problem problem = {0};
    int code = slackaudit_entries_new(&walk->entries, walk->scene.client, query, false, &problem);
    ck_assert_msg(code == 0, "%s", problem.text);
    slackaudit_entries_on_ready(walk->entries, on_ready, walk);
}

/* A page of entries "ID:SECOND ID:SECOND", an id or a time left out where it is "-". */
static inline void answer_page(
    struct walk *walk, const char *headers, const char *list, const char *next_cursor)
{
    struct buffer body = BUFFER_INIT(KIB(64));
    ck_assert_int_eq(buffer_append_text(&body, "{\"entries\":["), 0);
    char copy[512];
    (void)snprintf(copy, sizeof(copy), "%s", list);
    const char *separator = "";
    for (char *item = strtok(copy, " "); item != NULL; item = strtok(NULL, " ")) {
        char *time = strchr(item, ':');
        *time++ = '\0';
        ck_assert_int_ge(buffer_printf(&body, "%s{\"action\":\"a\"", separator), 0);
        if (*item != '-')
            ck_assert_int_ge(buffer_printf(&body, ",\"id\":\"%s\"", item), 0);
        if (*time != '-')
            ck_assert_int_ge(buffer_printf(&body, ",\"date_create\":%s", time), 0);
        ck_assert_int_eq(buffer_append_text(&body, "}"), 0);
        separator = ",";
    }
    ck_assert_int_ge(
        buffer_printf(&body, "],\"response_metadata\":{\"next_cursor\":\"%s\"}}", next_cursor), 0);
    scene_answer(&walk->scene, "200 OK", headers, buffer_text(&body));
    buffer_deinit(&body);
}

static inline void refuse_cursor(struct walk *walk)
{
    scene_answer(&walk->scene, "400 Bad Request", "", "<html>no</html>");
}

/* Turns until the iterator answers something else than WAIT, and notes it. */
static inline int walk_step(struct walk *walk, struct slackaudit_problem *problem)
{
    struct slackaudit_entry_slice entry;
    int result;
    while ((result = slackaudit_entries_try(walk->entries, &entry, problem)) ==
           SLACKAUDIT_ENTRIES_WAIT) {
        unsigned before = walk->ready;
        while (walk->ready == before)
            scene_turn(&walk->scene);
        const char *request = buffer_text(&walk->scene.server.last_request);
        size_t end = strcspn(request, "\r");
        strncat(walk->requests, request, end);
        strcat(walk->requests, "\n");
    }
    if (result == SLACKAUDIT_ENTRIES_ENTRY) {
        if (entry.id == NULL)
            strcat(walk->ids, "-");
        else
            strncat(walk->ids, entry.id, entry.id_size);
    }
    return result;
}

/* To the end; an error fails the test. */
static inline void walk_all(struct walk *walk)
{
    struct slackaudit_problem problem = {0};
    int result;
    while ((result = walk_step(walk, &problem)) == SLACKAUDIT_ENTRIES_ENTRY)
        continue;
    ck_assert_msg(result == SLACKAUDIT_ENTRIES_END, "%s", problem.text);
}
