"""What the servers are called: answers are signed with addresses, people know names."""

from collections.abc import Mapping

from harness.history import History
from reports.values import mapping, text


def server_names(history: History) -> dict[str, str]:
    """Return {address without its port: name} as far as the history tells."""
    found: dict[str, str] = {}
    for event in history.select("environment"):
        servers = mapping(mapping(event.value).get("servers"))
        found |= {text(address): name for name, address in servers.items() if text(address)}
    return found


def called(names: Mapping[str, str], address: str) -> str:
    """Return the name of the server at an address such as `10.0.0.2:2181`; itself where there is none."""
    return names.get(address.rpartition(":")[0], address)
