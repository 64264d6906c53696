"""rsyslog over TLS gets every entry once, byte for byte, when its certificate is good; one that
is signed by somebody else, or made for another host, gets nothing."""

from harness import judge, run, settings
from harness.failure import check, same

ENTRIES = 5000


def refuses(bench, api, name, certificate, authority):
    server = bench.syslog_receiver(kind="tls", certificate=certificate)
    daemon = bench.daemon(
        sources=[api.source()], name=name,
        outputs=[settings.syslog_output(server.address, tls={"ca_file": str(authority.file)},
                                        retry=settings.retry(most=1))])
    daemon.start()
    status = daemon.wait_status(lambda now: now["outputs"][0]["failures"] > 0, "a failure")
    error = status["outputs"][0]["last_error"]
    check("certificate" in error or "SSL" in error, f"the status does not say why: {error}")
    daemon.stop()
    same(server.frames(), [], f"what a server of a {name} certificate got")


def scenario(bench):
    api = bench.simulator(entries=ENTRIES)
    authority, stranger = bench.authority(), bench.authority("stranger")
    server = bench.rsyslog(certificate=authority.certificate())
    daemon = bench.daemon(
        sources=[api.source()],
        outputs=[settings.syslog_output(server.address, tls={"ca_file": str(authority.file)})])
    daemon.once()
    server.wait_count(ENTRIES)
    judge.same_order(server.messages(), api.expected(), "rsyslog over TLS")

    refuses(bench, api, "strange", stranger.certificate(), authority)
    refuses(bench, api, "misplaced", authority.certificate("other", ["DNS:other.example"]),
            authority)


run(scenario)
