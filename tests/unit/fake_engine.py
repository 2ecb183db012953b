"""An engine without Docker, for the tests of what is built and pulled when."""

import io
import re
import tarfile
from collections.abc import Callable, Mapping
from typing import BinaryIO

from harness.engine import ImageInfo
from harness.errors import SetupError

DEBIAN = "Apache ZooKeeper, version 3.9.6 2026-10-16 16:58 UTC"


class FakeEngine:
    """An engine that remembers what it was asked to do."""

    def __init__(self, *present: str, registry: tuple[str, ...] = ()):
        self.images: dict[str, ImageInfo] = {}
        self.builds: list[str] = []
        self.bases: list[str] = []
        self.pulls: list[str] = []
        self.commands: list[list[str]] = []
        self.imported: list[str] = []
        self.registry = registry
        self.answers = {"zkServer.sh": DEBIAN}
        for reference in present:
            self.add(reference)

    def add(self, reference: str, labels: Mapping[str, str] | None = None) -> None:
        self.images[reference] = ImageInfo(f"sha256:{len(self.images):064x}", (reference,), "", labels or {})

    def image(self, reference: str) -> ImageInfo | None:
        return self.images.get(reference)

    def pull(self, reference: str) -> None:
        self.pulls.append(reference)
        if reference not in self.registry:
            raise SetupError(f"cannot pull {reference}: dial tcp: lookup registry: no such host")
        self.add(reference)

    def build(
        self, context: bytes, *, tag: str, labels: dict[str, str], on_line: Callable[[str], None]
    ) -> None:
        dockerfile = unpack(context)["Dockerfile"].decode()
        base = re.search("^ARG BASE=(.*)$", dockerfile, re.MULTILINE)
        assert base is not None
        assert base[1] in self.images, f"{tag} is built on {base[1]}, which is not there"
        on_line("zkchaos: installing")
        self.builds.append(tag)
        self.bases.append(base[1])
        self.add(tag, labels)

    def import_image(self, archive: BinaryIO, *, tag: str, labels: dict[str, str]) -> None:
        with tarfile.open(fileobj=archive, mode="r|") as tar:
            self.imported = [entry.name for entry in tar]
        self.add(tag, labels)

    def run_once(self, image: str, command: list[str]) -> str:
        self.commands.append(command)
        if command[0] not in self.answers:
            raise SetupError(f"cannot run {command[0]} in {image}: not found")
        return self.answers[command[0]]


def unpack(context: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(context)) as tar:
        return {entry.name: tar.extractfile(entry).read() for entry in tar}  # type: ignore[union-attr]
