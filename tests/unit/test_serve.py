"""The store over HTTP, on a real socket: what is answered, and above all what is not."""

import gzip
import http.client
import io
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.serving import StoreServer
from harness.store import RunDirectory
from tests.unit.sample_store import sample_runs, stored, write_runs
from tests.unit.store_client import Client
from tests.unit.test_run_pages import a_run, embedded

NAME = stored().run


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    (tmp_path / "secret.txt").write_text("secret")
    run = a_run(tmp_path / "runs")
    (run.logs / "zk1.log").write_text("hello\n")
    return run


@pytest.fixture
def ask(tmp_path: Path, run: RunDirectory) -> Iterator[Client]:
    with StoreServer(tmp_path / "runs", "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield Client(server)
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("path", ["/", "/index.html", "/?q=1"])
def test_the_page_is_always_fresh(ask: Client, tmp_path: Path, path: str) -> None:
    status, headers, body = ask(path)
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    data = embedded(body.decode())
    assert data["served"]
    assert data["runs"]["run"] == [NAME]
    write_runs(tmp_path / "runs", sample_runs(3))
    assert len(embedded(ask(path)[2].decode())["runs"]["run"]) == 4
    assert not (tmp_path / "runs" / "index.html").exists()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("plan.json", "application/json; charset=utf-8"),
        ("history.jsonl", "text/plain; charset=utf-8"),
        ("logs/zk1.log", "text/plain; charset=utf-8"),
        ("code/evil.html", "text/plain; charset=utf-8"),
        ("code/evil.svg", "text/plain; charset=utf-8"),
        ("shrink/one/report.html", "text/html; charset=utf-8"),
    ],
)
def test_files_of_a_run_have_their_types(ask: Client, run: RunDirectory, path: str, kind: str) -> None:
    file = run.path / path
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        file.write_text("<script>alert(1)</script>")
    status, headers, body = ask(f"/{NAME}/{path}")
    assert (status, headers["Content-Type"], body) == (200, kind, file.read_bytes())
    assert int(headers["Content-Length"]) == len(body)
    assert ("sandbox" in headers["Content-Security-Policy"]) == (not path.endswith("report.html"))


def test_a_missing_report_is_drawn_when_it_is_asked_for(ask: Client, run: RunDirectory) -> None:
    status, headers, body = ask(f"/{NAME}/report.html")
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert b"<!doctype html>" in body
    assert run.report.read_bytes() == body
    assert not run.results.exists()


def test_who_asks_while_a_report_is_drawn_waits_for_it(
    ask: Client, run: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on, asked = threading.Event(), threading.Event(), []

    def draw(found: RunDirectory) -> None:
        found.report.write_text("half")
        asked.append(found.name)
        begun.set()
        assert go_on.wait(20)
        found.report.write_text("whole")

    monkeypatch.setattr("harness.serving.draw_report", draw)
    bodies: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: bodies.append(ask(f"/{NAME}/report.html")[2])) for _ in range(3)
    ]
    threads[0].start()
    assert begun.wait(20)
    for thread in threads[1:]:
        thread.start()
    assert ask("/")[0] == 200
    go_on.set()
    for thread in threads:
        thread.join()
    assert (bodies, asked) == ([b"whole"] * 3, [NAME])


def test_a_report_that_would_take_long_says_how_it_is_made(
    ask: Client, run: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.serving.CHEAP", 10)
    status, _, body = ask(f"/{NAME}/report.html")
    assert (status, body.decode()) == (
        404, f"{NAME} has no report yet; `zkchaos report {run.path}` draws it.\n",
    )  # fmt: skip


@pytest.mark.parametrize("left", [None, b""])
def test_where_there_is_no_history_nobody_is_sent_to_draw_a_report(
    ask: Client, run: RunDirectory, left: bytes | None
) -> None:
    run.history.unlink()
    if left is not None:
        run.history.write_bytes(left)
    status, _, body = ask(f"/{NAME}/report.html")
    assert (status, body.decode()) == (
        404, f"{NAME} has no report, and no history from which to draw one.\n",
    )  # fmt: skip


def test_a_report_that_cannot_be_drawn_is_one_sentence(ask: Client, run: RunDirectory) -> None:
    run.history.write_bytes(b"nonsense\n")
    status, headers, body = ask(f"/{NAME}/report.html")
    assert (status, headers["Content-Type"]) == (500, "text/plain; charset=utf-8")
    assert body.count(b"\n") == 1
    assert b"not an event of a history" in body


def test_the_address_of_a_run_leads_to_its_report(ask: Client) -> None:
    for path in (f"/{NAME}", f"/{NAME}/"):
        status, headers, _ = ask(path)
        assert (status, headers["Location"]) == (302, f"/{NAME}/report.html")


def test_a_run_is_handed_out_whole(ask: Client, run: RunDirectory) -> None:
    (run.path / "big.bin").write_bytes(bytes(range(256)) * 4000)
    status, headers, body = ask(f"/runs/{NAME}/download")
    assert (status, headers["Content-Type"]) == (200, "application/gzip")
    assert headers["Content-Disposition"] == f"attachment; filename*=UTF-8''{NAME}.tar.gz"
    with tarfile.open(fileobj=io.BytesIO(body)) as archive:
        files = {m.name: m for m in archive.getmembers() if m.isfile()}
        assert {name.removeprefix(f"{NAME}/") for name in files} == {
            str(path.relative_to(run.path)) for path in run.path.rglob("*") if path.is_file()
        }
        whole = archive.extractfile(files[f"{NAME}/big.bin"])
        assert whole is not None
        assert whole.read() == (run.path / "big.bin").read_bytes()


def test_of_a_run_that_is_a_link_the_files_are_handed_out(
    ask: Client, run: RunDirectory, tmp_path: Path
) -> None:
    run.path.rename(tmp_path / "elsewhere")
    run.path.symlink_to(tmp_path / "elsewhere")
    with tarfile.open(fileobj=io.BytesIO(ask(f"/runs/{NAME}/download")[2])) as archive:
        assert f"{NAME}/plan.json" in archive.getnames()


def test_an_old_client_gets_its_archive_without_chunks(ask: Client) -> None:
    answer = ask.raw(f"GET /runs/{NAME}/download HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"chunked" not in head
    assert f"{NAME}/plan.json".encode() in gzip.decompress(body)


def test_an_archive_that_breaks_off_does_not_look_whole(
    ask: Client, run: RunDirectory, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("tarfile.TarFile.addfile", fail)
    with pytest.raises(http.client.IncompleteRead):
        ask(f"/runs/{NAME}/download")
    assert "an answer failed: OSError" in capsys.readouterr().err


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        f"/{NAME}/../../secret.txt",
        f"/{NAME}/%2e%2e/%2e%2e/secret.txt",
        f"/{NAME}/..%2f..%2fsecret.txt",
        f"/{NAME}/%2e%2e%2f%2e%2e%2fsecret.txt",
        f"/{NAME}//etc/passwd",
        f"/{NAME}/%2fetc%2fpasswd",
        f"/{NAME}/link.txt",
        f"/{NAME}/linked/secret.txt",
        f"/{NAME}/loop",
        f"/{NAME}/a%00b",
        f"/{NAME}/logs",
        f"/{NAME}/absent",
        "/.index.json",
        "/.index.lock",
        "/absent",
        "/absent/report.html",
        "/runs/absent/download",
        f"/runs/..%2f{NAME}/download",
        "/runs/../download",
        "/runs/%2e/download",
        f"/{'x' * 5000}/report.html",
        f"/{NAME}/{'x' * 5000}",
    ],
)
def test_nothing_leads_out_of_a_run(ask: Client, run: RunDirectory, tmp_path: Path, path: str) -> None:
    ask("/")
    (run.path / "link.txt").symlink_to(tmp_path / "secret.txt")
    (run.path / "linked").symlink_to(tmp_path)
    (run.path / "loop").symlink_to(run.path / "loop")
    status, _, body = ask(path)
    assert status == 404
    assert b"secret\n" not in body
    assert body.count(b"\n") == 1


def test_a_report_that_is_a_link_to_elsewhere_is_not_followed(
    ask: Client, run: RunDirectory, tmp_path: Path
) -> None:
    run.report.symlink_to(tmp_path / "secret.txt")
    assert ask(f"/{NAME}/report.html")[0] == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "BREW"])
def test_it_is_for_reading_only(ask: Client, method: str) -> None:
    status, headers, _ = ask("/", method)
    assert (status, headers["Allow"], headers.get("Connection")) == (405, "GET, HEAD", "close")


@pytest.mark.parametrize("path", ["/", f"/{NAME}/plan.json", f"/runs/{NAME}/download", "/absent"])
def test_head_is_get_without_a_body(ask: Client, path: str) -> None:
    status, headers, _ = ask(path)
    again, same, body = ask(path, "HEAD")
    assert (again, body) == (status, b"")
    assert same["Content-Type"] == headers["Content-Type"]


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8181",
        "127.0.0.1.evil.example",
        "192.168.1.5",
        "",
        "0.0.0.0",
        "[::",
        "a b",
    ],
)
def test_another_sites_name_for_this_machine_is_refused(ask: Client, host: str) -> None:
    status, _, body = ask("/", Host=host)
    assert status == 421
    assert NAME.encode() not in body


@pytest.mark.parametrize("host", ["localhost", "LocalHost:8181", "127.0.0.1:1", "[::1]:8181", "127.0.0.2"])
def test_this_machines_own_names_are_known(ask: Client, host: str) -> None:
    assert ask("/", Host=host)[0] == 200


def test_no_request_at_all_is_one_sentence(ask: Client) -> None:
    answer = ask.raw(b"nonsense\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert answer.endswith(b"\r\n\r\nBad request syntax ('nonsense').\n")
    assert ask.raw(b"GET / HTTP/9.9\r\n\r\n").startswith(b"HTTP/1.1 505 ")
