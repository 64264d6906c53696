/*
 * The library from C++17: the headers declare C functions, and an engine and a client come and go.
 * With SLACKAUDIT_BASE_URL set it makes one call.
 */
#include <slackaudit/slackaudit.h>

#include <cstdlib>
#include <iostream>
#include <memory>

namespace
{
template <auto release> struct Release {
    template <typename T> void operator()(T *object) const
    {
        release(object);
    }
};
using Engine = std::unique_ptr<slackaudit_engine, Release<slackaudit_engine_free>>;
using Client = std::unique_ptr<slackaudit_client, Release<slackaudit_client_free>>;
using Response = std::unique_ptr<slackaudit_response, Release<slackaudit_response_free>>;

int call(slackaudit_client *client)
{
    slackaudit_problem problem{};
    slackaudit_query query{};
    slackaudit_response *made = nullptr;
    query.has_limit = true;
    query.limit = 10;
    if (slackaudit_logs(client, &query, &made, &problem) < 0) {
        std::cerr << problem.text << '\n';
        return 1;
    }
    const Response response{made};
    return slackaudit_response_answer(response.get())->status == 200 ? 0 : 1;
}
} // namespace

int main()
{
    const char *base_url = std::getenv("SLACKAUDIT_BASE_URL");
    const char *token = std::getenv("SLACKAUDIT_TOKEN");
    slackaudit_problem problem{};
    slackaudit_engine *engine = nullptr;
    if (slackaudit_engine_new(&engine, nullptr, &problem) < 0) {
        std::cerr << problem.text << '\n';
        return 1;
    }
    const Engine owned_engine{engine};
    slackaudit_options options{};
    options.size = sizeof(options);
    options.token = token != nullptr ? token : "xoxp-none";
    options.base_url = base_url;
    slackaudit_client *client = nullptr;
    if (slackaudit_client_new(&client, engine, &options, &problem) < 0) {
        std::cerr << problem.text << '\n';
        return 1;
    }
    const Client owned_client{client};
    return base_url != nullptr ? call(client) : 0;
}
