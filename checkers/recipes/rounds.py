"""The rounds of a double barrier: who asked to enter and to leave each of them."""

from dataclasses import dataclass, field

from checkers.context import in_time, number, told
from harness.history import History, Operation
from harness.history.views import pair_operations


@dataclass(slots=True)
class Round:
    """All deeds of one round at one barrier, in order of their invocation."""

    key: str
    number: int
    of: int
    """How many parties have to be there."""
    enters: list[Operation] = field(default_factory=list)
    leaves: list[Operation] = field(default_factory=list)


def rounds(history: History) -> list[Round]:
    """Return every round that anybody tried to enter or leave."""
    found: dict[tuple[str, int], Round] = {}
    for deed in pair_operations(in_time(history.select("enter", "leave"))):
        call = deed.invoke
        of = number(call, "of")
        if not of or not isinstance(told(call, "round"), int):
            continue
        one = found.setdefault((call.key, number(call, "round")), Round(call.key, number(call, "round"), of))
        (one.enters if call.f == "enter" else one.leaves).append(deed)
    return list(found.values())
