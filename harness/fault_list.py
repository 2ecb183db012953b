"""`zkchaos faults`: what there is to break, how it is set, and whether this machine can do it."""

import math
import shutil
from collections.abc import Iterator
from contextlib import closing
from textwrap import TextWrapper

from harness.engine import Engine
from harness.errors import SetupError, ZkchaosError
from harness.images import tools_tag
from nemesis.catalogue import FAMILIES
from nemesis.fault import Fault
from nemesis.machine import ABILITIES, abilities
from nemesis.parameters import Number, Parameter, Word
from nemesis.presets import PRESETS
from nemesis.targets import RULES

KINDS = {"server": "servers", "app": "app nodes"}


def list_faults(family: str = "") -> Iterator[str]:
    """Yield the lines of the list, of one family or of all; raises ZkchaosError for a family there is not."""
    if family and family not in FAMILIES:
        raise ZkchaosError(f"there is no family {family!r}; choose from: {', '.join(FAMILIES)}.")
    able, unknown = _able()
    for name in [family] if family else FAMILIES:
        yield f"{name}:"
        for fault in FAMILIES[name].values():
            yield from _fault(fault, able)
        yield ""
    if not family:
        yield from _wrapped(
            "targets: " + ", ".join([*RULES, "connected-to:APP", "names such as zk1 or zk1+zk3"]), ""
        )
        for name, preset in PRESETS.items():
            yield from _wrapped(f"preset {name}: {preset.summary}", "")
    if unknown:
        yield from _wrapped(unknown, "")


def _able() -> tuple[frozenset[str] | None, str]:
    """Return what the machine is able to; None, and why nobody knows, where it cannot be found out now."""
    try:
        with closing(Engine.connect()) as engine:
            tag = tools_tag()
            if engine.image(tag) is None:
                return None, "What this machine is able to is known after `zkchaos setup`."
            return abilities(engine, tag), ""
    except SetupError as error:
        return None, f"What this machine is able to is not known: {error}"


def _fault(fault: type[Fault], able: frozenset[str] | None) -> Iterator[str]:
    kinds = " and ".join(
        {"server": "servers", "app": "app nodes"}[role] for role in sorted(fault.roles, reverse=True)
    )
    yield from _wrapped(f"{fault.name}: {fault.summary}. Hits {kinds}, by default {fault.target}.", "  ")
    for name, parameter in fault.parameters.items():
        yield from _wrapped(
            f"{name}={_default(parameter)}: {parameter.meaning}{_limits(parameter)}", "      "
        )
    if fault.beyond_model:
        yield from _wrapped("ZooKeeper does not promise to survive it; in no preset and no family.", "      ")
    for ability in sorted(fault.requires - able) if able is not None else ():
        yield from _wrapped(f"Not on this machine: {ABILITIES[ability]}.", "      ")


def _default(parameter: Parameter) -> str:
    if isinstance(parameter, Number):
        return f"{parameter.default:.0f}" if parameter.whole else f"{parameter.default:g}"
    if isinstance(parameter, Word):
        return f"{parameter.default} ({', '.join(parameter.options)})"
    return parameter.default or "…"


def _limits(parameter: Parameter) -> str:
    if not isinstance(parameter, Number) or parameter.high == math.inf:
        return ""
    return f" ({parameter.low:g} to {parameter.high:g})"


def _wrapped(text: str, indent: str) -> Iterator[str]:
    width = shutil.get_terminal_size((100, 24)).columns
    wrapper = TextWrapper(
        width, initial_indent=indent, subsequent_indent=f"{indent}    ", break_on_hyphens=False
    )
    yield from wrapper.wrap(text)
