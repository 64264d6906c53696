/*
 * All of libslackaudit. Begin with client.h and sync.h.
 *
 * Public header of libslackaudit: plain C11 and C++17.
 */
#pragma once

#include "slackaudit/body.h"
#include "slackaudit/calls.h"
#include "slackaudit/client.h"
#include "slackaudit/common.h"
#include "slackaudit/details.h"
#include "slackaudit/engine.h"
#include "slackaudit/entity.h"
#include "slackaudit/entries.h"
#include "slackaudit/entry.h"
#include "slackaudit/field.h"
#include "slackaudit/page.h"
#include "slackaudit/response.h"
#include "slackaudit/retry.h"
#include "slackaudit/sync.h"
#include "slackaudit/value.h"
