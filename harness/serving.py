"""The store over HTTP: its page always fresh, the files of its runs, and each run whole as an archive."""

import ipaddress
import os
import socket
import sys
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from typing import ClassVar
from urllib.parse import quote, unquote, urlsplit

from harness.errors import SetupError, ZkchaosError
from harness.judging import draw_report
from harness.run_archive import Chunks, write_archive
from harness.run_index import index_runs
from harness.store import RunDirectory
from reports.store.index import render_index

EVERYWHERE = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
OWN_PAGE = f"{EVERYWHERE}; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"
"""For our pages. Each names the hashes of its own script and style besides, and both policies hold."""
FOREIGN = f"{EVERYWHERE}; sandbox"
KINDS = {
    ".json": "application/json",
    ".gz": "application/gzip",
    ".png": "image/png",
    ".npy": "application/octet-stream",
}
"""Content types by suffix; everything else is text, also HTML that is not our report."""
CHEAP = 20_000_000
"""Bytes of a history up to which a missing report is drawn when somebody asks for it."""
BLOCK = 1 << 16
ALLOWED = {"Allow": "GET, HEAD"}
OWN_NAMES = frozenset({"localhost", "ip6-localhost"})


class StoreServer(ThreadingHTTPServer):
    """Serves a directory of runs, nothing else, to those who may connect: there is no password."""

    daemon_threads = True

    def __init__(self, runs: Path, host: str, port: int):
        """Listen; raises SetupError where that is not possible."""
        self.runs = runs
        self.drawing = Lock()
        try:
            family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
            self.address_family = family
            super().__init__(address[:2], Answer)  # type: ignore[arg-type]
        except (OSError, OverflowError) as error:
            raise SetupError(_refusal(error, host, port)) from error
        self.private = ipaddress.ip_address(str(self.server_address[0]).partition("%")[0]).is_loopback
        """Only this machine can connect."""

    def server_bind(self) -> None:
        """Bind without asking a name server for this machine's name, which may take long."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    @property
    def url(self) -> str:
        """Address of the page."""
        host = str(self.server_address[0])
        return f"http://{f'[{host}]' if ':' in host else host}:{self.server_port}/"

    def handle_error(self, *_: object) -> None:
        """Say in one line what went wrong; a browser that goes away is nothing wrong."""
        error = sys.exc_info()[1]
        if not isinstance(error, ConnectionError | TimeoutError):
            sys.stderr.write(f"zkchaos: an answer failed: {type(error).__name__}: {error}\n")


def _refusal(error: Exception, host: str, port: int) -> str:
    if isinstance(error, socket.gaierror):
        return f"--host {host}: there is no such address on this machine."
    if isinstance(error, OverflowError):
        return f"--port {port}: a number up to 65535 is needed."
    reason = str(getattr(error, "strerror", "") or error)
    return (
        f"cannot listen on {host}, port {port}: {reason}; choose another --port, or 0 for any that is free."
    )


class Refused(Exception):
    """There is no such thing, or not for this client: a status and a sentence."""

    def __init__(self, status: HTTPStatus, sentence: str):
        super().__init__(sentence)
        self.status = status


class Answer(BaseHTTPRequestHandler):
    """Answers one client."""

    server: StoreServer
    protocol_version = "HTTP/1.1"
    server_version = "zkchaos"
    sys_version = ""
    timeout: ClassVar[float] = 60.0
    """Seconds of silence after which a connection is given up."""

    def do_GET(self) -> None:
        """Answer with the page, a file of a run, or a run as an archive."""
        try:
            self._check_host()
            self._answer(_parts(self.path))
        except Refused as refused:
            self._tell(refused.status, str(refused))
        except ZkchaosError as error:
            self._tell(HTTPStatus.INTERNAL_SERVER_ERROR, str(error))

    def do_HEAD(self) -> None:
        """Answer as to GET, without a body."""
        self.do_GET()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse what is no request, and every method but the two."""
        # A body that nobody read would be taken for the next request.
        self.close_connection = True
        # What was not understood counts as the oldest version, in which answers have no head.
        self.request_version = "HTTP/1.1"
        if code == HTTPStatus.NOT_IMPLEMENTED:
            status, sentence, more = HTTPStatus.METHOD_NOT_ALLOWED, "This is for reading only.", ALLOWED
        else:
            status, more = HTTPStatus(code), {}
            sentence = f"{message or status.phrase}. {explain or ''}".strip()
        self._tell(status, sentence, Connection="close", **more)

    def log_message(self, *_: object) -> None:
        """Say nothing of each request."""

    def _check_host(self) -> None:
        """Refuse a page of another site whose name was made to point to this machine (DNS rebinding)."""
        try:
            host = urlsplit(f"//{self.headers.get('Host', '')}").hostname or ""
        except ValueError:
            host = ""
        if self.server.private and host not in OWN_NAMES and not _is_loopback(host):
            raise Refused(
                HTTPStatus.MISDIRECTED_REQUEST, f"This is {self.server.url}, which has no other name."
            )

    def _answer(self, parts: list[str]) -> None:
        match parts:
            case [] | ["index.html"]:
                page = render_index(index_runs(self.server.runs), written=time.time(), served=True)
                self._send(page.encode(), "text/html", OWN_PAGE)
            case ["runs", name, "download"]:
                self._archive(self._run(name))
            case [name]:
                self._redirect(f"/{quote(self._run(name).name, safe='')}/report.html")
            case [name, "report.html"]:
                self._report(self._run(name))
            case [name, *rest]:
                self._file(self._run(name), rest)

    def _run(self, name: str) -> RunDirectory:
        run = RunDirectory(self.server.runs / name)
        if not os.path.isfile(run.plan):  # noqa: PTH113 - a Path raises for a name that is too long
            raise Refused(HTTPStatus.NOT_FOUND, f"There is no run {name!r}.")
        return run

    def _report(self, run: RunDirectory) -> None:
        # Whoever asks while it is being drawn waits, and does not get half of it.
        with self.server.drawing:
            if not run.report.is_file():
                _draw(run)
        self._file(run, [run.report.name])

    def _file(self, run: RunDirectory, rest: list[str]) -> None:
        path = run.path.joinpath(*rest)
        try:
            inside = path.resolve(strict=True).is_relative_to(run.path.resolve(strict=True))
        except (OSError, RuntimeError):
            inside = False
        if not inside or not path.is_file():
            raise Refused(HTTPStatus.NOT_FOUND, f"{run.name} has no file {'/'.join(rest)!r}.")
        if rest[-1] == "report.html":
            self._stream(path, "text/html", OWN_PAGE)
        else:
            self._stream(path, KINDS.get(path.suffix, "text/plain"), FOREIGN)

    def _archive(self, run: RunDirectory) -> None:
        name = quote(run.name, safe="")
        self._begin(
            HTTPStatus.OK,
            "application/gzip",
            FOREIGN,
            {
                "Content-Disposition": f"attachment; filename*=UTF-8''{name}.tar.gz",
                **({"Transfer-Encoding": "chunked"} if self._modern else {"Connection": "close"}),
            },
        )
        if self.command == "HEAD":
            return
        self.close_connection = True  # until the archive is whole: one cut short must not look like the end
        with Chunks(self.wfile, framed=self._modern) as chunks:
            write_archive(run, chunks)
        self.close_connection = not self._modern

    @property
    def _modern(self) -> bool:
        return self.request_version != "HTTP/1.0"

    def _stream(self, path: Path, kind: str, policy: str) -> None:
        with path.open("rb") as file:
            left = os.fstat(file.fileno()).st_size
            self._begin(HTTPStatus.OK, kind, policy, {"Content-Length": str(left)})
            while self.command != "HEAD" and left:
                block = file.read(min(BLOCK, left))
                if not block:
                    self.close_connection = True
                    return
                self.wfile.write(block)
                left -= len(block)

    def _send(
        self, body: bytes, kind: str, policy: str, status: HTTPStatus = HTTPStatus.OK, **more: str
    ) -> None:
        self._begin(status, kind, policy, {"Content-Length": str(len(body)), **more})
        if self.command != "HEAD":
            self.wfile.write(body)

    def _tell(self, status: HTTPStatus, sentence: str, **more: str) -> None:
        self._send(f"{sentence}\n".encode(), "text/plain", FOREIGN, status, **more)

    def _redirect(self, to: str) -> None:
        self._send(b"", "text/plain", FOREIGN, HTTPStatus.FOUND, Location=to)

    def _begin(self, status: HTTPStatus, kind: str, policy: str, more: dict[str, str]) -> None:
        self.send_response(status)
        text = kind.startswith("text/") or kind == "application/json"
        headers = {
            "Content-Type": f"{kind}; charset=utf-8" if text else kind,
            "Content-Security-Policy": policy,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cache-Control": "no-store",
        }
        for name, value in (headers | more).items():
            self.send_header(name, value)
        self.end_headers()


def _draw(run: RunDirectory) -> None:
    size = run.history.stat().st_size if run.history.is_file() else 0
    if not size:
        raise Refused(
            HTTPStatus.NOT_FOUND, f"{run.name} has no report, and no history from which to draw one."
        )
    if size > CHEAP:
        raise Refused(
            HTTPStatus.NOT_FOUND, f"{run.name} has no report yet; `zkchaos report {run.path}` draws it."
        )
    draw_report(run)


def _parts(target: str) -> list[str]:
    """Take the path of a request apart; raises Refused for one that leads up, or nowhere."""
    parts = [unquote(part) for part in urlsplit(target).path.strip("/").split("/") if part]
    if any(part in {".", ".."} or "/" in part or "\0" in part for part in parts):
        raise Refused(HTTPStatus.NOT_FOUND, "There is no such file.")
    return parts


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
