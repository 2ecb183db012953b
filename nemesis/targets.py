"""Target rules: who `leader` or `holder` is, found out at the moment when a fault fires."""

import random
import re
from collections.abc import Callable, Sequence

from harness.plan import Plan
from nemesis.arena import Arena

Resolver = Callable[[Arena, random.Random], Sequence[str]]


def _leader(arena: Arena, _draw: random.Random) -> Sequence[str]:
    leader = arena.ensemble.leader()
    return [leader.name] if leader else []


def _in_mode(mode: str) -> Resolver:
    def resolve(arena: Arena, draw: random.Random) -> Sequence[str]:
        names = [server.name for server in arena.ensemble.servers if server.status().mode == mode]
        return [draw.choice(names)] if names else []

    return resolve


def _holder(arena: Arena, _draw: random.Random) -> Sequence[str]:
    holder = arena.board.app_leader()
    return [holder] if holder else []


def _servers(arena: Arena) -> list[str]:
    return [server.name for server in arena.ensemble.servers]


def _voters(arena: Arena) -> list[str]:
    return [server.name for server in arena.ensemble.servers if not server.observer]


def _apps(arena: Arena) -> list[str]:
    return list(arena.apps)


def _one(names: Callable[[Arena], list[str]]) -> Resolver:
    return lambda arena, draw: [draw.choice(names(arena))] if names(arena) else []


def _some(names: Callable[[Arena], list[str]], *, more_than_half: bool) -> Resolver:
    def resolve(arena: Arena, draw: random.Random) -> Sequence[str]:
        all_of_them = names(arena)
        majority = len(all_of_them) // 2 + 1
        number = majority if more_than_half else len(all_of_them) - majority
        return sorted(draw.sample(all_of_them, number))

    return resolve


RULES: dict[str, Resolver] = {
    "leader": _leader,
    "follower": _in_mode("follower"),
    "observer": _in_mode("observer"),
    "one": _one(_servers),
    "minority": _some(_voters, more_than_half=False),
    "majority": _some(_voters, more_than_half=True),
    "all": lambda arena, _draw: _servers(arena),
    "holder": _holder,
    "app-leader": _holder,
    "one-app": _one(_apps),
    "minority-of-apps": _some(_apps, more_than_half=False),
    "majority-of-apps": _some(_apps, more_than_half=True),
    "all-apps": lambda arena, _draw: _apps(arena),
}
"""The rules by name; `connected-to:APP` and the names of nodes come on top."""

HOLDERS = frozenset({"holder", "app-leader"})
ON_APPS = HOLDERS | {"one-app", "minority-of-apps", "majority-of-apps", "all-apps"}

CONNECTED_TO = "connected-to:"

NAMED = re.compile(r"(?:zk|app)\d+(?:\+(?:zk|app)\d+)*")
"""Names of nodes: `zk1`, or several as in `zk1+zk3`."""


def is_rule(text: str) -> bool:
    """Tell whether a text can be a target rule."""
    return text in RULES or text.startswith(CONNECTED_TO) or NAMED.fullmatch(text) is not None


def is_app(rule: str) -> bool:
    """Tell whether a rule means app nodes; names of both kinds together do not."""
    return kinds(rule) == {"app"}


def kinds(rule: str) -> frozenset[str]:
    """Return the kinds of the nodes that a rule means: `server`, `app`, or both."""
    if NAMED.fullmatch(rule):
        return frozenset("app" if name.startswith("app") else "server" for name in rule.split("+"))
    return frozenset({"app" if rule in ON_APPS else "server"})


def impossible(rule: str, plan: Plan) -> str:
    """Say in one clause why no node of a run can ever be meant by a rule, or nothing."""
    servers = list(plan.server_names)
    apps = [f"app{number}" for number in range(1, plan.nodes + 1)]
    if rule == "observer" and not plan.observers:
        return "the ensemble has no observer; --observers 1 adds one"
    if rule == "follower" and plan.servers == 1:
        return "an ensemble of one server has no follower"
    if rule == "minority" and plan.servers < 3:
        return f"of {plan.servers} there is no minority; --servers 3 has one"
    if rule == "minority-of-apps" and plan.nodes < 3:
        return f"of {plan.nodes} there is no minority; --nodes 3 has one"
    if rule.startswith(CONNECTED_TO):
        return _strange([rule.removeprefix(CONNECTED_TO)], apps)
    return _strange(rule.split("+"), servers + apps) if NAMED.fullmatch(rule) else ""


def _strange(names: Sequence[str], known: Sequence[str]) -> str:
    """Say what is wrong with the names of nodes, or nothing."""
    strange = next((name for name in names if name not in known), None)
    if strange is not None:
        return f"there is no node {strange!r}; there are {', '.join(known)}"
    return f"{'+'.join(names)} names a node twice" if len(set(names)) < len(names) else ""


def resolve(rule: str, arena: Arena, draw: random.Random) -> tuple[str, ...]:
    """Name the nodes that a rule means now, none when there are none; a node's name means itself."""
    if rule in RULES:
        return tuple(RULES[rule](arena, draw))
    if rule.startswith(CONNECTED_TO):
        address = arena.board.snapshot().connected_to.get(rule.removeprefix(CONNECTED_TO), "")
        host = address.partition(":")[0]
        return tuple(server.name for server in arena.ensemble.servers if server.pod.address == host)
    names = tuple(rule.split("+"))
    return names if all(name in arena.nodes for name in names) else ()
