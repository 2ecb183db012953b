"""ZooKeeper's configuration as data: defaults, overrides, and the text of zoo.cfg."""

from collections.abc import Mapping, Sequence

from harness.errors import ZkchaosError

CLIENT_PORT = 2181
QUORUM_PORT = 2888
ELECTION_PORT = 3888

DEFAULTS: Mapping[str, str] = {
    # A short tick makes elections and expiries quick, so that a minute holds many of them.
    "tickTime": "500",
    "initLimit": "20",
    "syncLimit": "5",
    "maxClientCnxns": "0",
    "admin.enableServer": "false",
    "4lw.commands.whitelist": "*",
    # Without it a server refuses znodes with a time to live.
    "extendedTypesEnabled": "true",
}

OWNED = frozenset({"dataDir", "dataLogDir", "clientPort", "clientPortAddress", "4lw.commands.whitelist"})
"""What the harness decides itself, because nodes, ports and proofs depend on it."""


NUMBERS = frozenset({"tickTime", "initLimit", "syncLimit", "minSessionTimeout", "maxSessionTimeout"})
"""What the harness reckons with."""


def configuration(overrides: Mapping[str, str]) -> dict[str, str]:
    """Overlay the defaults; raises ZkchaosError for a setting that is the harness's own."""
    for name in overrides:
        if name in OWNED or name.startswith("server."):
            raise ZkchaosError(f"--zoo {name}: this setting belongs to the harness; leave it out.")
    config = {**DEFAULTS, **overrides}
    for name in NUMBERS & config.keys():
        text = config[name]
        if not (text.isascii() and text.isdigit()) or int(text) < 1:
            raise ZkchaosError(f"--zoo {name}={text}: a whole number above zero is needed.")
    return config


def member(number: int, address: str, *, observer: bool = False) -> str:
    """Line of one server where members change, as `reconfig` and the znode of the configuration have it."""
    role = "observer" if observer else "participant"
    return f"server.{number}={address}:{QUORUM_PORT}:{ELECTION_PORT}:{role};0.0.0.0:{CLIENT_PORT}"


def reconfigurable_cfg(config: Mapping[str, str], members: Sequence[str]) -> str:
    """Text of zoo.cfg for servers whose members change while they run; the lines are those of `member`.

    A server takes its members and client port out into a file beside it, which the file then names.
    """
    own = {"dataDir": "/data", "reconfigEnabled": "true", "standaloneEnabled": "false"}
    return "\n".join([*(f"{name}={value}" for name, value in {**config, **own}.items()), *members]) + "\n"


def zoo_cfg(config: Mapping[str, str], addresses: Sequence[str], observers: int = 0) -> str:
    """Text of zoo.cfg for servers 1..n at the given addresses, of which the last ones are observers.

    One server alone runs standalone.
    """
    voters = len(addresses) - observers
    lines = [f"{name}={value}" for name, value in config.items()]
    lines += ["dataDir=/data", f"clientPort={CLIENT_PORT}"]
    if len(addresses) > 1:
        lines += [
            f"server.{number}={address}:{QUORUM_PORT}:{ELECTION_PORT}{':observer' * (number > voters)}"
            for number, address in enumerate(addresses, start=1)
        ]
    return "\n".join(lines) + "\n"
