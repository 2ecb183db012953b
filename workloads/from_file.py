"""Workloads out of a user's own file: a Workload, or a class derived from Recipe, by its name there.

The harness loads such a file to plan a run, and the app nodes load it to run it. Whatever is wrong with it
is a WorkloadFileError of one sentence, with the line.
"""

import inspect
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import msgspec

from harness.client import Recipe, cast
from harness.plan import EvidenceRule
from harness.workload import Variant, Workload
from workloads.promises import EVIDENCE, ZOOKEEPER
from workloads.user_module import WorkloadFileError, imported

PARTICIPANTS = "participants"
"""Parameter: how many participants of a Recipe an app node has."""

ENOUGH = 20
"""Acknowledged operations that a Recipe owes which asks for no evidence."""

T = TypeVar("T")


def load(file: Path, name: str) -> Workload:
    """Import a file and return the workload of that name; its directory has to be in `sys.path`.

    Raises WorkloadFileError.
    """
    module = imported(file)
    there = ", ".join(_offered(module)) or "none"
    if not name:
        raise WorkloadFileError(
            f"{file}: put the name of a workload behind a colon; those in the file: {there}."
        )
    found = getattr(module, name, None)
    if found is None:
        raise WorkloadFileError(f"{file} has no workload {name!r}; those in the file: {there}.")
    if isinstance(found, Workload):
        return _checked(found, f"{name} in {file}")
    if isinstance(found, type) and issubclass(found, Recipe):
        return _workload_of(found, f"{name} in {file}")
    raise WorkloadFileError(
        f"{name} in {file} is {_kind(found)}: a class derived from Recipe or a Workload is needed."
    )


def names(file: Path) -> list[str]:
    """Import a file and return the names of all workloads in it; raises WorkloadFileError."""
    return _offered(imported(file))


def _offered(module: ModuleType) -> list[str]:
    return [name for name, thing in vars(module).items() if _is_offer(thing, module.__name__)]


def _is_offer(thing: Any, module: str) -> bool:
    """Tell whether it is a workload; what was imported from elsewhere to be derived from is none."""
    if isinstance(thing, type):
        return issubclass(thing, Recipe) and thing.__module__ == module and not inspect.isabstract(thing)
    return isinstance(thing, Workload)


def _kind(thing: Any) -> str:
    if isinstance(thing, type):
        return "another class"
    return f"of the type {type(thing).__name__}"


class _Said(msgspec.Struct):
    """What a Recipe says of itself, with the types that it has to be of."""

    guarantees: tuple[str, ...]
    evidence: dict[str, int]
    defaults: dict[str, float]
    holder: bool
    settles: bool
    roots: tuple[str, ...]


class _Built(msgspec.Struct):
    """The fields of a Workload that a plan is made of, with the types that they have to be of."""

    name: str
    summary: str
    default: str
    variants: dict[str, Any]
    guarantees: tuple[str, ...]
    evidence: tuple[EvidenceRule, ...]
    params: dict[str, float]
    holder: bool
    settles: bool
    roots: tuple[str, ...]


def _checked(workload: Workload, what: str) -> Workload:
    _check_roots(_convert(workload, _Built, what).roots, what)
    for name, variant in workload.variants.items():
        if not isinstance(variant, Variant):
            raise WorkloadFileError(f"{what}: its variant {name!r} is no Variant, but {_kind(variant)}.")
    if workload.variants and workload.default not in workload.variants:
        raise WorkloadFileError(f"{what}: its default variant {workload.default!r} is none of its variants.")
    return workload


def _workload_of(recipe: type[Recipe], what: str) -> Workload:
    missing = sorted(getattr(recipe, "__abstractmethods__", ()))
    if missing:
        raise WorkloadFileError(f"{what} lacks the method {', '.join(missing)}.")
    said = _convert(recipe, _Said, what)
    if not said.roots:
        raise WorkloadFileError(
            f'{what} names no roots, the topmost znodes that it makes: roots = ("/lock",).'
        )
    _check_roots(said.roots, what)
    summary = (recipe.__doc__ or "").strip().partition("\n")[0]
    owed = [EvidenceRule("acknowledged", number, of=f) for f, number in said.evidence.items()]
    return Workload(
        name=recipe.__name__,
        summary=summary,
        variants={"": Variant(cast((recipe, PARTICIPANTS)), summary)},
        guarantees=(*said.guarantees, *ZOOKEEPER),
        evidence=(*(owed or [EvidenceRule("acknowledged", ENOUGH)]), *EVIDENCE),
        params={PARTICIPANTS: 1.0, **said.defaults},
        holder=said.holder,
        settles=said.settles,
        roots=said.roots,
    )


def _check_roots(roots: Sequence[str], what: str) -> None:
    for root in roots:
        if not root.startswith("/"):
            raise WorkloadFileError(
                f"{what} names the root {root!r}, which is no path: it begins with a slash."
            )


def _convert(thing: Any, shape: type[T], what: str) -> T:
    try:
        return msgspec.convert(thing, shape, from_attributes=True)
    except msgspec.ValidationError as error:
        reason = str(error).replace("`", "")
        raise WorkloadFileError(f"{what}: {reason}.") from error
