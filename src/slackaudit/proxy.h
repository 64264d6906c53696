/*
 * The proxy that the environment names. Private to slackaudit/.
 */
#pragma once

#include "base/error.h"

/* The first that is set and not empty of HTTPS_PROXY, https_proxy, HTTP_PROXY and http_proxy, in
 * the order of Slack's Python SDK; NULL: none is. HTTP_PROXY is passed over in a CGI program, where
 * a request's header Proxy would set it (CVE-2016-5385). Owned by the environment. `ret_name` is
 * the variable. */
const char *proxy_of_environment(const char **ret_name);
