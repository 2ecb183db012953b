"""Tables in the pages of the documentation, each between two marks."""

from collections.abc import Iterable
from pathlib import Path


def put_between(page: Path, begin: str, end: str, lines: Iterable[str]) -> None:
    """Replace what stands between two marks of a page; exits with a sentence where a mark is missing."""
    head, found_begin, rest = page.read_text().partition(begin)
    _, found_end, tail = rest.partition(end)
    if not found_begin or not found_end:
        raise SystemExit(f"{page} does not hold the marks {begin} and {end}.")
    page.write_text("\n".join([head + begin, *lines, end + tail]))
