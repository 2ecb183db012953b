"""A lock by hand, and how the tests of its guarantees look at it."""

from collections.abc import Callable
from typing import Any

from build import Script, words, zxid

from checkers.result import Result
from harness.history import History

LOCK = "/locks/l0"
RESOURCE = "/resources/l0"


def lock_node(number: int) -> str:
    """Return the path of the contender with a sequence number."""
    return f"{LOCK}/guid{number}-{number:010d}"


A, B = lock_node(1), lock_node(2)
TOKEN_A, TOKEN_B = zxid(1), zxid(2)


def acquire(
    script: Script,
    second: float,
    app: str,
    took: float | None,
    type: str = "ok",  # noqa: A002
    **more: Any,
) -> None:
    """Wait for the lock; without an end where `took` is None."""
    common = {"process": f"{app}/1.9", "key": LOCK}
    script.add(second, "invoke", "acquire", value={"mode": "exclusive"}, **common)
    if took is not None:
        script.add(second + took, type, "acquire", **common, **more)


def hold(script: Script, second: float, app: str, path: str, token: int, **more: Any) -> None:
    """Believe to hold the lock."""
    value = {"token": token, "node": path, **more}
    script.say(second, "holds", f"{app}/1.0", key=LOCK, value=value)


def let_go(script: Script, second: float, app: str, path: str, token: int, **more: Any) -> None:
    """Stop believing."""
    value = {"token": token, "node": path, "why": "done", **more}
    script.say(second, "let-go", f"{app}/1.0", key=LOCK, value=value)


def listing(script: Script, second: float, app: str, paths: list[str], z: int) -> None:
    """List the line."""
    names = [path.rpartition("/")[2] for path in paths]
    script.call(second, "children", f"{app}/1.1", LOCK, value=names, zxid=z)


def work(script: Script, second: float, app: str, path: str, token: int, z: int) -> None:
    """Do one accepted action."""
    value = {"token": token, "path": path, "n": 1}
    script.call(second, "work", f"{app}/1.1", RESOURCE, ask=value, value=value, zxid=z)


def two_holders(**more: Any) -> Script:
    """Return a lock that app1 holds from 10 s to 20 s and app2 from 21 s to 30 s; quiet, and well led."""
    script = Script()
    script.phase(5, "workload")
    script.polls(5, 45)
    script.create(6, "app1", A, TOKEN_A, 11)
    script.create(7, "app2", B, TOKEN_B, 22)
    acquire(script, 6, "app1", 4)
    acquire(script, 7, "app2", 14)
    listing(script, 9.5, "app1", [B, A], zxid(10))
    hold(script, 10, "app1", A, TOKEN_A, **more)
    work(script, 11, "app1", A, TOKEN_A, zxid(11))
    let_go(script, 20, "app1", A, TOKEN_A, **more)
    script.call(20.1, "delete", "app1/1.1", A, zxid=zxid(20))
    listing(script, 20.5, "app2", [B], zxid(20))
    hold(script, 21, "app2", B, TOKEN_B, **more)
    work(script, 22, "app2", B, TOKEN_B, zxid(22))
    let_go(script, 30, "app2", B, TOKEN_B, **more)
    script.phase(32, "heal")
    script.phase(40, "stop")
    script.phase(45, "closed")
    return script


def unharmed(check: Callable[[History], Result], script: Script) -> None:
    """Demand that no prefix of a correct history is a violation."""
    events = script.history().events
    for end in range(len(events) + 1):
        result = check(History(events[:end]))
        assert not result.violations, (end, result.sentence)
        words(result.sentence)
