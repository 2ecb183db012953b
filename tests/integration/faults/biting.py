"""How every fault is tried on real containers: it bites, it is over, and healing it twice changes nothing."""

from collections.abc import Callable
from typing import Any

from harness.clock import wait_for
from harness.errors import ZkchaosError
from nemesis.fault import Fault, Proof
from nemesis.selection import parse
from nemesis.targets import resolve
from tests.integration.theatre import PATIENCE, Theatre


def cast_fault(theatre: Theatre, text: str, *targets: str) -> Fault:
    """Make the fault that a name such as `kill-leader` means now, or the same on the targets given."""
    choice = parse(text)
    fault = choice.fault(theatre.arena, targets, choice.params)
    if not targets:
        fault.targets = wait_for(
            lambda: resolve(choice.target, theatre.arena, fault.draw) or None,
            within=PATIENCE,
            what=f"somebody is {choice.target}",
        )
    return fault


def bite(fault: Fault) -> Proof:
    """Inject and prove; before, there is nothing to be seen."""
    assert fault.observe() is None
    fault.inject()
    return wait_for(_looking(fault.observe), within=PATIENCE, what=f"{fault.name} bites")


def repair(fault: Fault) -> Any:
    """Heal, and heal again, and prove; a third healing must change nothing either."""
    fault.heal()
    fault.heal()
    proof = wait_for(_looking(fault.observe_healed), within=PATIENCE, what=f"{fault.name} is over")
    fault.heal()
    wait_for(_looking(fault.observe_healed), within=PATIENCE, what=f"{fault.name} is still over")
    return proof


def _looking(observe: Callable[[], Proof | None]) -> Callable[[], Proof | None]:
    """Look as the conductor does: whoever does not answer is asked again."""

    def look() -> Proof | None:
        try:
            return observe()
        except ZkchaosError:
            return None

    return look


def await_epoch_above(theatre: Theatre, epoch: int) -> None:
    """Return when a server leads in a higher epoch, and has had a transaction in it."""
    wait_for(
        lambda: theatre.leader().status().epoch > epoch, within=PATIENCE, what="the epoch is a higher one"
    )
