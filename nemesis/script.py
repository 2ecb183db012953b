"""Scripts: exact schedules, written by hand in TOML.

[[step]]
fault = "kill-leader"        # as on the command line
at = 5                       # seconds after the start of the workload, at the earliest
for = 3                      # seconds between its proof and its healing
when = "writes:500"          # and not before this is so; see nemesis/conditions.py
lane = 1                     # steps of one lane follow one another, lanes go side by side
params = { ms = 200 }
"""

import math
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.errors import ZkchaosError
from harness.plan import Step
from nemesis.conditions import condition
from nemesis.selection import parse, with_settings

DEFAULTS: Mapping[str, Any] = {"at": 0.0, "for": 3.0, "when": "", "lane": 0, "params": {}}


def read_script(path: Path) -> tuple[Step, ...]:
    """Read a schedule file; raises ZkchaosError that names the file, the step and what is wrong with it."""
    try:
        text = path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise ZkchaosError(f"the schedule {path} cannot be read: {reason}.") from error
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ZkchaosError(f"the schedule {path} is no TOML: {error}.") from error
    steps = found.get("step")
    if set(found) != {"step"} or not isinstance(steps, list) or not steps:
        raise ZkchaosError(f"the schedule {path} needs [[step]] tables and nothing else at its top.")
    return tuple(_step(f"{path}, step {number}", number, step) for number, step in enumerate(steps, start=1))


def _step(where: str, number: int, given: Mapping[str, Any]) -> Step:
    if not isinstance(given, dict) or not isinstance(given.get("fault"), str):
        raise ZkchaosError(f'{where}: a fault is needed, such as fault = "kill-leader".')
    strange = sorted(set(given) - set(DEFAULTS) - {"fault"})
    if strange:
        raise ZkchaosError(f"{where}: there is no {strange[0]!r}; a step has fault, {', '.join(DEFAULTS)}.")
    whole = {**DEFAULTS, **given}
    for name in ("at", "for"):
        if not _is_number(whole[name]) or not 0 <= whole[name] < math.inf:
            raise ZkchaosError(f"{where}: {name} = {whole[name]!r}: seconds, not below zero, are needed.")
    if not isinstance(whole["lane"], int) or isinstance(whole["lane"], bool) or whole["lane"] < 0:
        raise ZkchaosError(f"{where}: lane = {whole['lane']!r}: a whole number, not below zero, is needed.")
    if not isinstance(whole["params"], dict):
        raise ZkchaosError(
            f"{where}: params = {whole['params']!r}: a table is needed, such as {{ ms = 200 }}."
        )
    try:
        choice = parse(with_settings(given["fault"], whole["params"]))
        condition(whole["when"] if isinstance(whole["when"], str) else repr(whole["when"]))
    except ZkchaosError as error:
        raise ZkchaosError(f"{where}: {error}") from error
    return Step(
        number,
        whole["at"],
        choice.text,
        choice.target,
        whole["for"],
        dict(choice.params),
        whole["lane"],
        whole["when"],
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def write_script(steps: Sequence[Step]) -> str:
    """Write a schedule as a script that reads back as the same schedule."""
    return "\n".join(_table(step) for step in steps)


def _table(step: Step) -> str:
    lines = ["[[step]]", f"fault = {_quoted(step.fault)}", f"at = {step.at!r}", f"for = {step.hold!r}"]
    if step.lane:
        lines.append(f"lane = {step.lane}")
    if step.when:
        lines.append(f"when = {_quoted(step.when)}")
    implied = parse(step.fault).params
    told = {name: value for name, value in step.params.items() if implied.get(name) != value}
    if told:
        pairs = ", ".join(f"{name} = {_quoted(value)}" for name, value in told.items())
        lines.append(f"params = {{ {pairs} }}")
    return "\n".join(lines) + "\n"


def _quoted(value: Any) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return repr(value)
