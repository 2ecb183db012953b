"""All faults by name."""

from harness.errors import ZkchaosError
from nemesis.fault import Fault
from nemesis.kill import KillAppLeader, KillLeader
from nemesis.pause import PauseAppLeader
from nemesis.session import ExpireAppLeader

FAULTS: dict[str, type[Fault]] = {
    fault.name: fault for fault in (KillLeader, KillAppLeader, PauseAppLeader, ExpireAppLeader)
}


def find(names: str) -> tuple[type[Fault], ...]:
    """Look up faults by their names, separated by commas; `none` and nothing are no fault.

    Raises ZkchaosError that lists what there is.
    """
    found = []
    for name in (part.strip() for part in names.split(",")):
        if name in {"", "none"}:
            continue
        if name not in FAULTS:
            raise ZkchaosError(f"there is no fault {name!r}; choose from: {', '.join(FAULTS)}, none.")
        found.append(FAULTS[name])
    return tuple(found)
