"""All faults by name, in their families."""

from nemesis.clock import CLOCK
from nemesis.disk import DISK
from nemesis.fault import Fault
from nemesis.link import LINK
from nemesis.load import LOAD
from nemesis.membership import MEMBERSHIP
from nemesis.partition import PARTITION
from nemesis.process import PROCESS
from nemesis.session import SESSION

FAMILIES: dict[str, dict[str, type[Fault]]] = {
    family: {fault.name: fault for fault in faults}
    for family, faults in {
        "process": PROCESS,
        "partition": PARTITION,
        "link": LINK,
        "session": SESSION,
        "load": LOAD,
        "disk": DISK,
        "clock": CLOCK,
        "membership": MEMBERSHIP,
    }.items()
}

FAULTS: dict[str, type[Fault]] = {
    name: fault for faults in FAMILIES.values() for name, fault in faults.items()
}


def family_of(fault: type[Fault]) -> str:
    """Name the family of a fault, empty for one that is in none."""
    return next((family for family, faults in FAMILIES.items() if fault.name in faults), "")
