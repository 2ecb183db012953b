"""Build contexts: the files that an image is made of, with a fingerprint and as an archive for the engine."""

import hashlib
import importlib.util
import io
import re
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.errors import SetupError

FORMAT = 1
"""Part of every fingerprint: raise it when the code that builds changes what comes out."""

HARNESS = Path(__file__).parent

NODE_PARTS = ("__init__.py", "errors.py", "event.py", "plan.py", "workload.py", "client")
"""The part of the harness that runs in an app node: what the client and the workloads import."""


@dataclass(frozen=True, slots=True)
class BuildContext:
    """A Dockerfile and what it copies, {path inside the context: content}."""

    files: Mapping[str, bytes]

    def fingerprint(self, base: str) -> str:
        """12 hex digits that change with any file, with the name of the base and with the format."""
        digest = hashlib.sha256()
        for part in (str(FORMAT).encode(), base.encode()):
            digest.update(b"%d:%b" % (len(part), part))
        for name, content in sorted(self.files.items()):
            digest.update(b"%d:%b%d:%b" % (len(name), name.encode(), len(content), content))
        return digest.hexdigest()[:12]

    def archive(self, base: str) -> bytes:
        """The context as a tar archive whose Dockerfile starts from the image `base`."""
        files = dict(self.files)
        files["Dockerfile"] = re.sub(
            rb"^ARG BASE=.*$", b"ARG BASE=" + base.encode(), files["Dockerfile"], count=1, flags=re.MULTILINE
        )
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as tar:
            for name, content in sorted(files.items()):
                entry = tarfile.TarInfo(name)
                entry.size = len(content)
                # Installers do not keep the executable bit of a wheel's data files.
                entry.mode = 0o755 if name.endswith(".sh") else 0o644
                tar.addfile(entry, io.BytesIO(content))
        return buffer.getvalue()


def docker_files() -> Path:
    """Directory of the Dockerfiles: `docker` in a checkout, `harness/docker-files` in a wheel.

    Raises SetupError when the installation has neither.
    """
    for directory in (HARNESS / "docker-files", HARNESS.parent / "docker"):
        if (directory / "server" / "Dockerfile").is_file():
            return directory
    raise SetupError(f"the Dockerfiles of zkchaos are missing beside {HARNESS}: install zkchaos again.")


def tools_context() -> BuildContext:
    """What `zkchaos/tools` is made of, with the kazoo that runs here."""
    return BuildContext(_recipe("tools", shared=("apt-install.sh",)) | _package_files("kazoo"))


def app_context() -> BuildContext:
    """What `zkchaos/app` is made of: the client's part of the harness and the workloads."""
    harness = {
        name: content
        for name, content in _package_files("harness").items()
        if name.split("/")[1] in NODE_PARTS
    }
    packages = harness | _package_files("workloads")
    return BuildContext(_recipe("app") | {f"zkchaos/{name}": content for name, content in packages.items()})


def own_context(files: Mapping[str, str]) -> BuildContext:
    """What `zkchaos/own` is made of, packages apart: a user's files, {path below their directory: text}."""
    code = {f"own/code/{name}": text.encode() for name, text in files.items()}
    return BuildContext(_recipe("own") | code)


def server_context() -> BuildContext:
    """What `zkchaos/server` is made of."""
    return BuildContext(_recipe("server", shared=("apt-install.sh",)))


def _recipe(name: str, shared: Iterable[str] = ()) -> dict[str, bytes]:
    directory = docker_files()
    files = {path.name: path.read_bytes() for path in (directory / name).iterdir() if path.is_file()}
    return files | {script: (directory / script).read_bytes() for script in shared}


def _package_files(package: str) -> dict[str, bytes]:
    """Python files of an installed package; raises SetupError when there is no such package."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise SetupError(f"the Python package {package} is missing: install zkchaos again.")
    root = Path(spec.submodule_search_locations[0])
    paths = (path for path in root.rglob("*.py") if "tests" not in path.relative_to(root).parts)
    return {f"{package}/{path.relative_to(root).as_posix()}": path.read_bytes() for path in paths}
