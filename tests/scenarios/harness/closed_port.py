"""A port that refuses every connection."""

import socket


class ClosedPort:
    """Bound and never listening: who connects is refused, and as long as it is held nobody else can be
    given the port and listen there."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.socket.getsockname()[1]}"

    def close(self):
        self.socket.close()
