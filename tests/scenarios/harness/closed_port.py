"""A port that refuses every connection."""

import socket


class ClosedPort:
    """Bound and never listening: who connects is refused, and as long as it is held nobody is given
    the port who asks for any. Who asks for this very one, as a server does that comes back, gets it
    all the same, and may listen when he allows to reuse its address."""

    def __init__(self, port=0):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(("127.0.0.1", port))
        self.address = f"127.0.0.1:{self.socket.getsockname()[1]}"

    def close(self):
        self.socket.close()


class Listener:
    """What listens on its `port`, stops, and listens there again: meanwhile nobody else does."""

    held = None

    def hold_port(self):
        """After it stopped."""
        self.release_port()
        self.held = ClosedPort(self.port)

    def release_port(self):
        """When it listens again."""
        if self.held is not None:
            self.held.close()
            self.held = None
