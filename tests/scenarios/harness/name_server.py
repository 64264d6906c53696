"""DNS for a network of the test's own: one name, which is this machine."""

import socket
import threading


class NameServer:
    """Tells by DNS that the name is 127.0.0.1, and of everything else that it has no address. It listens on port 53, so
    it needs a network of its own."""

    def __init__(self, name):
        self.name = name
        self.queries = 0
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 53))
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            query, peer = self.socket.recvfrom(512)
            self.queries += 1
            self.socket.sendto(answer_to(query, self.name), peer)


def answer_to(query, name):
    """RFC 1035, 4.1: the header, the one question, and an address if it asks for that of the name."""
    wanted = b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0"
    question = query[12:query.index(b"\0", 12) + 5]
    address = b""
    if question.lower() == wanted + b"\0\1\0\1":  # type A, class IN
        address = b"\xc0\x0c\0\1\0\1\0\0\0\0\0\4" + socket.inet_aton("127.0.0.1")
    return query[:2] + b"\x81\x80\0\1" + (b"\0\1" if address else b"\0\0") + b"\0\0\0\0" + question + address
