"""An HTTP collector with faults.

It takes POSTs of newline-delimited JSON or of a JSON array, plain or gzip, and records the
entries in order. What it answers is decided by a function that a scenario gives, request by
request; without one it accepts everything.
"""

import dataclasses
import gzip
import http.server
import json
import socket
import socketserver
import struct
import threading

from .closed_port import Listener
from .failure import Failure
from .waiting import until


@dataclasses.dataclass
class Request:
    """One POST. Numbers count from 1."""
    number: int
    path: str
    headers: dict
    entries: list
    size: int  # of the body, unpacked


@dataclasses.dataclass
class Reply:
    """What becomes of a request: whether its entries count as stored, and how the answer goes out:
    `answer`, or in its place `reset` or `close` of the connection, or `hang` without an end."""
    status: int = 200
    body: bytes = b""
    headers: dict = dataclasses.field(default_factory=dict)
    stored: bool = False
    way: str = "answer"
    delay: float = 0.0


def accept(delay=0.0):
    return Reply(stored=True, delay=delay)


def refuse(status, body=b"", retry_after=None):
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return Reply(status=status, body=body, headers=headers)


def reset():
    """The connection breaks before anything is stored."""
    return Reply(way="reset")


def swallow():
    """All is stored, and nobody says so."""
    return Reply(stored=True, way="close")


def hang():
    """Nothing is stored, and nothing is said for ever."""
    return Reply(way="hang")


class HttpReceiver(Listener):
    """`decide(request)` returns a Reply or None for the receiver's own judgement. `token`: what the
    header Authorization must say. `body`: ndjson or array."""

    def __init__(self, decide=None, token=None, body="ndjson", keep=True):
        self.decide = decide
        self.token = token
        self.body = body
        self.keep = keep  # else entries are only counted
        self.lock = threading.Lock()
        self.requests = 0
        self.batches = []  # the entries of each request that was stored
        self.stored = 0
        self.answers = {}  # how many of each status
        self.headers = {}  # of the last request
        self.errors = []  # requests that no sender should make
        self.port = 0
        self.server = None
        self.stopping = threading.Event()
        self.start()

    # Life.

    def start(self):
        """Listens, on the port that it had before if it listened before."""
        self.stopping.clear()
        self.server = Server(self, self.port)
        self.port = self.server.server_address[1]
        self.release_port()
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        """Stops listening and drops all connections."""
        if self.server is None:
            return
        self.stopping.set()
        self.server.shutdown()
        self.server.server_close()
        self.hold_port()
        self.server.drop_connections()
        self.server = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/in"

    # What arrived.

    def entries(self):
        """Every stored entry in the order of arrival, repeats too."""
        with self.lock:
            return [entry for batch in self.batches for entry in batch]

    def wait_stored(self, count, limit=60.0):
        until(lambda: self.stored >= count,
              lambda: f"{count} entries at the HTTP receiver, which has {self.stored}", limit)

    def wait_requests(self, count, limit=30.0):
        until(lambda: self.requests >= count,
              lambda: f"{count} requests at the HTTP receiver, which had {self.requests}", limit)

    # Judging a request.

    def split(self, body):
        """The entries of a body, as their bytes."""
        if self.body == "array":
            return split_array(body)
        if body and not body.endswith(b"\n"):
            raise Failure("a body of newline-delimited JSON ends without a line break")
        return body.splitlines()

    def judge(self, request):
        """The receiver's own answer to a request that no scenario spoiled."""
        if self.token is not None and request.headers.get("authorization") != self.token:
            return refuse(401)
        return accept()

    def handle(self, path, headers, body):
        """Counts, decides and stores, all at once."""
        try:
            if headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            entries = self.split(body)
        except (Failure, ValueError, OSError) as error:
            self.errors.append(f"{path}: {error}")
            return refuse(400)
        with self.lock:
            self.requests += 1
            self.headers = headers
            request = Request(self.requests, path, headers, entries, len(body))
            reply = self.decide(request) if self.decide is not None else None
            reply = reply or self.judge(request)
            self.answers[reply.status] = self.answers.get(reply.status, 0) + 1
            if reply.stored:
                self.stored += len(entries)
                if self.keep:
                    self.batches.append(entries)
        return reply


def split_array(body):
    """The elements of a JSON array as they stand in it."""
    text = body.decode("utf-8")
    decoder = json.JSONDecoder()
    end = text.rindex("]")
    elements = []
    at = text.index("[") + 1
    while True:
        while at < end and text[at] in " \t\r\n,":
            at += 1
        if at >= end:
            return elements
        _, after = decoder.raw_decode(text, at)
        elements.append(text[at:after].encode("utf-8"))
        at = after


class Server(http.server.ThreadingHTTPServer):
    """Knows its connections, to be able to drop them."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, receiver, port):
        self.receiver = receiver
        self.connections = set()
        super().__init__(("127.0.0.1", port), Handler)

    def server_bind(self):
        socketserver.TCPServer.server_bind(self)  # HTTPServer's looks up a name, which may hang

    def process_request(self, request, client_address):
        self.connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request):
        self.connections.discard(request)
        super().shutdown_request(request)

    def drop_connections(self):
        for connection in list(self.connections):
            break_off(connection)

    def handle_error(self, request, client_address):
        """A client that goes away is nothing to report."""


class Handler(http.server.BaseHTTPRequestHandler):
    """Reads one request after the other from a connection."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer goes out in one piece
    disable_nagle_algorithm = True

    def do_POST(self):
        receiver = self.server.receiver
        if "100-continue" in self.headers.get("Expect", ""):
            self.send_response_only(100)
            self.end_headers()
            self.wfile.flush()
        body = self.read_body()
        if body is None:  # the sender died: what it sent is no request
            self.close_connection = True
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = receiver.handle(self.path, headers, body)
        if reply.delay:
            receiver.stopping.wait(reply.delay)
        self.answer(reply)

    do_PUT = do_POST

    def read_body(self):
        """The whole body, or None when the connection ended within it."""
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            size = int(self.headers.get("Content-Length", "0"))
            body = self.rfile.read(size)
            return body if len(body) == size else None
        parts = []
        while line := self.rfile.readline():
            size = int(line.split(b";")[0], 16)
            parts.append(self.rfile.read(size))
            if len(parts[-1]) < size or not self.rfile.readline():
                return None
            if size == 0:
                return b"".join(parts)
        return None

    def answer(self, reply):
        if reply.way == "hang":
            self.server.receiver.stopping.wait()
        if reply.way != "answer":
            self.close_connection = True
            if reply.way != "close":
                break_off(self.connection)
            return
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, format, *arguments):
        """The scenario keeps its own record."""


def break_off(connection):
    """Resets a connection."""
    try:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RD)
        connection.close()
    except OSError:
        pass  # it is gone already
