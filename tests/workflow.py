"""Workflows of GitHub read and played on this machine: jobs, their steps, and the expressions in them."""

import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
WORKFLOWS = ROOT / ".github" / "workflows"

EXPRESSION = re.compile(r"\$\{\{((?:(?!\}\}).)*)\}\}", re.DOTALL)
WORD = re.compile(r"'(?:[^']|'')*'|\|\||&&|!=|==|!|[A-Za-z_][\w.-]*|\S")
OPERATORS = {"||": " or ", "&&": " and ", "!": " not "}

FILES = ("GITHUB_ENV", "GITHUB_PATH", "GITHUB_STEP_SUMMARY")
"""What steps write to, for the steps after them and for people."""

Contexts = Mapping[str, Any]
"""What names in expressions stand for: {"matrix": {"family": "disk"}, "inputs": {}, …}."""


def workflow(name: str) -> dict[str, Any]:
    """What a workflow's file says; YAML takes its key `on` for a truth value."""
    read = yaml.safe_load((WORKFLOWS / f"{name}.yml").read_text())
    assert isinstance(read, dict)
    return {"on" if key is True else key: value for key, value in read.items()}


def evaluated(text: Any, contexts: Contexts, *, failed: bool = False) -> Any:
    """A value of the file with its expressions replaced; one that is nothing else keeps its type."""
    if not isinstance(text, str):
        return text
    whole = EXPRESSION.fullmatch(text.strip())
    if whole:
        return _value(whole[1], contexts, failed=failed)

    def shown(found: re.Match[str]) -> str:
        value = _value(found[1], contexts, failed=failed)
        return "" if value is None else str(value)

    return EXPRESSION.sub(shown, text)


def _value(expression: str, contexts: Contexts, *, failed: bool) -> Any:
    functions = {
        "format": lambda text, *values: text.format(*values),
        "fromJSON": json.loads,
        "cancelled": lambda: False,
        "failure": lambda: failed,
        "success": lambda: not failed,
    }

    def python(word: str) -> str:
        if word in OPERATORS:
            return OPERATORS[word]
        if word.startswith("'"):
            return repr(word[1:-1].replace("''", "'"))
        if word[0].isalpha() and word not in functions:
            return f"lookup({word!r})"
        return word

    def lookup(path: str) -> Any:
        first, *rest = path.split(".")
        value = contexts[first]
        for name in rest:
            value = value.get(name) if value else None
        return value

    return eval("".join(map(python, WORD.findall(expression))), {"lookup": lookup, **functions})


def cells(job: Mapping[str, Any], contexts: Contexts) -> list[dict[str, Any]]:
    """The cells of a job's matrix, as GitHub makes them: products, less `exclude`, extended by `include`."""
    matrix = dict(job["strategy"]["matrix"])
    include, exclude = matrix.pop("include", []), matrix.pop("exclude", [])
    axes = {name: evaluated(values, contexts) for name, values in matrix.items()}
    found = [dict(zip(axes, values, strict=True)) for values in product(*axes.values())]
    found = [cell for cell in found if not any(one.items() <= cell.items() for one in exclude)]
    for one in include:
        shared = {name: one[name] for name in one if name in axes}
        matching = [cell for cell in found if shared.items() <= cell.items()]
        assert matching, f"{one} adds a cell of its own"
        for cell in matching:
            cell.update(one)
    return found


@dataclass
class Runner:
    """A machine on which a job's steps are run one after the other, in a directory with the project."""

    directory: Path
    contexts: dict[str, Any]
    run_id: int = 7
    environment: dict[str, str] = field(default_factory=dict)
    paths: list[str] = field(default_factory=list)
    codes: dict[str, int] = field(default_factory=dict)
    """{step: exit code} of those that ran."""
    said: str = ""

    @property
    def summary(self) -> str:
        """What the steps wrote to the summary of the job."""
        return self._file("GITHUB_STEP_SUMMARY").read_text()

    def play(self, job: Mapping[str, Any]) -> bool:
        """Run every `run:` of a job whose condition holds; tell whether all went well."""
        for name in FILES:
            self._file(name).write_text("")
        self._export(job.get("env", {}))
        for step in _commands(job):
            failed = any(self.codes.values())
            # A condition that names no state of the job holds only while all went well.
            if evaluated(step.get("if", "${{ success() }}"), self.contexts, failed=failed):
                self.codes[step["name"]] = self._run(step)
        return not any(self.codes.values())

    def _run(self, step: Mapping[str, Any]) -> int:
        own = {name: str(evaluated(value, self.contexts)) for name, value in step.get("env", {}).items()}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", evaluated(step["run"], self.contexts)],
            cwd=self.directory,
            env={
                **os.environ,
                "PATH": os.pathsep.join([*self.paths, os.environ["PATH"]]),
                "GITHUB_RUN_ID": str(self.run_id),
                "GITHUB_RUN_ATTEMPT": "1",
                **{name: str(self._file(name)) for name in FILES},
                **self.environment,
                **own,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.said += done.stdout
        lines = self._file("GITHUB_ENV").read_text().splitlines()
        self.environment.update(dict(line.split("=", 1) for line in lines))
        self.paths = self._file("GITHUB_PATH").read_text().splitlines()[::-1]
        return done.returncode

    def _export(self, told: Mapping[str, Any]) -> None:
        for name, value in told.items():
            told_now = evaluated(value, self.contexts)
            self.environment[name] = "" if told_now is None else str(told_now)

    def _file(self, name: str) -> Path:
        return self.directory / f".{name.lower()}"


def _commands(job: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (step for step in job["steps"] if "run" in step)
