"""How numbers are written in a report. All are filters of the templates."""

from collections.abc import Callable

NBSP = "\N{NO-BREAK SPACE}"


def seconds(value: float) -> str:
    """Write a moment of the run, to the millisecond: `12.345 s`."""
    return f"{value:.3f}{NBSP}s"


def precise(value: float) -> str:
    """Write a moment to a tenth of a millisecond, for events that lie close together."""
    return f"{value:.4f}{NBSP}s"


def lasting(value: float) -> str:
    """Write how long something took, in seconds: `1.24 s`."""
    return f"{value:.2f}{NBSP}s"


def duration(value: float) -> str:
    """Write a long stretch: `48 s`, `3 min 20 s`, `2 h 5 min`."""
    whole = round(value)
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    if hours:
        return f"{hours}{NBSP}h {minutes}{NBSP}min"
    if minutes:
        return f"{minutes}{NBSP}min {rest}{NBSP}s" if rest else f"{minutes}{NBSP}min"
    return f"{rest}{NBSP}s"


def milliseconds(value: float) -> str:
    """Write a latency given in ms with three digits or so: `0.42 ms`, `15.3 ms`, `2.41 s`."""
    if value >= 1000:
        return f"{value / 1000:.2f}{NBSP}s"
    return f"{value:.2f}{NBSP}ms" if value < 10 else f"{value:.1f}{NBSP}ms"


def count(value: int) -> str:
    """Write a number with its thousands apart."""
    return f"{value:,}"


def number(value: float) -> str:
    """Write any number: thousands apart, at most two digits after the point."""
    return f"{value:,.2f}".rstrip("0").rstrip(".")


FILTERS: dict[str, Callable[..., str]] = {
    "seconds": seconds,
    "precise": precise,
    "lasting": lasting,
    "duration": duration,
    "milliseconds": milliseconds,
    "count": count,
    "number": number,
}
