"""A run whole, as a `.tar.gz` that is sent while it is made."""

import gzip
import io
import tarfile
from types import TracebackType
from typing import BinaryIO

from harness.store import RunDirectory

BLOCK = 1 << 16


class Chunks(io.RawIOBase):
    """Writes chunks as HTTP/1.1 frames them; the end is written only after everything else was."""

    def __init__(self, file: BinaryIO | io.BufferedIOBase, *, framed: bool):
        super().__init__()
        self._file = file
        self._framed = framed

    def writable(self) -> bool:
        """Tell that it can be written to."""
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        """Write one chunk."""
        size = len(data)
        if size:
            self._file.write(b"%x\r\n%b\r\n" % (size, bytes(data)) if self._framed else data)
        return size

    def __enter__(self) -> "Chunks":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None and self._framed:
            self._file.write(b"0\r\n\r\n")


def write_archive(run: RunDirectory, to: io.RawIOBase) -> None:
    """Write all files of a run, in a directory of its name; one that grows meanwhile as long as it was."""
    with (
        gzip.GzipFile(fileobj=to, mode="wb", compresslevel=5, filename=f"{run.name}.tar") as packed,
        tarfile.open(fileobj=packed, mode="w|", bufsize=BLOCK) as archive,
    ):
        # A store may hold a link to a run on another disk: its files are wanted, not the link.
        archive.add(run.path.resolve(), arcname=run.name)
