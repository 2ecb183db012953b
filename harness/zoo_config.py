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


def zoo_cfg(config: Mapping[str, str], addresses: Sequence[str]) -> str:
    """Text of zoo.cfg for servers 1..n at the given addresses; one server alone runs standalone."""
    lines = [f"{name}={value}" for name, value in config.items()]
    lines += ["dataDir=/data", f"clientPort={CLIENT_PORT}"]
    if len(addresses) > 1:
        lines += [
            f"server.{number}={address}:{QUORUM_PORT}:{ELECTION_PORT}"
            for number, address in enumerate(addresses, start=1)
        ]
    return "\n".join(lines) + "\n"
