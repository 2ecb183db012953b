"""Broken twins of writer and reader: small mistakes that people make, to prove that they are caught."""

from typing import Any

from harness.client.data_token import token
from harness.client.operation import exists, get, set_data
from workloads.config.pair import HALVES, PairReader
from workloads.config.reader import Reader
from workloads.config.writer import Writer


class UnconditionalWriter(Writer):
    """Reads, changes, and writes back whatever happened in between."""

    def replace(self, path: str, data: bytes, stat: Any) -> None:  # noqa: ARG002 - that is the mistake
        """Set the data over what is there."""
        self.call(set_data(path, data))


class MissingReader(Reader):
    """Reads first and sets the watch with a second request: what changes between the two is not told."""

    def look(self, path: str) -> None:
        """Read, apply, and only then watch."""
        data, stat = self.call(get(path)).value
        self.apply(path, stat.mzxid, version=stat.version, data=token(data))
        self.call(exists(path, watch=True))


class HalfReader(PairReader):
    """Watches both znodes and uses them as they are, whatever the flag says."""

    def on_watch(self, path: str) -> None:
        """Note that a half changed."""
        for half in HALVES:
            path = path.removesuffix(f"/{half}")
        super().on_watch(path)

    def look(self, path: str) -> None:
        """Read both znodes and apply them."""
        read = {half: self.call(get(f"{path}/{half}", watch=True)).value for half in HALVES}
        newest = max(stat.mzxid for _, stat in read.values())
        self.apply(path, newest, data={half: token(data) for half, (data, _) in read.items()})
