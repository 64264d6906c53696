/* Addresses: their forms, their default ports, and what may not stand in them. */
#include "config_test.h"

#include "config/address.h"

START_TEST(syslog_addresses_have_four_schemes)
{
    static const struct {
        const char *address;
        enum config_transport transport;
        const char *host;
        int port;
    } good[] = {
        {"udp://log.example.com", CONFIG_TRANSPORT_UDP, "log.example.com", 514},
        {"udp://10.0.0.1:1514", CONFIG_TRANSPORT_UDP, "10.0.0.1", 1514},
        {"tcp://log", CONFIG_TRANSPORT_TCP, "log", 514},
        {"TLS://log", CONFIG_TRANSPORT_TLS, "log", 6514},
        {"tls://[2001:db8::1]", CONFIG_TRANSPORT_TLS, "2001:db8::1", 6514},
        {"tcp://[::1]:65535", CONFIG_TRANSPORT_TCP, "::1", 65535},
        {"unix:///dev/log", CONFIG_TRANSPORT_UNIX, "/dev/log", 0},
        {"unix:/dev/log", CONFIG_TRANSPORT_UNIX, "/dev/log", 0},
        {"unix:run/log", CONFIG_TRANSPORT_UNIX, "run/log", 0},
    };
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        char keys[128];
        (void)snprintf(keys, sizeof(keys), "type: syslog, address: \"%s\"", good[i].address);
        struct config *config = parse_output(keys);
        ck_assert_int_eq(config->outputs[0].syslog.transport, good[i].transport);
        ck_assert_str_eq(config->outputs[0].syslog.host, good[i].host);
        ck_assert_int_eq(config->outputs[0].syslog.port, good[i].port);
        config_free(config);
    }
}
END_TEST

START_TEST(wrong_syslog_addresses_say_what_is_wrong)
{
    static const struct {
        const char *address, *problem;
    } wrong[] = {
        {"log.example.com:514", "must be an address such as https://host:port"},
        {"http://log", "must begin with udp://, tcp://, tls:// or unix://"},
        {"udp://", "must have a host name or an IP address"},
        {"udp://log:0", "must have a port of 1 to 65535 behind the colon"},
        {"udp://log:", "must have a port of 1 to 65535 behind the colon"},
        {"udp://log:65536", "must have a port of 1 to 65535 behind the colon"},
        {"udp://log:+1", "must have a port of 1 to 65535 behind the colon"},
        {"udp://::1", "must have an IPv6 address in brackets"},
        {"udp://[::1", "must close the bracket of its IPv6 address"},
        {"udp://[::g]", "must have an IPv6 address inside the brackets"},
        {"udp://[::1]x", "must have nothing but a port behind the host"},
        {"udp://10.1", "must have a host name or an IP address"},
        {"udp://256.0.0.1", "must have a host name or an IP address"},
        {"udp://0x7f.1", "must have a host name or an IP address"},
        {"udp://log/", "must end behind the host and port"},
        {"udp://u:p@log", "must not hold user information; syslog has none"},
        {"udp://l og",
            "must be an address without spaces, backslashes, quotes or characters beyond ASCII"},
        {"udp://lög",
            "must be an address without spaces, backslashes, quotes or characters beyond ASCII"},
        {"unix://dev/log", "must be unix:// and the path of a socket, at most 107 bytes"},
        {"unix:", "must be unix:// and the path of a socket, at most 107 bytes"},
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        char keys[128], problem[160];
        (void)snprintf(keys, sizeof(keys), "type: syslog, address: \"%s\"", wrong[i].address);
        (void)snprintf(problem, sizeof(problem), "outputs[0].address: %s", wrong[i].problem);
        expect_output_problem(keys, "\"", problem);
    }
}
END_TEST

START_TEST(the_path_of_a_socket_is_bounded)
{
    char address[128] = "unix:/";
    memset(address + 6, 's', 106);
    ck_assert_ptr_nonnull(config_address_unix_path(address));
    address[112] = 's';
    ck_assert_ptr_null(config_address_unix_path(address));
}
END_TEST

START_TEST(the_address_of_the_api_is_completed_and_checked)
{
    struct config *config = parse_source("base_url: https://api.example.com/audit/v1");
    ck_assert_str_eq(config->sources[0].base_url, "https://api.example.com/audit/v1/");
    config_free(config);
    static const struct {
        const char *address, *problem;
    } wrong[] = {
        {"https://u:p@api.example.com/",
            "must not hold user information; a token or a header carries the secret"},
        {"http://api.example.com/",
            "must begin with https://: http:// to another host shows the secret to the network "
            "(insecure_http: true allows it)"},
        {"ftp://api.example.com/", "must begin with https:// (or http://)"},
        {"https://api.example.com/?a=b", "must not hold a query (?)"},
        {"https://api.example.com/#a", "must not hold a fragment (#)"},
        {"api.example.com", "must be an address such as https://host:port"},
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        char key[128], problem[200];
        (void)snprintf(key, sizeof(key), "base_url: %s", wrong[i].address);
        (void)snprintf(problem, sizeof(problem), "sources[0].base_url: %s", wrong[i].problem);
        expect_source_problem(key, wrong[i].address, problem);
    }
}
END_TEST

START_TEST(plain_http_is_for_loopback_or_for_those_who_say_so)
{
    static const char *const loopback[] = {"http://localhost:80/", "http://LOCALHOST/",
        "http://127.0.0.1:9/", "http://127.255.0.9/", "http://[::1]:80/",
        "http://[0:0:0:0:0:0:0:1]/"};
    for (size_t i = 0; i < sizeof(loopback) / sizeof(loopback[0]); i++)
        ck_assert_ptr_null(config_address_http_fault(loopback[i], false));
    static const char *const elsewhere[] = {"http://localhost.example.com/", "http://128.0.0.1/",
        "http://127.0.0.1.example.com/", "http://[::2]/", "http://[::ffff:127.0.0.1]/",
        "http://xlocalhost/", "http://127.example/"};
    for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++) {
        ck_assert_ptr_nonnull(config_address_http_fault(elsewhere[i], false));
        ck_assert_ptr_null(config_address_http_fault(elsewhere[i], true));
    }
    /* The switch stands beside the address, before or behind it. */
    config_free(parse_output("type: http, url: \"http://c.example.com\", insecure_http: true"));
    config_free(parse_output("type: http, insecure_http: true, url: \"http://c.example.com\""));
    expect_output_problem("type: http, url: \"http://c.example.com\"", "\"http://c.example.com\"",
        "outputs[0].url: must begin with https://: http:// to another host shows the secret to the "
        "network (insecure_http: true allows it)");
}
END_TEST

START_TEST(a_proxy_may_be_absent_off_plain_or_secret)
{
    struct config *config = parse_source("proxy: \"\"");
    ck_assert(config->sources[0].has_proxy);
    ck_assert_int_eq(config->sources[0].proxy.kind, SECRET_NONE);
    config_free(config);
    config = parse_source("proxy: socks5h://proxy:1080");
    ck_assert(config->sources[0].has_proxy);
    ck_assert_str_eq(config->sources[0].proxy.name, "socks5h://proxy:1080");
    config_free(config);
    config = parse_source("proxy: {file: /etc/proxy}");
    ck_assert_int_eq(config->sources[0].proxy.kind, SECRET_FILE);
    config_free(config);
    config = parse_source("timeout: 30s");
    ck_assert(!config->sources[0].has_proxy);
    config_free(config);
    expect_source_problem("proxy: http://u:p@proxy:1", "http",
        "sources[0].proxy: must not hold user information; keep the whole address as a secret "
        "instead");
    expect_source_problem("proxy: ftp://proxy:1", "ftp",
        "sources[0].proxy: must begin with http://, https://, socks5:// or socks5h://");
    expect_source_problem(
        "proxy: http://proxy:1/x", "http", "sources[0].proxy: must end behind the host and port");
    ck_assert_ptr_null(config_address_proxy_fault("http://u:p@proxy:1", true));
}
END_TEST

START_TEST(the_control_socket_is_a_path_behind_unix)
{
    struct config *config = parse_good(A_SOURCE AN_OUTPUT "control: unix:/run/x.sock\n");
    ck_assert_str_eq(config->control, "/run/x.sock");
    config_free(config);
    expect_problem(A_SOURCE AN_OUTPUT "control: /run/x.sock\n", 3, 10,
        "control: must be unix: and the path of a socket, at most 107 bytes");
    expect_problem(A_SOURCE AN_OUTPUT "control: \"127.0.0.1:1\"\n", 3, 10,
        "control: must be unix: and the path of a socket, at most 107 bytes");
}
END_TEST

CHECK_MAIN("config addresses", syslog_addresses_have_four_schemes,
    wrong_syslog_addresses_say_what_is_wrong, the_path_of_a_socket_is_bounded,
    the_address_of_the_api_is_completed_and_checked,
    plain_http_is_for_loopback_or_for_those_who_say_so, a_proxy_may_be_absent_off_plain_or_secret,
    the_control_socket_is_a_path_behind_unix)
