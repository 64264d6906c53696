/*
 * Everything an entry is put together from, prepared once: compiled templates for actors, entities,
 * contexts and details, and the organization's users and workspaces. Immutable afterwards, so
 * threads may share it.
 *
 * The markers of the templates (filled in by simulator/entry.c):
 *
 *     $A the actor's user   $e the entity's user    $U any user           $u any user's id
 *     $i the entity's id    $c a channel's id       $t a workspace's id   $f a file's id
 *     $s a user group's id  $p an app's id          $L a workspace        $w a title
 *     $k a slug             $g a user agent         $4 an IPv4 address    $6 an IPv6 address
 *     $d date_create        $m it in milliseconds   $M in microseconds    $x 8 hexadecimal digits
 *     $n a small integer    $b one past 2^53        $N an odd spelling    $r an anomaly's reason
 *     $j two users' ids     $J the same inside a string
 */
#pragma once

#include "simulator/details.h"
#include "simulator/entities.h"
#include "simulator/template.h"

enum {
    VOCABULARY_USERS = 200,
    VOCABULARY_SLACKUSER = VOCABULARY_USERS, /* USLACKUSER: nobody did it */
    VOCABULARY_SLACKSECURITY,                /* USLACKSECURITY */
    VOCABULARY_ACTORS,
    VOCABULARY_WORKSPACES = 12,
    VOCABULARY_ACTOR_FORMS = 2,
    VOCABULARY_CONTEXT_FORMS = 8,
};

struct vocabulary {
    uint64_t seed;
    struct text_template entities[ENTITY_TYPES];
    struct text_template details[DETAILS_SHAPES][DETAILS_VARIANTS];
    struct text_template actors[VOCABULARY_ACTOR_FORMS]; /* the common form first */
    struct text_template contexts[VOCABULARY_CONTEXT_FORMS];
    struct slice users[VOCABULARY_ACTORS]; /* {"id":...,"name":...,...} */
    struct slice user_ids[VOCABULARY_ACTORS];
    struct slice workspaces[VOCABULARY_WORKSPACES]; /* {"type":"workspace","id":...,...} */
    struct slice workspace_ids[VOCABULARY_WORKSPACES];
    char *texts; /* owned; the slices point into it */
};

/* Returns 0, ERROR_MEMORY, or ERROR_LIMIT when the tables have outgrown the memory set aside for
 * them. */
int vocabulary_new(struct vocabulary **ret_vocabulary, uint64_t seed);
void vocabulary_free(struct vocabulary *vocabulary);

/* Writes an id as Slack shapes them: the prefix and eight capitals or digits taken from `number`.
 */
void vocabulary_write_id(struct writer *writer, const char *prefix, uint64_t number);
