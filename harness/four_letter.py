"""ZooKeeper's four-letter words: ask a server about itself over a plain connection."""

import re
import socket
from dataclasses import dataclass

MNTR = (
    "zk_followers",
    "zk_synced_followers",
    "zk_avg_latency",
    "zk_max_latency",
    "zk_outstanding_requests",
    "zk_num_alive_connections",
    "zk_znode_count",
    "zk_watch_count",
    "zk_ephemerals_count",
    "zk_approximate_data_size",
)
"""What is kept of `mntr`; a server says over a hundred things."""

HEX = re.compile(r"[0-9a-f]+")


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """What a server says of itself in `srvr`."""

    mode: str
    """leader, follower, observer, standalone, `looking` (answers, serves nobody) or `down`."""
    zxid: int = 0
    """The last transaction it has applied."""

    @property
    def epoch(self) -> int:
        """Epoch of that transaction."""
        return self.zxid >> 32

    @property
    def serves(self) -> bool:
        """Tell whether it answers clients."""
        return self.mode not in {"down", "looking"}


def ask(address: tuple[str, int], word: str, within: float = 1.0) -> str:
    """Send a four-letter word and return the answer; raises OSError when none comes."""
    with socket.create_connection(address, timeout=within) as connection:
        connection.sendall(word.encode())
        chunks = []
        while chunk := connection.recv(65536):
            chunks.append(chunk)
    return b"".join(chunks).decode(errors="replace")


def status(address: tuple[str, int], within: float = 1.0) -> ServerStatus:
    """Ask a server for its role and zxid; a server that does not answer is `down`."""
    try:
        answer = ask(address, "srvr", within)
    except OSError:
        return ServerStatus("down")
    return parse_srvr(answer)


def parse_srvr(answer: str) -> ServerStatus:
    """Read role and zxid from the answer to `srvr`."""
    fields = dict(line.split(": ", 1) for line in answer.splitlines() if ": " in line)
    if "Mode" in fields:
        return ServerStatus(fields["Mode"].strip(), int(fields.get("Zxid", "0x0"), 16))
    # A proxy in front of a dead server accepts the connection and closes it without a word.
    return ServerStatus("looking" if answer.strip() else "down")


def parse_hash(answer: str) -> dict[str, str]:
    """Read the digests of the tree from the answer to `hash`: {zxid, in decimal: digest}.

    A server older than 3.6, or one with digests switched off, gives none.
    """
    digests = {}
    for line in answer.splitlines():
        zxid, colon, digest = line.partition(": ")
        if colon and HEX.fullmatch(zxid):
            digests[str(int(zxid, 16))] = digest.strip()
    return digests


def parse_mismatches(answer: str) -> int | None:
    """Read from `mntr` how often the tree's digest differed from the leader's; None where it is not told."""
    for line in answer.splitlines():
        name, _, value = line.partition("\t")
        if name == "zk_digest_mismatches_count":
            return int(float(value))
    return None


def parse_mntr(answer: str) -> dict[str, int | float]:
    """Read the kept numbers from the answer to `mntr`."""
    numbers: dict[str, int | float] = {}
    for line in answer.splitlines():
        name, _, value = line.partition("\t")
        if name in MNTR:
            number = float(value)
            numbers[name] = int(number) if number.is_integer() else number
    return numbers
