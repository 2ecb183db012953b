"""The project copied somewhere else, as a fresh checkout has it."""

import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]


def clone(target: Path) -> Path:
    """Copy what is, or is about to be, under version control; return the new directory."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
    ).stdout.decode()
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    return target


def lend_packages(environment: Path) -> None:
    """Make a virtual environment that has the packages of this one, so that installing them takes no time.

    zkchaos itself is not among them: it is found by a file of its own, which is not read from there.
    """
    venv.create(environment, with_pip=True)
    packages = environment / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    (packages / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
