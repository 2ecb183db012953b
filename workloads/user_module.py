"""A user's file as a module: imported, or one sentence about what is wrong with it, with the line."""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from traceback import extract_tb
from types import ModuleType

from harness.errors import ZkchaosError

RESERVED = sys.stdlib_module_names | {
    *("kazoo", "msgspec"),
    *("harness", "workloads", "nemesis", "checkers", "reports"),
}
"""Modules that a user's file must not hide."""


class WorkloadFileError(ZkchaosError):
    """A user's file holds no such workload; `lacks` names a module that it imports and that is not there."""

    def __init__(self, sentence: str, lacks: str = ""):
        super().__init__(sentence)
        self.lacks = lacks


def imported(file: Path) -> ModuleType:
    """Import a file, whose directory has to be in `sys.path`; raises WorkloadFileError."""
    name = file.stem
    if name in RESERVED:
        raise WorkloadFileError(f"{file} would hide the module {name}: give the file another name.")
    spec = spec_from_file_location(name, file)
    if not file.is_file() or spec is None or spec.loader is None:
        raise WorkloadFileError(f"there is no file {file}.")
    module = sys.modules[name] = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise _explained(error, file) from error
    return module


def _explained(error: BaseException, file: Path) -> WorkloadFileError:
    """Say in one sentence why a file cannot be imported."""
    if isinstance(error, SyntaxError):
        where = _beside(error.filename or str(file), file)
        return WorkloadFileError(f"{where}, line {error.lineno}: {error.msg}.")
    frames = [frame for frame in extract_tb(error.__traceback__) if _near(frame.filename, file)]
    where = f"{_beside(frames[-1].filename, file)}, line {frames[-1].lineno}" if frames else str(file)
    if isinstance(error, ModuleNotFoundError) and error.name:
        lacks = error.name.partition(".")[0]
        return WorkloadFileError(
            f"{where}: there is no module {error.name} here; `--pip {lacks}` brings it along, "
            "under whatever name the package index has it.",
            lacks,
        )
    reason = " ".join(str(error).split()).rstrip(".")
    return WorkloadFileError(f"{where}: {type(error).__name__}{f': {reason}' if reason else ''}.")


def _near(filename: str, file: Path) -> bool:
    return Path(filename).is_relative_to(file.parent) or Path(filename).is_relative_to(file.parent.resolve())


def _beside(filename: str, file: Path) -> str:
    """Write the name of a file below the directory of the user's file as the user would."""
    path = Path(filename)
    for directory in (file.parent, file.parent.resolve()):
        if path.is_relative_to(directory):
            return str(file.parent / path.relative_to(directory))
    return filename
