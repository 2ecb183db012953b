"""A user's own file on its way into a plan: `./my_lock.py:NAME`, read with what it imports from beside it."""

import ast
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from checkers.evidence_rules import RULES
from checkers.registry import guarantees
from harness.errors import ZkchaosError
from harness.pip_packages import host_packages
from harness.plan import Code
from harness.workload import Workload
from workloads.from_file import load, names
from workloads.user_module import RESERVED, WorkloadFileError

FILE = re.compile(r"(.+?\.py)(?::([^:]*)(?::(.*))?)?")
"""A file, the name of a workload in it, and that of a variant."""


@dataclass(frozen=True, slots=True)
class Named:
    """What `./my_lock.py:NAME:variant` says."""

    path: str
    name: str
    variant: str

    @property
    def file(self) -> Path:
        """The file."""
        return Path(self.path)


def named_file(scenario: str) -> Named | None:
    """Take a scenario apart that names a file; None for the name of a workload of zkchaos."""
    found = FILE.fullmatch(scenario)
    return Named(*(part or "" for part in found.groups())) if found else None


def read_code(named: Named, packages: Sequence[str]) -> tuple[Workload, Code]:
    """Load the workload that was named, and keep its file and packages for the plan.

    Raises ZkchaosError with one sentence for whatever is wrong with the file.
    """
    workload = _load(named, packages)
    # Without variants of its own it is for a program in an image, which may know any.
    if named.variant and workload.variants and named.variant not in workload.variants:
        known = ", ".join(filter(None, workload.variants)) or "none"
        raise ZkchaosError(
            f"{named.name} in {named.file} has no variant {named.variant!r}; its variants: {known}."
        )
    _check_names(workload, f"{named.name} in {named.file}")
    return workload, Code(named.path, named.name, files_of(named.file), tuple(packages))


def offered(named: Named, packages: Sequence[str]) -> list[str]:
    """Return the names of all workloads in a file; raises ZkchaosError."""
    with _importable(named.file, packages):
        return names(named.file)


def files_of(file: Path) -> dict[str, str]:
    """Return a file and the Python files beside it that it imports, {path below its directory: text}.

    A package that lies beside it comes whole. Raises ZkchaosError for what cannot be read or parsed.
    """
    texts: dict[str, str] = {}
    pending = [file]
    while pending:
        path = pending.pop()
        name = path.relative_to(file.parent).as_posix()
        if name in texts:
            continue
        try:
            texts[name] = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ZkchaosError(f"{path} cannot be read: {error}.") from error
        for module in _imports(texts[name], path):
            pending += _beside(file.parent, module)
    return texts


def _imports(text: str, path: Path) -> Iterator[str]:
    """Yield the topmost modules that a file imports anywhere in it."""
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise ZkchaosError(f"{path}, line {error.lineno}: {error.msg}.") from error
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def _beside(directory: Path, module: str) -> list[Path]:
    if module in RESERVED:
        return []
    if (single := directory / f"{module}.py").is_file():
        return [single]
    return sorted((directory / module).rglob("*.py"))


def _load(named: Named, packages: Sequence[str]) -> Workload:
    with _importable(named.file, packages):
        return load(named.file, named.name)


@contextmanager
def _importable(file: Path, packages: Sequence[str]) -> Iterator[None]:
    """Let a file be imported as if it were run, and leave the interpreter as it was."""
    paths, modules = list(sys.path), set(sys.modules)
    sys.path.insert(0, str(file.parent.resolve()))
    if packages:
        sys.path.append(str(host_packages(packages)))
    try:
        yield
    finally:
        sys.path[:] = paths
        # Another file, from another directory, may import a neighbour of the same name.
        for name in set(sys.modules) - modules:
            if _is_beside(file, getattr(sys.modules[name], "__file__", None)):
                del sys.modules[name]


def _is_beside(file: Path, module: str | None) -> bool:
    return module is not None and Path(module).resolve().is_relative_to(file.parent.resolve())


def _check_names(workload: Workload, what: str) -> None:
    """See to it that checkers and evidence exist before anything runs, rather than when it is judged."""
    known = guarantees()  # which imports all checkers, and with them all rules of evidence
    own = [name for variant in workload.variants.values() for name in variant.guarantees]
    for name in (*workload.guarantees, *own):
        if name not in known:
            raise WorkloadFileError(
                f"{what} names the guarantee {name!r}, which there is not; choose from: "
                f"{', '.join(sorted(known))}."
            )
    for asked in workload.evidence:
        if asked.rule not in RULES:
            raise WorkloadFileError(
                f"{what} names the rule of evidence {asked.rule!r}, which there is not; choose from: "
                f"{', '.join(sorted(RULES))}."
            )
