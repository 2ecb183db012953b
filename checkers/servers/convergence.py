"""In the end all servers hold the same tree.

Broken when, after everything was healed and synced, the walks of two servers differ in a path, in data, in a
field of a Stat or in access rules, though no transaction between the two states can explain it
(`missing-node`, `data`, `stat`, `access-rules`); when two servers' digests of the tree at one transaction
differ (`digest`); or when a server says itself that its tree is not what the leader's was
(`digest-mismatch`), and they never agree again.

How: all answers of the walks about a path are sorted by their zxids and each is compared with the next.

Why it is sound: an answer shows exactly the state after the transactions up to its zxid. Between two states
sessions may have expired and containers vanished; but the newer Stat says since when the
znode is as it is, and only what it shows unchanged since the older state is compared. A znode that is gone
must be persistent, and deleted by nobody who is known or may have done it. Digests are those that
ZooKeeper keeps since 3.6 (`hash` and `mntr`).
"""

from collections.abc import Iterator

import numpy as np

from checkers.conclusion import conclude
from checkers.context import fault_ids, plan_of
from checkers.registry import guarantee
from checkers.result import Result, Violation
from checkers.servers.differences import (
    Difference,
    differing_lists,
    differing_nodes,
    differing_rules,
    neighbours,
)
from checkers.servers.digests import Digests, digests
from checkers.servers.walk import Readings, readings, server_of, walked
from checkers.wording import count, listed, moment, token
from harness.history import History

NAME = "replica-convergence"

MOST = 20


@guarantee(NAME, "In the end all servers hold the same tree.")
def replica_convergence(history: History) -> Result:
    """Compare what all servers hold; `checked` counts the pairs of answers and of digests compared."""
    nodes, lists, rules = (readings(history, f) for f in ("get", "children", "get-acl"))
    hashes = digests(history)
    found = list(
        dict.fromkeys(
            (
                *differing_nodes(history, nodes),
                *differing_lists(history, lists, nodes),
                *differing_rules(history, rules),
            )
        )
    )
    compared = sum(len(neighbours(seen).one) for seen in (nodes, lists, rules))
    violations = [_violation(history, difference) for difference in _first(history, found)]
    servers = _walked(history, nodes)
    paths = len(np.unique(nodes.path))
    return conclude(
        NAME,
        held=(
            f"Servers {listed(sorted(servers))} hold the same {count(paths, 'znode')}; "
            f"{count(compared, 'pair')} of answers and {count(hashes.compared, 'pair')} of digests agree."
            f"{_passing(hashes.passing)}"
        ),
        checked=compared + hashes.compared,
        violations=[*violations, *hashes.violations],
        missing=_missing(history, nodes, lists, rules, hashes),
        measures={
            "znodes": paths,
            "servers": len(servers),
            "differences": len(found),
            "digests_compared": hashes.compared,
            "passing_digest_mismatches": hashes.passing,
        },
    )


def _passing(number: int) -> str:
    """Say how many digests differed for a while, as they do while a server loads a snapshot."""
    return f" {count(number, 'digest')} differed for a while and agreed again later." if number else ""


def _walked(history: History, nodes: Readings) -> set[str]:
    names = history.derive(walked)
    return {names[server] for server in np.unique(nodes.server).tolist()}


def _missing(
    history: History, nodes: Readings, lists: Readings, rules: Readings, hashes: Digests
) -> list[str]:
    """Say what was not there to be compared."""
    known = _walked(history, nodes)
    plan = plan_of(history)
    servers = set(plan.server_names) if plan else known | hashes.servers
    missing = [
        f"Server {name} was not walked at the end, so nobody knows what it holds."
        for name in sorted(servers - known)
    ]
    if not missing and len(servers) < 2:
        missing.append("There are no two servers whose trees could be compared.")
    names, counts = history.derive(walked), history.calls.count
    for server in np.unique(nodes.server).tolist():
        read = [int((seen.server == server).sum()) for seen in (nodes, lists, rules)]
        listed_there = int(counts[lists.call[(lists.server == server) & lists.alive]].sum())
        unread = max(*read, listed_there + 1) - min(read)
        if unread:
            missing.append(
                f"The walk of {names[server]} ended early, with {count(unread, 'answer')} missing."
            )
    return missing


def _first(history: History, found: list[Difference]) -> Iterator[Difference]:
    completed = history.calls.completed
    yield from sorted(found, key=lambda one: (completed[one.other], one.path))[:MOST]


def _violation(history: History, difference: Difference) -> Violation:
    """Tell which server showed what, at which transaction."""
    calls, texts = history.calls, history.columns.texts
    pair = difference.one, difference.other
    times = sorted(int(calls.completed[call]) for call in pair)
    servers = [server_of(texts.say(calls.process[call])) for call in pair]
    states = [token(int(calls.zxid[call])) for call in pair]
    if difference.kind == "missing-node":
        there, gone = servers if difference.there_first else servers[::-1]
        told = f"Server {there} has {difference.path} and {gone} has not"
    else:
        told = f"Servers {servers[0]} and {servers[1]} differ in {difference.path}: {difference.what}"
    sentence = (
        f"{told} ({servers[0]} in the state of transaction {states[0]}, {servers[1]} in that of {states[1]}, "
        f"read at {moment(history, times[1])}), and nothing between the two can explain it."
    )
    shown = [call for call in (*pair, difference.proof) if call >= 0]
    witness = [int(row) for call in shown for row in (calls.invoke[call], calls.complete[call])]
    return Violation(
        kind=difference.kind,
        sentence=sentence,
        witness=tuple(sorted(witness)),
        time=times[0],
        until=times[1],
        nodes=tuple(servers),
        key=difference.path,
        faults=fault_ids(history, *times),
    )
