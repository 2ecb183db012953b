"""How faults are named: `kill-leader`, `partition:isolate-leader`, `delay-follower/ms=200/jitter=50`.

A name is a fault's own, then maybe a target behind a hyphen or an `@`, then parameters behind slashes. The
family may stand before it, and stands for all of its faults when it stands alone.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from harness.errors import ZkchaosError
from harness.plan import Plan
from nemesis.catalogue import FAMILIES, FAULTS
from nemesis.fault import Fault
from nemesis.machine import ABILITIES
from nemesis.parameters import read_parameters
from nemesis.presets import PRESETS
from nemesis.rhythm import Rhythm
from nemesis.targets import HOLDERS, RULES, impossible, is_rule, kinds


@dataclass(frozen=True, slots=True)
class Choice:
    """One fault as somebody asked for it."""

    text: str
    """As it was written; the name under which the history tells of it."""
    fault: type[Fault]
    target: str
    params: Mapping[str, Any]
    """All parameters, those that nobody gave with their defaults."""
    given: Mapping[str, str]
    """The parameters that were written with the name."""
    optional: bool = False
    """It comes from a family or a preset: a schedule that has no room for it is fine all the same."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What somebody asked for, all of it."""

    words: tuple[str, ...]
    """As written: names of faults, families and presets."""
    choices: tuple[Choice, ...]
    rhythm: Rhythm | None
    """Of the preset, where one is among the words."""


def choose(names: str) -> Selection:
    """Read names separated by commas; `none` and nothing are no fault, a family means each of its faults.

    Raises ZkchaosError in one sentence for a name that means nothing.
    """
    words = tuple(word for part in names.split(",") if (word := part.strip()) not in {"", "none"})
    chosen: dict[str, Choice] = {}
    rhythm = None
    for word in words:
        preset = PRESETS.get(word)
        rhythm = preset.rhythm if preset else rhythm
        parts = preset.faults.split(",") if preset else [word]
        for part in parts:
            for choice in _family(part) or [parse(part)]:
                chosen.setdefault(
                    choice.text, replace(choice, optional=choice.optional or preset is not None)
                )
    return Selection(words, tuple(chosen.values()), rhythm)


def _family(text: str) -> list[Choice]:
    """Return the faults of a family that ZooKeeper promises to survive and that need no parameter."""
    return [
        replace(parse(name), optional=True)
        for name, fault in FAMILIES.get(text.removesuffix(":"), {}).items()
        if not fault.beyond_model and all(p.default != "" for p in fault.parameters.values())
    ]


def parse(text: str) -> Choice:
    """Read one name; raises ZkchaosError that says what is wrong with it and what there is."""
    named, *settings = _slashes(text)
    family, colon, name = named.partition(":")
    if not colon or family not in FAMILIES:
        family, name = "", named
    known = FAMILIES[family] if family else FAULTS
    fault, target = _fault_and_target(text, name, known, family)
    given: dict[str, str] = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals or not key:
            raise ZkchaosError(f"{text}: {setting!r} is not of the form NAME=VALUE.")
        given[key] = value
    strange = kinds(target) - fault.roles
    if strange:
        wanted = "app nodes" if fault.roles == {"app"} else "servers"
        raise ZkchaosError(f"{text}: {fault.name} is a fault of {wanted}, and {target} is none of them.")
    return Choice(text, fault, target, read_parameters(fault.parameters, given, text), given)


def _offered(known: Mapping[str, type[Fault]], family: str) -> list[str]:
    """List what could have been meant."""
    return [*known] if family else [*known, *(f"{name}:" for name in FAMILIES), *PRESETS, "none"]


def with_settings(text: str, settings: Mapping[str, Any]) -> str:
    """Return a fault's name with more parameters behind it; those that it has already are replaced."""
    named, *given = _slashes(text)
    merged = {**dict(setting.split("=", 1) for setting in given), **settings}
    return named + "".join(f"/{name}={value}" for name, value in merged.items())


def _slashes(text: str) -> Sequence[str]:
    """Split at the slashes before a setting; one within a value, such as a path, stays."""
    parts: list[str] = []
    for part in text.split("/"):
        if parts and "=" not in part:
            parts[-1] += f"/{part}"
        else:
            parts.append(part)
    return parts


def _fault_and_target(
    text: str, name: str, known: Mapping[str, type[Fault]], family: str
) -> tuple[type[Fault], str]:
    base, at, target = name.partition("@")
    if not at:
        # The longest name that fits: `kill-all` may be a fault of its own or `kill` on `all`.
        fits = [one for one in known if name == one or name.startswith(f"{one}-")]
        base = max(fits, key=len, default=name)
        target = name.removeprefix(base).removeprefix("-")
    if base not in known:
        among = f" in the family {family}" if family else ""
        raise ZkchaosError(
            f"there is no fault {text!r}{among}; choose from: {', '.join(_offered(known, family))}."
        )
    fault = known[base]
    target = target or fault.target
    if not is_rule(target):
        raise ZkchaosError(
            f"{text}: there is no target {target!r}; choose from: {', '.join(RULES)}, connected-to:APP, "
            "or the name of a node."
        )
    return fault, target


def possible(
    plan: Plan, choices: Sequence[Choice], *, holder: bool, lacking: Collection[str] = ()
) -> tuple[Choice, ...]:
    """Return the choices that a run like this one can have.

    `holder` tells whether an app node leads or holds something in it, `lacking` what the machine is not able
    to. Raises ZkchaosError in one sentence for a fault that cannot be, unless it came with a family or a
    preset.
    """
    kept: dict[str, Choice] = {}
    for asked in choices:
        choice = asked if holder else _without_holder(asked)
        reason = impossible(choice.target, plan) or choice.fault.refuse(plan, choice.target, choice.params)
        missing = sorted(choice.fault.requires & set(lacking))
        if missing:
            reason = f"this machine cannot do it: {ABILITIES[missing[0]]}"
        if not reason:
            kept.setdefault(choice.text, choice)
        elif not choice.optional:
            raise ZkchaosError(f"--nemesis {choice.text}: {reason}.")
    if choices and not kept:
        raise ZkchaosError(
            f"--nemesis {','.join(plan.nemesis)}: a run like this can have none of these faults."
        )
    return tuple(kept.values())


def _without_holder(choice: Choice) -> Choice:
    """Return what a fault of the holder means where nobody leads or holds: any app node will do."""
    if choice.target not in HOLDERS:
        return choice
    settings = "".join(f"/{name}={value}" for name, value in choice.given.items())
    return replace(parse(f"{choice.fault.name}-one-app{settings}"), optional=choice.optional)
