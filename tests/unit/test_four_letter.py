"""Four-letter words: what servers of several versions say, and what silence, noise and closed doors mean."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from harness.four_letter import MNTR, ServerStatus, ask, parse_mntr, parse_srvr, status

SRVR_34 = """Zookeeper version: 3.4.14-4c25d480e66aadd371de8bd2fd8da255ac140bcf, built on 03/06/2019 16:18 GMT
Latency min/avg/max: 0/0/12
Received: 155
Sent: 154
Connections: 1
Outstanding: 0
Zxid: 0x10000002a
Mode: follower
Node count: 9
"""
SRVR_38 = """Zookeeper version: 3.8.4-9316c2a7a97e1666d8f4593f34dd6fc36ecc436c, built on 2024-02-12 22:16 UTC
Latency min/avg/max: 0/1.4167/9
Received: 13
Sent: 12
Connections: 2
Outstanding: 0
Zxid: 0x300000005
Mode: leader
Node count: 6
Proposal sizes last/min/max: 48/48/92
"""
SRVR_39 = """Zookeeper version: 3.9.3--1, built on 2025-01-18 12:00 UTC
Latency min/avg/max: 0/0.0/0
Received: 4
Sent: 3
Connections: 1
Outstanding: 0
Zxid: 0x0
Mode: standalone
Node count: 5
"""
NOT_SERVING = "This ZooKeeper instance is not currently serving requests\n"
MNTR_34 = """zk_version\t3.4.14-4c25d480e66aadd371de8bd2fd8da255ac140bcf, built on 03/06/2019 16:18 GMT
zk_avg_latency\t0
zk_max_latency\t12
zk_num_alive_connections\t1
zk_outstanding_requests\t0
zk_server_state\tleader
zk_znode_count\t9
zk_watch_count\t0
zk_ephemerals_count\t2
zk_approximate_data_size\t84
zk_followers\t2
zk_synced_followers\t2
zk_pending_syncs\t0
"""
MNTR_39 = """zk_version\t3.9.3--1, built on 2025-01-18 12:00 UTC
zk_server_state\tfollower
zk_ephemerals_count\t5
zk_avg_latency\t0.4167
zk_num_alive_connections\t3
zk_max_latency\t7
zk_watch_count\t4
zk_znode_count\t16
zk_outstanding_requests\t0
zk_approximate_data_size\t512
zk_sum_election_time\t123.0
zk_jvm_pause_time_ms{quantile="0.5"}\tNaN
"""


@contextmanager
def server(act: Callable[[socket.socket], None]) -> Iterator[tuple[str, int]]:
    """A server on a loopback socket that does `act` with its one visitor."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                act(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()
        thread.join()


def answering(text: str) -> Callable[[socket.socket], None]:
    def act(connection: socket.socket) -> None:
        assert connection.recv(4) in {b"srvr", b"mntr"}
        # In pieces, as a slow network hands it over.
        for at in range(0, len(text), 50):
            connection.sendall(text[at : at + 50].encode())

    return act


def waiting_for(over: threading.Event) -> Callable[[socket.socket], None]:
    """Accept and say nothing."""

    def act(connection: socket.socket) -> None:
        over.wait(10)

    return act


@pytest.mark.parametrize(
    ("answer", "mode", "zxid", "epoch"),
    [
        (SRVR_34, "follower", 0x10000002A, 1),
        (SRVR_38, "leader", 0x300000005, 3),
        (SRVR_39, "standalone", 0, 0),
        (SRVR_38.replace("leader", "observer"), "observer", 0x300000005, 3),
    ],
)
def test_a_serving_server_tells_role_and_zxid(answer: str, mode: str, zxid: int, epoch: int) -> None:
    with server(answering(answer)) as address:
        there = status(address)
    assert (there.mode, there.zxid, there.epoch, there.serves) == (mode, zxid, epoch, True)


def test_a_server_in_an_election_is_looking() -> None:
    with server(answering(NOT_SERVING)) as address:
        there = status(address)
    assert there == ServerStatus("looking")
    assert not there.serves


def reading_first(connection: socket.socket) -> None:
    """Take the word and close in good order."""
    assert connection.recv(4) == b"srvr"


def resetting(connection: socket.socket) -> None:
    """Close with the word unread, which resets the connection."""


@pytest.mark.parametrize("act", [reading_first, resetting])
def test_a_proxy_that_closes_at_once_hides_a_dead_server(act: Callable[[socket.socket], None]) -> None:
    with server(act) as address:
        there = status(address)
    assert there == ServerStatus("down")
    assert not there.serves


def test_nobody_at_the_port_is_down() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()
    assert status(address) == ServerStatus("down")


def test_a_server_that_hangs_is_down_after_the_time_given() -> None:
    over = threading.Event()
    with server(waiting_for(over)) as address:
        try:
            assert status(address, within=0.1) == ServerStatus("down")
            assert not over.is_set()
        finally:
            over.set()


def test_asking_a_silent_server_raises() -> None:
    over = threading.Event()
    with server(waiting_for(over)) as address:
        try:
            with pytest.raises(TimeoutError):
                ask(address, "mntr", within=0.1)
        finally:
            over.set()


def test_an_answer_that_is_cut_off_before_the_role_does_not_serve() -> None:
    cut = SRVR_38[: SRVR_38.index("Mode")]
    assert parse_srvr(cut) == ServerStatus("looking")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (
            MNTR_34,
            {
                "zk_followers": 2, "zk_synced_followers": 2, "zk_avg_latency": 0, "zk_max_latency": 12,
                "zk_outstanding_requests": 0, "zk_num_alive_connections": 1, "zk_znode_count": 9,
                "zk_watch_count": 0, "zk_ephemerals_count": 2, "zk_approximate_data_size": 84,
            },
        ),
        (
            MNTR_39,
            {
                "zk_avg_latency": 0.4167, "zk_max_latency": 7, "zk_outstanding_requests": 0,
                "zk_num_alive_connections": 3, "zk_znode_count": 16, "zk_watch_count": 4,
                "zk_ephemerals_count": 5, "zk_approximate_data_size": 512,
            },
        ),
        (NOT_SERVING, {}),
        ("", {}),
    ],
)  # fmt: skip
def test_the_kept_numbers_of_mntr(answer: str, expected: dict[str, float]) -> None:
    with server(answering(answer)) as address:
        assert parse_mntr(ask(address, "mntr")) == expected
    assert set(expected) <= set(MNTR)
