"""A client of a served store that looks at every answer twice."""

import http.client
import socket
from contextlib import closing

from harness.serving import StoreServer


class Client:
    """Asks a server; every answer is checked for the headers that all must have."""

    def __init__(self, server: StoreServer):
        self.server = server

    def __call__(self, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.server_port, timeout=20)
        with closing(connection):
            connection.putrequest(method, path, skip_host="Host" in headers)
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.endheaders()
            answer = connection.getresponse()
            told = dict(answer.getheaders())
            assert "default-src 'none'" in told["Content-Security-Policy"]
            assert told["X-Content-Type-Options"] == "nosniff"
            assert told["Cache-Control"] == "no-store"
            return answer.status, told, answer.read()

    def raw(self, request: bytes) -> bytes:
        """Send bytes and return everything that comes back."""
        with socket.create_connection(("127.0.0.1", self.server.server_port), timeout=20) as connection:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65536), b""))
