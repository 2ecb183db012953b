"""Traffic: a burst of small requests, and writes of large values."""

from collections.abc import Mapping
from typing import Any, ClassVar

from nemesis.load.base import Load
from nemesis.parameters import Number, Parameter, Word


class Burst(Load):
    """Many requests a second at one server."""

    name = "burst"
    summary = "sends a server many requests a second, on znodes of its own"
    mode = "burst"
    counter = "zk_packets_received"
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "rate": Number(1000, "requests a second", low=1, high=50_000),
        "kind": Word("mixed", "what is requested: sets, gets, or both in turn", ("mixed", "writes", "reads")),
        "size": Number(100, "bytes of a value", high=10_000, whole=True),
        "sessions": Number(4, "sessions that send", low=1, high=200, whole=True),
    }

    @property
    def amount(self) -> int:
        """One second's requests."""
        return int(self.params["rate"])

    def options(self) -> Mapping[str, Any]:
        """As the parameters say, on a hundred znodes."""
        return {"znodes": 100, **self.params}

    def bites(self, told: Mapping[str, Any]) -> bool:
        """They were answered too."""
        return int(told["answered"]) >= self.amount


class LargeValues(Load):
    """Values as large as ZooKeeper takes them."""

    name = "large-values"
    summary = "writes values of about a megabyte to a server, again and again, on znodes of its own"
    mode = "large-values"
    counter = "zk_approximate_data_size"
    parameters: ClassVar[Mapping[str, Parameter]] = {
        # A request has to stay below jute.maxbuffer, 1,048,575 bytes, with its path and header.
        "bytes": Number(1_000_000, "bytes of a value", low=1000, high=1_048_000, whole=True),
        "znodes": Number(5, "znodes that hold one each", low=1, high=50, whole=True),
        "rate": Number(4, "writes a second at most", low=0.1, high=100),
    }

    @property
    def amount(self) -> int:
        """The sizes of all values, less what the workload may have removed meanwhile."""
        return int(0.9 * self.params["bytes"] * self.params["znodes"])

    def options(self) -> Mapping[str, Any]:
        """One session that writes."""
        return {
            "sessions": 1,
            "size": self.params["bytes"],
            "znodes": self.params["znodes"],
            "rate": self.params["rate"],
        }
