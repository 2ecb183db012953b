"""`zkchaos serve`: where it listens, what it says, how it ends."""

import http.client
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from harness.errors import SetupError
from harness.serving import StoreServer
from tests.unit.store_client import Client


def test_a_taken_port_names_the_way_out(tmp_path: Path) -> None:
    with StoreServer(tmp_path, "127.0.0.1", 0) as server, pytest.raises(SetupError) as caught:
        StoreServer(tmp_path, "127.0.0.1", server.server_port)
    assert str(caught.value) == (
        f"cannot listen on 127.0.0.1, port {server.server_port}: Address already in use; "
        "choose another --port, or 0 for any that is free."
    )


def test_an_address_of_nowhere_is_told(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"^--host no\.such\.invalid: there is no such address"):
        StoreServer(tmp_path, "no.such.invalid", 0)


def test_with_more_hosts_any_name_will_do(tmp_path: Path) -> None:
    with StoreServer(tmp_path, "0.0.0.0", 0) as server:
        assert not server.private
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        assert Client(server)("/", Host="chaos.example")[0] == 200
        server.shutdown()
        thread.join()


DEAF = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); from harness.cli import main; main()"
"""The command as a shell without job control starts it in its background."""


@contextmanager
def serving(tmp_path: Path, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """Start the command; it does not outlive the test."""
    (tmp_path / "runs").mkdir(exist_ok=True)
    command = [
        sys.executable,
        "-c",
        DEAF,
        "serve",
        "--port",
        "0",
        *arguments,
    ]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=tmp_path, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_says_its_address_and_ends_in_good_order(tmp_path: Path, number: signal.Signals) -> None:
    with serving(tmp_path) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("The runs of runs are at http://127.0.0.1:")
        port = int(line.split("127.0.0.1:")[1].split("/")[0])
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
            connection.request("GET", "/")
            assert connection.getresponse().status == 200
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "stopped.\n", "")


def test_other_hosts_come_with_a_warning(tmp_path: Path) -> None:
    with serving(tmp_path, "--host", "0.0.0.0") as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert err == (
        "zkchaos: 0.0.0.0 is not this machine alone: there is no password, "
        "and whoever can connect can read every run.\n"
    )
