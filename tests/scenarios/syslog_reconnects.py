"""A syslog server that is not there at the start, and one that restarts while nothing is being sent:
over TCP, TLS and a Unix socket every message arrives, and none twice, although nobody acknowledges
any."""

from harness import run, settings
from harness.failure import check
from harness.waiting import until


def read_more(daemon, api, servers):
    """Waits until all that the API has by now is delivered."""
    now = api.stats()["now"]
    until(lambda: api.stats()["now"] > now + 1, "another second")
    wanted = api.expected(latest=now)
    for server in servers:
        server.wait_count(len(wanted))
    daemon.wait_delivered()


def scenario(bench):
    authority = bench.authority()
    api = bench.simulator(entries=2000, live=40)
    servers = [bench.syslog_receiver(kind="tcp"), bench.syslog_receiver(kind="unix"),
               bench.syslog_receiver(kind="tls", certificate=authority.certificate())]
    outputs = [settings.syslog_output(server.address, server.kind) for server in servers]
    outputs[2]["tls"] = {"ca_file": str(authority.file)}
    for server in servers:
        server.stop()
    daemon = bench.daemon(sources=[api.source()], outputs=outputs)
    daemon.start()
    daemon.wait_status(lambda now: all(output["failures"] > 1 for output in now["outputs"]),
                       "all outputs to fail")
    for server in servers:
        server.start()
    read_more(daemon, api, servers)

    for _ in range(2):
        api.stop()  # so that nothing is on its way
        daemon.wait_status(lambda now: all(output["state"] == "idle" for output in now["outputs"]),
                           "the outputs to be idle")
        for server in servers:
            server.stop()
            server.start()
        api.start()
        read_more(daemon, api, servers)
    daemon.stop()

    last = api.stats()["now"] - 3
    for server in servers:
        messages = server.messages()
        check(len(set(messages)) == len(messages), f"{server.kind}: a message came twice")
        lost = set(api.expected(latest=last)) - set(messages)
        check(not lost, f"{server.kind}: {len(lost)} messages were lost")


run(scenario)
