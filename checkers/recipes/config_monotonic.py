"""Configurations only go forward, whole, and to everybody.

Readers never go back (`went-back`) nor use parts of different updates (`half-update`), the last value
arrives (`last-value-missed`), and no update is written over unread (`lost-update`).
"""

from checkers.abridged import kinds_of
from checkers.conclusion import conclude
from checkers.context import number
from checkers.recipes.config_arrival import acknowledged, missed, updates
from checkers.recipes.config_order import half_updates, lost_updates, went_back
from checkers.recipes.config_readers import Reader, readers
from checkers.recipes.vacancies import percentiles
from checkers.registry import guarantee
from checkers.result import Result
from checkers.wording import count
from harness.history import History

NAME = "config-monotonic"


@guarantee(
    NAME, "Readers of configurations never go back, never see half an update and end up with the last."
)
def config_monotonic(history: History) -> Result:
    """Judge all configurations that anybody follows; `checked` counts values and applications of them."""
    everybody = readers(history)
    known = updates(history)
    late, judged = missed(history, everybody, known)
    applied = sum(len(events) for reader in everybody for events in reader.applied.values())
    written = sum(map(len, known.values()))
    broken = [
        *went_back(history, everybody),
        *half_updates(history, everybody),
        *lost_updates(history),
        *late,
    ]
    missing = []
    if not applied:
        missing.append("No reader ever applied a value, so there was nothing to judge.")
    elif not judged:
        missing.append(
            "No reader was connected and undisturbed for long enough after an update to say that it arrived."
        )
    return conclude(
        NAME,
        held=(
            f"{count(written, 'value')} of {count(len(known), 'configuration')}, each made from the one "
            f"before: {count(len(everybody), 'reader')} applied them {count(applied, 'time')} in their "
            f"order, and {count(judged, 'time')} one arrived where it had to."
        ),
        checked=written + applied,
        violations=broken,
        missing=missing,
        measures={
            "readers": len(everybody),
            "configurations": len(known),
            "values": written,
            "applied": applied,
            "arrivals_judged": judged,
            "propagation": percentiles(_delays(history, everybody)),
            "broken": kinds_of(broken),
        },
    )


def _delays(history: History, everybody: list[Reader]) -> list[int]:
    """Return for how long (ns) each writer knew its value before a reader applied it, 0 at least."""
    told = acknowledged(history)
    return [
        max(0, event.time - told[config, number(event, "zxid")])
        for reader in everybody
        for config, events in reader.applied.items()
        for event in events
        if (config, number(event, "zxid")) in told
    ]
