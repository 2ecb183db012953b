"""The same search compiled by numba, which the extra `fast` installs, for models whose facet is the state."""

from collections.abc import Sequence
from importlib.util import find_spec

from checkers.linearizability.call import Call
from checkers.linearizability.model import Model
from checkers.linearizability.outcome import Outcome
from checkers.linearizability.search import search_prepared

SLOTS = 62
"""More calls at once do not fit into a machine word with a sign; then the plain search takes over."""


def available() -> bool:
    """Tell whether numba is installed."""
    return find_spec("numba") is not None


def search_compiled(model: Model, calls: Sequence[Call], budget: int) -> Outcome:
    """Decide as `search_prepared` does, with the same verdict after as many configurations.

    No linearization and no prefixes are told. Falls back on the plain search for other models, and
    where too many calls are open at once. Needs numba.
    """
    if not model.facet_is_state:
        return search_prepared(model, calls, budget)
    # numba takes its time to import; only those who ask for it pay.
    from checkers.linearizability.compiled.arrays import arrays_of  # noqa: PLC0415
    from checkers.linearizability.compiled.kernel import run  # noqa: PLC0415

    arrays = arrays_of(model, calls)
    if arrays.tables.slots > SLOTS:
        return search_prepared(model, calls, budget)
    return arrays.outcome(*run(arrays.memory, arrays.tables, budget))
