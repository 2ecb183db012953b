"""Healing without knowing what was broken: every family brings its part of a node to its clean state.

For what a harness that crashed left behind, and for faults whose own healing could not be proven.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

from harness.clock import Deadline, wait_for
from harness.errors import EnsembleError, SetupError, ZkchaosError
from harness.pods import Pod
from nemesis.clock import clean as clock
from nemesis.disk import clean as disk
from nemesis.link import clean as link
from nemesis.load import clean as load
from nemesis.membership import clean as membership
from nemesis.partition import clean as partition
from nemesis.process import clean as process
from nemesis.process.clean import release
from nemesis.session import clean as session


@dataclass(frozen=True, slots=True)
class Cleaner:
    """What one family knows of the clean state of its part of a node."""

    clean: Callable[[Pod], None]
    dirt: Callable[[Pod], list[str]]


CLEANERS = tuple(
    # Processes start on clean networks and disks, and load and members are changed through servers that
    # run. A removed server gets its configuration back before it is started.
    Cleaner(family.clean, family.dirt)
    for family in (partition, link, session, clock, disk, membership, process, load)
)

CLEAN_WITHIN = 20.0
"""Seconds in which a node comes to its clean state."""


def heal(pods: Sequence[Pod], *, starting: bool = True) -> dict[str, list[str]]:
    """Bring nodes to their clean state; return what is left on each, nothing where it is clean.

    One that fails does not keep the others from it. Who keeps books on the lives of processes starts them
    himself: without `starting` one that has ended stays so.
    """
    if not pods:
        return {}
    with ThreadPoolExecutor(min(len(pods), 8)) as pool:
        healed = pool.map(lambda pod: _heal(pod, starting=starting), pods)
        return dict(zip((pod.name for pod in pods), healed, strict=True))


def _heal(pod: Pod, *, starting: bool) -> list[str]:
    cleaners = [one for one in CLEANERS if starting or one.clean is not process.clean]
    failed = []
    if pod.loaded:
        with suppress(SetupError):  # the cleaner of processes tells of it
            # A frozen process answers nobody who would change members or load through it.
            release(pod.process)
    for cleaner in cleaners:
        try:
            cleaner.clean(pod)
        except ZkchaosError as error:
            failed.append(str(error).rstrip("."))
    deadline, left = Deadline(CLEAN_WITHIN), [""]

    def nothing_left() -> bool:
        left[:] = _dirt(pod, cleaners)
        return not left

    try:
        wait_for(nothing_left, within=deadline.left, what=f"{pod.name} is clean")
    except EnsembleError:
        return [*failed, *left]
    return []


def _dirt(pod: Pod, cleaners: Sequence[Cleaner]) -> list[str]:
    found = []
    for cleaner in cleaners:
        try:
            found += cleaner.dirt(pod)
        except ZkchaosError as error:
            found.append(str(error).rstrip("."))
    return found
