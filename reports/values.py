"""How the values of events read to a person: zxids and session ids in hex, everything else as JSON."""

from typing import Any

import msgspec

_WIDE = frozenset(
    {"token", "zxid", "czxid", "mzxid", "pzxid", "session", "owner", "ephemeralOwner", "children"}
)
"""Names under which 64-bit ids travel: ZooKeeper's own tools and logs write those in hex."""

_LONGEST = 600


def mapping(value: Any) -> dict[str, Any]:
    """Return the value where it is a JSON object, an empty one otherwise."""
    return value if isinstance(value, dict) else {}


def whole(value: Any) -> int | None:
    """Return the value where it is an integer (and no bool), None otherwise."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def text(value: Any) -> str:
    """Return a string as it is, nothing for None, and anything else as `shown` writes it."""
    return value if isinstance(value, str) else shown(value)


def hex_id(value: int) -> str:
    """Write a zxid or a 64-bit session id (signed or not) as `0x…`, nothing for 0."""
    return f"{value & 0xFFFFFFFFFFFFFFFF:#x}" if value else ""


def shown(value: Any) -> str:
    """Write a value as JSON on one line with ids in hex, cut after 600 characters."""
    if value is None:
        return ""
    if isinstance(value, str):
        line = value
    else:
        line = msgspec.json.encode(_with_hex(value)).decode().replace('","', '", "').replace(',"', ', "')
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}… ({len(line)} characters)"


def _with_hex(value: Any, wide: bool = False) -> Any:  # noqa: FBT001, FBT002 - a private recursion
    if isinstance(value, dict):
        return {str(name): _with_hex(item, wide or name in _WIDE) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_with_hex(item, wide) for item in value]
    if isinstance(value, float):
        return round(value, 3)
    if wide and whole(value):
        return hex_id(value)
    return value


def rows(value: Any, prefix: str = "") -> list[tuple[str, str]]:
    """Flatten nested objects, and lists of them, to (dotted name, text) rows in the order they came."""
    flat: list[tuple[str, str]] = []
    for name, item in mapping(value).items():
        if isinstance(item, dict) and item:
            flat.extend(rows(item, f"{prefix}{name}."))
        elif isinstance(item, list | tuple) and item and all(isinstance(entry, dict) for entry in item):
            flat.extend((f"{prefix}{name}.{n}", _record(entry)) for n, entry in enumerate(item, 1))
        else:
            flat.append((f"{prefix}{name}", shown(item)))
    return flat


def _record(entry: dict[str, Any]) -> str:
    """Write a small object as `name value` pairs, leaving out what is empty."""
    told = ((name, shown(_with_hex(item, name in _WIDE))) for name, item in entry.items())
    return ", ".join(f"{name} {item}" for name, item in told if item)
