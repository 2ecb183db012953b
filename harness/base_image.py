"""Base images: a minimal Debian from the registry or, where none can be reached, from Debian's archive."""

import os
import shutil
import subprocess
import tempfile
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from harness.build_lock import Heartbeat, Say, build_lock
from harness.engine import Engine
from harness.errors import SetupError

LABELS = {"zkchaos": "1"}

PULL_WITHIN = 120.0
"""Seconds that the registry has for a base image before it is bootstrapped instead."""

PATH = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"
"""debootstrap lives where the PATH of a plain login may not look."""


def base_image(engine: Engine, suite: str, say: Say) -> str:
    """Reference of an image that holds a minimal Debian of a suite, fetched or bootstrapped if missing.

    Raises SetupError when neither is possible.
    """
    official, own = f"debian:{suite}-slim", f"zkchaos/base:{suite}"
    with build_lock(own, say):
        for reference in (official, own):
            if engine.image(reference) is not None:
                return reference
        say(f"{official}: pulling")
        reason = pull_within(engine, official, PULL_WITHIN)
        if not reason:
            return official
        say(f"{official}: cannot be pulled ({reason}), so {own} is bootstrapped from Debian's archive")
        try:
            bootstrap(engine, suite, own, say)
        except SetupError as error:
            raise SetupError(
                f"no Debian {suite} to build on: {official} cannot be pulled ({reason}), and {error} "
                f"Known to work are the suites bookworm, trixie and sid; or load {official} into the engine."
            ) from error
    return own


class Puller(Protocol):
    """The part of the engine that a pull needs."""

    def pull(self, reference: str) -> None:
        """Pull an image; raises SetupError with the reason when it cannot."""


def pull_within(engine: Puller, reference: str, seconds: float) -> str:
    """Pull an image; return an empty string, or why it did not come within some seconds."""
    reason = [f"no answer within {seconds:g} s"]

    def pull() -> None:
        try:
            engine.pull(reference)
            reason[0] = ""
        except SetupError as error:
            reason[0] = str(error).rsplit(": ", 1)[-1].strip()

    # A registry behind a silent firewall holds its caller for minutes: the thread may stay behind.
    thread = threading.Thread(target=pull, name=f"pull {reference}", daemon=True)
    thread.start()
    thread.join(seconds)
    return reason[0]


def bootstrap(engine: Engine, suite: str, tag: str, say: Say) -> None:
    """Make an image with debootstrap; root is needed. ZKCHAOS_MIRROR names another mirror than Debian's own.

    Raises SetupError that ends with the last line of what failed.
    """
    program = _debootstrap(say)
    mirror = [address] if (address := os.environ.get("ZKCHAOS_MIRROR")) else []
    heartbeat = Heartbeat(tag, say)
    with _directory() as root:
        heartbeat.step(f"debootstrap of {suite}")
        _run([program, "--variant=minbase", suite, str(root), *mirror], heartbeat)
        heartbeat.step("importing")
        command = ["tar", "-C", str(root), "--numeric-owner", "-c"]
        command += ["--exclude=./var/cache/apt/*.bin", "--exclude=./var/cache/apt/archives/*.deb"]
        command += ["--exclude=./var/lib/apt/lists/*", "--exclude=./dev/*", "--exclude=./proc/*", "."]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as tar:  # noqa: S603 - a list, no shell
            engine.import_image(cast("BinaryIO", tar.stdout), tag=tag, labels=LABELS)
        if tar.returncode != 0:
            raise SetupError(f"tar ended with {tar.returncode} while it packed the file system of {tag}.")


def _debootstrap(say: Say) -> str:
    """Path of debootstrap, installed first where that can be done."""
    if os.geteuid() != 0:
        raise SetupError("bootstrapping needs root: run this once as root (`sudo make chaos`).")
    with build_lock("debootstrap", say):
        found = shutil.which("debootstrap", path=PATH)
        if found is None and shutil.which("apt-get", path=PATH) is not None:
            _install_debootstrap(Heartbeat("debootstrap", say))
            found = shutil.which("debootstrap", path=PATH)
    if found is None:
        raise SetupError("bootstrapping needs debootstrap: install it.")
    return found


def _install_debootstrap(heartbeat: Heartbeat) -> None:
    heartbeat.step("installing it from the distribution")
    install = ["apt-get", "-q", "install", "-y", "debootstrap", "debian-archive-keyring"]
    try:
        _run(install, heartbeat)
    except SetupError:
        # The lists of a fresh machine are missing or old.
        _run(["apt-get", "-q", "update"], heartbeat)
        _run(install, heartbeat)


def _run(command: Sequence[str], heartbeat: Heartbeat) -> None:
    """Run a command to its end with signs of life; raises SetupError with its last line when it fails."""
    last: deque[str] = deque(maxlen=1)
    environment = {**os.environ, "PATH": PATH, "DEBIAN_FRONTEND": "noninteractive"}
    with subprocess.Popen(  # noqa: S603 - a list, no shell
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=environment,
    ) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                last.append(line.strip() or "it said nothing")
                heartbeat.beat()
        except BaseException:
            # Whoever waits has given up; debootstrap unmounts what it mounted when it is asked to end.
            process.terminate()
            raise
    if process.returncode != 0:
        name = Path(command[0]).name
        raise SetupError(f"{name} failed ({' '.join(last) or f'exit code {process.returncode}'}).")


@contextmanager
def _directory() -> Iterator[Path]:
    """Yield a directory to bootstrap into, gone afterwards with everything that was mounted in it."""
    with tempfile.TemporaryDirectory(prefix="zkchaos-base-") as name:
        root = Path(name) / "root"
        try:
            yield root
        finally:
            # A debootstrap that was killed leaves these behind, and a removal must not walk into them.
            for mount in (root / "proc", root / "sys"):
                if mount.is_mount():
                    subprocess.run(["umount", "--lazy", str(mount)], check=True)  # noqa: S603, S607
