"""A syslog server that keeps what it gets, for a look at framing and headers.

`udp`, `tcp`, `tls` or `unix` (datagrams, as /dev/log has them). Frames of a stream are told apart
as RFC 6587 has it: octet counting or line feeds.
"""

import re
import socket
import ssl
import threading

from .closed_port import Listener
from .failure import Failure
from .waiting import until

RFC5424 = re.compile(
    rb"<(?P<priority>\d{1,3})>1 (?P<time>\S+) (?P<host>\S+) (?P<app>\S+) (?P<process>\S+) "
    rb"(?P<id>\S+) (?P<data>-|(?:\[(?:[^\]\\]|\\.)*\])+)(?: (?P<message>.*))?\Z", re.DOTALL)
RFC3164 = re.compile(
    rb"<(?P<priority>\d{1,3})>(?P<time>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d) (?P<host>\S+) "
    rb"(?P<app>[A-Za-z0-9]{1,32})(?:\[\d+\])?: (?P<message>.*)\Z", re.DOTALL)
SO_RCVBUFFORCE = 33
"""Linux's, which the module socket does not know."""

DATAGRAMS = ("udp", "unix")
BOM = b"\xef\xbb\xbf"


class SyslogReceiver(Listener):
    def __init__(self, bench, kind="tcp", framing="octet_counting", certificate=None):
        self.kind = kind
        self.framing = framing
        self.certificate = certificate
        self.path = bench.folder / f"syslog-{len(bench.receivers)}.sock"
        self.lock = threading.Lock()
        self.streams = []  # the bytes of each connection, in the order of their beginning
        self.datagrams = []
        self.connections = []
        self.errors = []
        self.port = 0
        self.socket = None
        self.start()

    # Life.

    def start(self):
        """Listens, at the place where it listened before."""
        is_datagram = self.kind in DATAGRAMS
        family = socket.AF_UNIX if self.kind == "unix" else socket.AF_INET
        kind = socket.SOCK_DGRAM if is_datagram else socket.SOCK_STREAM
        self.socket = socket.socket(family, kind)
        if self.kind == "unix":
            self.path.unlink(missing_ok=True)
            self.socket.bind(str(self.path))
        else:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if is_datagram:
                make_room(self.socket)
            self.socket.bind(("127.0.0.1", self.port))
            self.port = self.socket.getsockname()[1]
        if not is_datagram:
            self.socket.listen(16)
            self.release_port()
        loop = self.take_datagrams if is_datagram else self.take_connections
        threading.Thread(target=loop, args=(self.socket,), daemon=True).start()

    def stop(self):
        """Stops listening and drops all connections."""
        if self.socket is not None:
            close(self.socket)
            self.socket = None
            if self.kind not in DATAGRAMS:
                self.hold_port()
        for connection in self.connections:
            close(connection)
        self.connections.clear()

    @property
    def address(self):
        if self.kind == "unix":
            return f"unix://{self.path}"
        return f"{self.kind}://127.0.0.1:{self.port}"

    # Taking.

    def take_datagrams(self, listener):
        while True:
            try:
                datagram = listener.recv(1 << 20)
            except OSError:
                return
            if not datagram:
                return
            with self.lock:
                self.datagrams.append(datagram)

    def take_connections(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            stream = bytearray()
            self.streams.append(stream)
            self.connections.append(connection)
            threading.Thread(target=self.take_stream, args=(connection, stream),
                             daemon=True).start()

    def take_stream(self, connection, stream):
        try:
            if self.kind == "tls":
                connection = self.certificate.server_context().wrap_socket(
                    connection, server_side=True)
                self.connections.append(connection)
            while True:
                piece = connection.recv(1 << 18)
                if not piece:
                    return
                with self.lock:
                    stream += piece
        except (OSError, ssl.SSLError):
            pass  # the peer, or stop(), broke it off
        finally:
            close(connection)

    # What arrived.

    def frames(self):
        """Every whole message, in the order of arrival."""
        with self.lock:
            if self.kind in DATAGRAMS:
                return list(self.datagrams)
            split = split_counted if self.framing == "octet_counting" else split_lines
            return [frame for stream in self.streams for frame in split(bytes(stream))]

    def messages(self):
        """The message of each frame without header and byte-order mark."""
        return [message_of(frame) for frame in self.frames()]

    def wait_count(self, count, limit=60.0):
        until(lambda: len(self.frames()) >= count,
              lambda: f"{count} messages at the syslog receiver, which has {len(self.frames())}",
              limit, step=0.05)


def make_room(listener):
    """Lets a burst of datagrams wait: as many as the kernel lets us."""
    for option in (SO_RCVBUFFORCE, socket.SO_RCVBUF):
        try:
            listener.setsockopt(socket.SOL_SOCKET, option, 64 << 20)
            return
        except PermissionError:
            pass  # only root may have more than the system's limit


def split_counted(stream):
    """`LEN SP MSG` after one another; an unfinished one at the end does not count."""
    frames, at = [], 0
    while at < len(stream):
        space = stream.find(b" ", at, at + 12)
        if space < 0 or not stream[at:space].isdigit():
            raise Failure(f"no octet count at byte {at}: {stream[at:at + 40]!r}")
        size = int(stream[at:space])
        if space + 1 + size > len(stream):
            break
        frames.append(stream[space + 1:space + 1 + size])
        at = space + 1 + size
    return frames


def split_lines(stream):
    return stream.split(b"\n")[:-1]


def parse(frame):
    """The parts of a message of either RFC."""
    match = RFC5424.match(frame) or RFC3164.match(frame)
    if match is None:
        raise Failure(f"neither RFC 5424 nor RFC 3164: {frame[:200]!r}")
    return match.groupdict()


def message_of(frame):
    return (parse(frame)["message"] or b"").removeprefix(BOM)


def close(connection):
    """Wakes whoever reads from it, too."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # it was not connected, or no longer
    connection.close()
