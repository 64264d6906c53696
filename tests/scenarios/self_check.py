"""The harness itself tells right from wrong: what the simulator serves and what the receivers are
sent comes back unchanged, and its judges find a lost, a repeated and a strange entry."""

import gzip
import http.client
import json
import socket
import ssl
import urllib.request

from harness import Failure, judge, run
from harness.failure import same
from harness.http_receiver import refuse, reset, swallow


def refuses(judgement, *arguments):
    try:
        judgement(*arguments)
    except Failure:
        return
    raise Failure(f"{judgement.__name__} does not mind {arguments}")


def check_judges():
    entries = [b'{"date_create":1}', b'{"date_create":2}', b'{"date_create":3}']
    judge.exactly_once(entries[::-1], entries)
    refuses(judge.exactly_once, entries[1:], entries)
    refuses(judge.exactly_once, entries + entries[:1], entries)
    refuses(judge.exactly_once, entries + [b"{}"], entries)
    refuses(judge.same_order, entries[::-1], entries)
    refuses(judge.ascending, entries[::-1])
    refuses(judge.repeats_at_most, entries + entries, entries, 2)
    same(judge.repeats_at_most(entries + entries, entries, 3), 3, "repeats")


def check_simulator(bench):
    api = bench.simulator(entries=500, pretty=30)
    expected = api.expected()
    same(len(expected), 500, "expected entries")
    request = urllib.request.Request(api.base_url + "logs?limit=9999",
                                     headers={"Authorization": f"Bearer {api.token}"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        page = json.load(answer)
    same([json.loads(entry) for entry in expected], page["entries"][::-1], "the page")
    judge.ascending(expected)
    api.stop()
    api.start()
    same(api.expected(), expected, "the history after a restart")
    return expected


def post(receiver, body, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", receiver.port, timeout=10)
    try:
        connection.request("POST", "/in", body, headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def check_http(bench, entries):
    replies = {2: refuse(503), 3: reset(), 4: swallow()}
    receiver = bench.http_receiver(decide=lambda request: replies.get(request.number))
    lines = b"".join(entry + b"\n" for entry in entries)
    same(post(receiver, lines), 200, "an ordinary request")
    same(post(receiver, lines), 503, "a refused request")
    same(post(receiver, lines), None, "a reset request")
    same(post(receiver, lines), None, "a swallowed request")
    same(post(receiver, gzip.compress(lines), **{"Content-Encoding": "gzip"}), 200, "gzip")
    same(receiver.entries(), entries * 3, "what was stored")
    receiver.stop()
    same(post(receiver, lines), None, "a request to nobody")
    receiver.start()
    same(post(receiver, lines), 200, "a request after the restart")
    array = bench.http_receiver(body="array")
    same(post(array, b"[" + b",".join(entries) + b"]"), 200, "an array")
    same(array.entries(), entries, "the array's elements")


def check_hec(bench, entries):
    receiver = bench.hec_receiver(poison=lambda entry: entry == entries[3])
    header = {"Authorization": f"Splunk {receiver.hec_token}"}
    def events(chosen):
        return b"".join(b'{"time":1.0,"event":' + entry + b"}" for entry in chosen)
    connection = http.client.HTTPConnection("127.0.0.1", receiver.port, timeout=10)
    answers = []
    for body, headers in ((events(entries[:3]), header), (events(entries[2:5]), header),
                          (events(entries[:1]), {}), (b"", header)):
        connection.request("POST", "/services/collector/event", body, headers)
        response = connection.getresponse()
        answers.append((response.status, json.loads(response.read())))
    connection.close()
    same([status for status, _ in answers], [200, 400, 401, 400], "the statuses")
    same([answer["code"] for _, answer in answers], [0, 6, 2, 5], "the codes")
    same(answers[1][1]["invalid-event-number"], 1, "the poisoned event's place")
    same(receiver.entries(), entries[:3], "the stored events")


def counted(entries):
    """The entries as a stream of syslog messages with octet counts."""
    head = b"<86>1 2024-01-01T00:00:00Z host app 1 - [x@1 a=\"\\]\"] \xef\xbb\xbf"
    return b"".join(b"%d %s%s" % (len(head) + len(entry), head, entry) for entry in entries)


def check_syslog(bench, entries):
    for server in (bench.syslog_receiver(), bench.rsyslog()):
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.sendall(counted(entries))
        server.wait_count(len(entries))
        same(server.messages(), entries, "the messages")


def check_tls(bench, entries):
    certificate = bench.authority().certificate()
    server = bench.rsyslog(name="rsyslog-tls", certificate=certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(certificate.authority.file)
    with socket.create_connection(("127.0.0.1", server.port)) as plain:
        with context.wrap_socket(plain, server_hostname="localhost") as connection:
            connection.sendall(counted(entries))
            server.wait_count(len(entries))
    same(server.messages(), entries, "the messages over TLS")


def scenario(bench):
    check_judges()
    entries = check_simulator(bench)
    check_http(bench, entries)
    check_hec(bench, entries)
    check_syslog(bench, entries)
    check_tls(bench, entries)


run(scenario)
