"""Small words of the stories: data, lists, lengths of time, counts."""

import re
from collections.abc import Iterable
from typing import Any

from reports.values import hex_id, shown, text, whole

_LONGEST = 60
_LONGEST_NAME = 30
_LENGTH = re.compile(r":\d+$")
"""What a tag is followed by: the length of the padded data."""


def cut(said: str, most: int = _LONGEST) -> str:
    """Shorten a text from the end: names and data of somebody else may be of any length."""
    return said if len(said) <= most else f"{said[:most]}…"


def data(value: Any) -> str:
    """Write the data of a znode: `"app1/2-17"`, without the length of its padding; `no data` for none."""
    if value in (None, ""):
        return "no data"
    if isinstance(value, dict):
        return listed(f"{name} = {data(part)}" for name, part in value.items())
    if isinstance(value, str) and value.startswith("?"):
        return "some other data"
    return f'"{cut(_LENGTH.sub("", value))}"' if isinstance(value, str) else cut(shown(value))


def token(value: Any) -> str:
    """Write a token as the sentences of the checkers do: in hexadecimal."""
    number = whole(value)
    return hex_id(number) if number is not None else cut(text(value))


def listed(names: Iterable[str], most: int = 6) -> str:
    """Say names one after the other, and of a longer list how many more there are."""
    known = [cut(name, 90) for name in names]
    if len(known) > most:
        return f"{', '.join(known[:most])} and {len(known) - most:,} more"
    *rest, last = known or ["nothing"]
    return f"{', '.join(rest)} and {last}" if rest else last


def in_line(names: Iterable[str]) -> list[str]:
    """Sort names of znodes as a line does, by number, and shorten those that are mostly a random mark."""
    known = sorted(names, key=lambda name: (name[-10:] if name[-10:].isdecimal() else "", name))
    return [name if len(name) <= _LONGEST_NAME else f"{name[:6]}…{name[-12:]}" for name in known]


def lasting(nanoseconds: int) -> str:
    """Say how long something took: `3 ms`, `1.2 s`."""
    return f"{nanoseconds / 1e9:.1f} s" if nanoseconds >= 10**9 else f"{round(nanoseconds / 1e6)} ms"


def nth(number: int) -> str:
    """Say which one of many in figures: `11th`, `22nd`."""
    endings = {1: "st", 2: "nd", 3: "rd"}
    return f"{number}{'th' if 10 < number % 100 < 14 else endings.get(number % 10, 'th')}"
