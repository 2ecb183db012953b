"""Target rules: who `leader` or `app-leader` is, found out at the moment when a fault fires."""

from collections.abc import Callable

from nemesis.fault import Arena


def _leader(arena: Arena) -> str | None:
    leader = arena.ensemble.leader()
    return leader.name if leader else None


def _app_leader(arena: Arena) -> str | None:
    return arena.board.app_leader()


RULES: dict[str, Callable[[Arena], str | None]] = {"leader": _leader, "app-leader": _app_leader}


def resolve(rule: str, arena: Arena) -> str | None:
    """Name the node that a rule means now, None when there is none; a node's name means itself."""
    if rule in RULES:
        return RULES[rule](arena)
    names = {server.name for server in arena.ensemble.servers} | set(arena.apps)
    return rule if rule in names else None
