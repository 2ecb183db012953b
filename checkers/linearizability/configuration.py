"""One point of the search, and the way to it."""

from typing import Any, NamedTuple

DONE, READ, GUESSED, ENTERED, LEFT = range(5)
"""What a step did: one known call, some that read, one unknown call; an excursion began, and ended."""

Path = tuple[Any, int, int, int] | None
"""(the path before, what the step did, `p` at that time, bits of the calls or number of the unknown kind)."""


class Configuration(NamedTuple):
    """Which calls are done and what the state is."""

    p: int
    """Number of the first known call, in order of return, that is not done."""
    done: int
    """Bits of the open calls that are done; that of `p` never is."""
    hide: int
    """Bits of the open calls, not done, that may be slipped in before the last overwriting call."""
    state: int
    used: tuple[int, ...]
    """How many unknown calls of each kind have happened."""
    since: int
    """What `p` was when the last overwriting call was done, -1 before the first one."""
    outside: int
    """In an excursion: the state outside. Else -1."""
    entered: int
    """In an excursion: the `p` for whose sake it is. Else 0."""
    path: Path
