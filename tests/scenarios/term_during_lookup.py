"""TERM while a name lookup hangs, that of two outputs and that of the API: the daemon ends within
5 s, and nothing is lost or comes twice."""

from harness import judge, machine, run, settings
from harness.failure import check
from harness.waiting import Stopwatch, until

HOST = "collector.example.test"


def stop_in_time(daemon, server):
    until(lambda: server.queries > 0, "a query at the name server that never answers")
    watch = Stopwatch()
    daemon.stop()
    check(watch.seconds() < 5, f"it took {watch.seconds():.1f} s to end")
    server.queries = 0


def scenario(bench):
    machine.own_mounts()
    server = machine.SilentNameServer(bench.folder)
    api = bench.simulator(entries=5000)
    archive = bench.archive()
    collector = bench.http_receiver()
    syslog = bench.syslog_receiver()
    near = [archive.config(), bench.http_output(collector)]
    far = [archive.config(),
           bench.http_output(collector, insecure_http=True,
                             url=collector.url.replace("127.0.0.1", HOST)),
           settings.syslog_output(f"tcp://{HOST}:{syslog.port}")]
    daemon = bench.daemon(sources=[api.source()], outputs=far)

    daemon.start()
    daemon.wait_delivered(outputs=["archive"])
    until(lambda: server.queries >= 2, "a query of each output")
    stop_in_time(daemon, server)

    daemon.change(outputs=near, sources=[api.source(
        insecure_http=True, base_url=api.base_url.replace("127.0.0.1", HOST))])
    daemon.start()
    stop_in_time(daemon, server)

    daemon.change(sources=[api.source()])
    daemon.once()
    judge.same_order(archive.lines(), api.expected(), "the file")
    judge.same_order(collector.entries(), api.expected(), "the HTTP collector")


run(scenario)
