"""How a server comes back after something befell its files: what it says, and whether it has all data."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from harness.client import Answer, RecordingClient
from harness.client.requests import Create, Exists, GetChildren, Sync
from harness.clock import wait_for
from harness.ensemble import PROBE, Ensemble, Server
from harness.errors import EnsembleError
from harness.visitor import visit, visiting
from nemesis.disk.files import work_on_files
from nemesis.fault import Fault, Proof
from nemesis.process.life import works

LOADED_WITHIN = 12.0
"""Seconds in which a server either loads its files and answers, or gives up and ends."""

ANSWER_WITHIN = 3.0

COMPARED = 300
"""How many znodes are compared with the leader's, from the root on."""

PROCESS_START = "QuorumPeerConfig - Reading configuration"

SYNCED = {
    "Getting a diff from the leader": "took the difference from the leader",
    "Getting a snapshot from leader": "took a snapshot from the leader",
    "Truncating log to get in sync": "cut its log back to the leader's",
}
"""What a follower logs of the way in which it got in sync, and what that means."""

FATAL = ("Unable to load database", "Caused by:", "Exception:", "Something is broken", "FATAL")


def last_life(server: Server) -> list[str]:
    """Return the lines that a server logged since its last start."""
    lines = server.container.output().decode(errors="replace").splitlines()
    starts = [number for number, line in enumerate(lines) if PROCESS_START in line]
    return lines[starts[-1] :] if starts else lines


def last_words(server: Server) -> str:
    """Return the line in which a server that ended says why, or the last one that there is."""
    lines = last_life(server)
    why = [line for line in lines if any(word in line for word in FATAL) and not line.startswith("\tat")]
    return (why or lines or [""])[-1].strip()[-300:]


def way_back(server: Server) -> str:
    """Tell how a follower got in sync since its last start, as far as it says."""
    lines = last_life(server)
    said = [meaning for line in lines for words, meaning in SYNCED.items() if words in line]
    return said[-1] if said else ""


def aftermath(server: Server) -> str:
    """Tell what a server made of its files: `loads` or `refuses`; nothing: not to be seen yet.

    A server opens its client port when its files are loaded, and before it has found a leader.
    """
    if server.status(within=0.5).mode != "down":
        return "loads"
    return "" if server.container.state().running else "refuses"


def note_end(server: Server) -> None:
    """Record that a process ended, and that nobody has to wonder."""
    server.expected_down = True
    server.died()


def revive(server: Server, ensemble: Ensemble, *, at_any_price: bool) -> Proof:
    """Start a server unless it runs; one that refuses its files gets an empty disk, to sync from the leader.

    Without a leader an empty disk may cost what the ensemble has promised to keep: it is made only
    `at_any_price`, else raises EnsembleError with the server's last words.
    """
    if server.container.state().running:
        return {}
    server.start()
    if _look(server) != "refuses":
        return {}
    note_end(server)
    words = last_words(server)
    if not at_any_price and ensemble.leader() is None:
        raise EnsembleError(
            f"{server.name} refuses its files, and there is no leader to sync from: {words!r}"
        )
    work_on_files(server.pod, "wipe")
    server.start()
    _look(server)
    return {"refused": words, "wiped": True}


def _look(server: Server) -> str:
    with suppress(EnsembleError):
        return wait_for(
            lambda: aftermath(server) or None,
            within=LOADED_WITHIN,
            what=f"{server.name} has loaded its files",
        )
    return ""


def stir(fault: Fault, *, besides: str) -> None:
    """Write something, through another server than the one named if there is one: every server has to log it.

    It is the ephemeral node of a visit, so nothing of it stays. Nobody may answer: that is what faults do.
    """
    servers = sorted(fault.arena.ensemble.servers, key=lambda server: server.name == besides)
    node = Create(f"{PROBE}/stir-", bytes(2 << 10), ephemeral=True, sequence=True)
    for server in servers:
        if server.status(within=0.5).serves:
            with suppress(EnsembleError):
                visit(server.host_address, [node] * 8, within=ANSWER_WITHIN)
            return


def same_as_leader(server: Server, ensemble: Ensemble) -> Proof | None:
    """Compare a server's znodes, after a sync, with the leader's; None: nobody leads.

    The proof names the first znode that `differs`, if any does. Under load only what both have left alone
    since can be compared.
    """
    leader = ensemble.leader()
    if leader is None:
        return None
    if leader is server:
        return {"leads": True}
    synced, there = _stats(leader, None)
    _, here = _stats(server, list(there))
    for path, stat in there.items():
        ours, parent = here[path], here.get(path.rpartition("/")[0] or "/")
        if ours is None:
            # Deleted since: then its parent has changed since.
            if parent is not None and parent.pzxid <= synced:
                return {"differs": path}
        elif _newest(stat) <= synced and _newest(ours) <= synced and stat != ours:
            return {"differs": path}
    return {"same_as": leader.name, "znodes": len(there), "at_zxid": synced}


def sound(fault: Fault, server: Server, healed: Proof) -> Proof | None:
    """Tell that a server works and shows what the leader shows, and how it was `healed`; None: not yet.

    While other faults go on nobody can be compared with.
    """
    proof = works(fault, server)
    if proof is None or not fault.alone:
        return proof and proof | healed
    same = same_as_leader(server, fault.arena.ensemble)
    return None if same is None or "differs" in same else proof | healed | same


def _newest(stat: Any) -> int:
    return int(max(stat.czxid, stat.mzxid, stat.pzxid))


def _stats(server: Server, paths: list[str] | None) -> tuple[int, dict[str, Any]]:
    """Read Stats after a sync, of some paths or of the first ones from the root on; and the sync's zxid."""
    with visiting(server.host_address, ANSWER_WITHIN) as client:
        (synced,) = _answers(client, [Sync("/")])
        paths = paths or _paths(client)
        stats = {
            path: answer.value if answer else None
            for path, answer in zip(paths, _answers(client, [Exists(path) for path in paths]), strict=True)
        }
        if synced is None:
            raise EnsembleError(f"{server.name} does not sync.")
        return synced.reply.zxid, stats


def _paths(client: RecordingClient) -> list[str]:
    paths, level = ["/"], ["/"]
    while level and len(paths) < COMPARED:
        listings = _answers(client, [GetChildren(path) for path in level])
        level = [
            f"{path.rstrip('/')}/{name}"
            for path, listing in zip(level, listings, strict=True)
            for name in (listing.value if listing else ())
            # Each server notes for itself when it read its configuration, in /zookeeper/config.
            if (path, name) != ("/", "zookeeper")
        ][:COMPARED]
        paths += level
    return paths


def _answers(client: RecordingClient, requests: Sequence[Any]) -> list[Answer | None]:
    """Ask; None for what was not answered, or not there any more."""
    outcomes = client.ask_all(requests, ANSWER_WITHIN)
    return [outcome if isinstance(outcome, Answer) else None for outcome in outcomes]
