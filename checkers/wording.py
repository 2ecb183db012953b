"""The words of the sentences: times, tokens, counts and lists, the same in every checker."""

from collections.abc import Iterable

from harness.history import History

_UNSIGNED = (1 << 64) - 1


def moment(history: History, time: int) -> str:
    """Say a time (ns) in seconds since the history began: `12.4 s`."""
    return f"{(time - history.start) / 1e9:.1f} s"


def stretch(length: int) -> str:
    """Say a length of time (ns): `3.1 s`, or `40 ms` where it is short."""
    return f"{length / 1e9:.1f} s" if length >= 10**9 else f"{length / 1e6:.3g} ms"


def token(zxid: int) -> str:
    """Say a zxid, and with it a token, in hexadecimal."""
    return hex(zxid)


def session_name(session: int) -> str:
    """Say a session id as ZooKeeper's own logs do: 64 bits without a sign, in hexadecimal."""
    return hex(session & _UNSIGNED)


def client(process: str) -> str:
    """Say whose a logical process is: `app1` for `app1/2.3`, `the final reading of zk1` for `final/zk1.2`."""
    whose, _, rest = process.partition("/")
    return f"the final reading of {rest.partition('.')[0]}" if whose == "final" and rest else whose


def count(number: int, thing: str, things: str = "") -> str:
    """Say how many: `1 leader`, `1,234 leaders`."""
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"


def listed(names: Iterable[str]) -> str:
    """Say names one after the other: `zk1, zk2 and zk3`."""
    *rest, last = list(names) or ["nobody"]
    return f"{', '.join(rest)} and {last}" if rest else last


def name_of(path: str) -> str:
    """Return the last part of a path."""
    return path.rpartition("/")[2]


def parent_of(path: str) -> str:
    """Return everything before the last part of a path, `/` at the top."""
    return path.rpartition("/")[0] or "/"


def child_of(parent: str, name: str) -> str:
    """Return the path of a child."""
    return f"/{name}" if parent == "/" else f"{parent}/{name}"
