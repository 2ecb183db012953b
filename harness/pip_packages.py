"""Packages that a user's workload needs, fetched by this Python's pip, for here and for the app nodes."""

import hashlib
import importlib.util
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from harness.build_lock import build_lock, cache_directory
from harness.errors import SetupError

NEWEST_GLIBC = 41
"""Minor version of the C library in the app image; wheels for older ones run there too."""

OLDEST_GLIBC = 5


def read_requirements(path: Path) -> list[str]:
    """Return the requirements in a file, without comments and with lines put together that belong together.

    Raises SetupError when it cannot be read, or holds options of pip.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError(f"--requirements {path}: it cannot be read ({error}).") from error
    found = []
    for line in text.replace("\\\n", " ").splitlines():
        requirement = " ".join(line.partition(" #")[0].split())
        if requirement.startswith("-"):
            raise SetupError(
                f"--requirements {path}: {requirement.split()[0]} is an option of pip; only packages are "
                "taken from here, options from pip's own configuration."
            )
        if requirement and not requirement.startswith("#"):
            found.append(requirement)
    return found


def fingerprint(requirements: Sequence[str]) -> str:
    """Return 12 hex digits that change with the requirements, and with the files that they name."""
    digest = hashlib.sha256()
    for requirement in sorted(requirements):
        digest.update(b"%d:%b" % (len(requirement), requirement.encode()))
        if os.sep in requirement and Path(requirement).is_file():
            digest.update(Path(requirement).read_bytes())
    return digest.hexdigest()[:12]


def host_packages(requirements: Sequence[str]) -> Path:
    """Return a directory with the packages for this Python, which is filled at the first use.

    Raises SetupError when pip is missing, or cannot have them.
    """
    name = f"packages-{sys.implementation.cache_tag}-{fingerprint(requirements)}"
    directory = cache_directory() / name
    with build_lock(name, lambda _: None):
        if not directory.is_dir():
            with tempfile.TemporaryDirectory(dir=cache_directory()) as draft:
                install(requirements, Path(draft) / "packages")
                (Path(draft) / "packages").rename(directory)
    return directory


def node_packages(requirements: Sequence[str], python: str, machine: str) -> dict[str, bytes]:
    """Return the files of the packages for the app nodes, {path: content}, as wheels unpack them.

    `python` is the version there, such as `3.13`; `machine` its architecture, such as `x86_64`.
    Raises SetupError when pip is missing, or cannot have them as wheels.
    """
    kinds = [f"manylinux_2_{minor}_{machine}" for minor in range(NEWEST_GLIBC, OLDEST_GLIBC - 1, -1)]
    kinds += [f"{name}_{machine}" for name in ("manylinux2014", "manylinux2010", "manylinux1", "linux")]
    options = ["--only-binary=:all:", "--implementation", "cp", "--python-version", python]
    for kind in kinds:
        options += ["--platform", kind]
    with tempfile.TemporaryDirectory() as directory:
        target = Path(directory) / "packages"
        install(requirements, target, options)
        return {
            path.relative_to(target).as_posix(): path.read_bytes()
            for path in sorted(target.rglob("*"))
            if path.is_file()
        }


def install(requirements: Sequence[str], target: Path, options: Sequence[str] = ()) -> None:
    """Let pip install into a new directory; raises SetupError with pip's own reason."""
    if importlib.util.find_spec("pip") is None:
        raise SetupError(
            f"--pip needs pip, which {sys.executable} does not have: install it with "
            "`python3 -m ensurepip`, or with the package python3-pip."
        )
    target.mkdir()
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as listed:
        listed.write("".join(f"{requirement}\n" for requirement in requirements))
        listed.flush()
        done = subprocess.run(  # noqa: S603 - what to install is the user's own choice
            [
                *(sys.executable, "-m", "pip", "install", "--quiet", "--no-compile"),
                *("--disable-pip-version-check", "--no-warn-conflicts", "--target", str(target)),
                *options,
                *("-r", listed.name),
            ],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode != 0:
        raise SetupError(f"pip cannot install {', '.join(requirements)}: {_reason(done.stderr)}")


def _reason(said: str) -> str:
    """Return the last error that pip tells of, in one line."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    reason = (errors or lines or ["it does not say why"])[-1]
    return reason if reason.endswith(".") else f"{reason}."
