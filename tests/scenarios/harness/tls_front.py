"""TLS in front of something that speaks none, and a proxy that is asked to CONNECT through
itself: both pass bytes on and count connections."""

import base64
import socket
import ssl
import threading

from .syslog_receiver import close


class Forwarder:
    """Accepts connections and gives each a thread of its own that `open`s the other side."""

    def __init__(self):
        self.connections = 0
        self.errors = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            near, far = self.open(connection)
        except (OSError, ssl.SSLError, ValueError):
            close(connection)  # a client that does not trust us, or speaks nonsense
            return
        threading.Thread(target=pass_on, args=(far, near), daemon=True).start()
        pass_on(near, far)

    def stop(self):
        close(self.listener)


class TlsFront(Forwarder):
    """Speaks TLS to its clients and hands on what they say to the port."""

    def __init__(self, certificate, port):
        self.certificate = certificate
        self.target = port
        super().__init__()

    def open(self, connection):
        near = self.certificate.server_context().wrap_socket(connection, server_side=True)
        return near, socket.create_connection(("127.0.0.1", self.target))


class Proxy(Forwarder):
    """An HTTP proxy for CONNECT that wants this user information, `name:password`."""

    def __init__(self, user):
        self.wanted = b"Basic " + base64.b64encode(user.encode())
        self.targets = set()
        self.refused = 0
        super().__init__()

    def open(self, connection):
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += connection.recv(1) or fail("the client went away")
        verb, target, _ = head.split(b"\r\n")[0].split(b" ")
        if verb != b"CONNECT" or self.wanted not in head:
            self.refused += 1
            connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\n"
                               b"Proxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n")
            fail("the client may not")
        self.targets.add(target.decode())
        host, port = target.decode().rsplit(":", 1)
        far = socket.create_connection((host, int(port)))
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        return connection, far


def fail(text):
    raise ValueError(text)


def pass_on(source, target):
    """Copies until one of the two ends."""
    try:
        while piece := source.recv(1 << 16):
            target.sendall(piece)
    except (OSError, ssl.SSLError):
        pass  # one side is gone, which ends it as well
    close(source)
    close(target)
