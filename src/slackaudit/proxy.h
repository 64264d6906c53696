/*
 * The proxy: which one the environment names, and whether it can be one. Private to slackaudit/.
 */
#pragma once

#include "base/error.h"

/* The first that is set and not empty of HTTPS_PROXY, https_proxy, HTTP_PROXY and http_proxy, in
 * the order of Slack's Python SDK; "": none is. HTTP_PROXY is passed over in a CGI program, where
 * a request's header Proxy would set it (CVE-2016-5385). Owned by the environment. `ret_name` is
 * the variable. */
const char *proxy_of_environment(const char **ret_name);

/* NULL when `proxy` can be the address of one: `[SCHEME://][USER[:PASSWORD]@]HOST[:PORT][/]` with a
 * scheme that libcurl speaks to proxies; else what is wrong, without the value: there may be a
 * password in it. What cannot be one would else be told at the first call, as a failure of the
 * connection that is tried again in vain. */
const char *proxy_fault(const char *proxy);
