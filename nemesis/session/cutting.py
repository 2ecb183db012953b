"""How connections of an app node are broken from its holder, and its way to servers refused or diverted.

`ss -K` destroys sockets of the network namespace at once, in both directions (SOCK_DESTROY, which needs
CONFIG_INET_DIAG_DESTROY): the program sees ECONNABORTED and the server a reset. A packet rule would
break an idle connection only with its next packet. Rules live in a chain of their own per table.
"""

from harness.container import Container
from harness.errors import EnsembleError, SetupError
from harness.zoo_config import CLIENT_PORT

CHAIN = "zkchaos-session"

FIRST_PORT = 32768
"""First port of Linux for connections: those from below are agents' own, and are left alone."""

ESTABLISHED = "01"

TABLE = "cat /proc/net/tcp /proc/net/tcp6 2>/dev/null || true"
"""A machine may have no IPv6; one that has it lists the sockets of programs that bind to both there."""

THEN = "then"

LOAD = f"""
while iptables -w -t "$1" -D OUTPUT -j {CHAIN} 2>/dev/null; do :; done
shift
printf '%s\\n' "$@" | iptables-restore -w --noflush
"""

# Without -t, ss also tries families that know no ports, and fails after its work is done.
DESTROY = f"""
{TABLE}
echo {THEN}
ss -K -H -t "$1" >/dev/null || exit 1
{TABLE}
"""


def destroy_connections(holder: Container, server: str = "") -> list[int]:
    """Destroy the connections to ZooKeeper, or to one address; return their local ports.

    Raises EnsembleError where the kernel cannot.
    """
    to = f"dst {server} and " if server else ""
    which = f"{to}dport = {CLIENT_PORT} and sport ge {FIRST_PORT}"
    try:
        said = holder.execute("sh", "-c", DESTROY, "sh", which).decode()
    except SetupError as error:
        raise EnsembleError(f"`ss -K` failed in {holder.name}: {error}.") from error
    before, _, after = said.partition(THEN)
    ports = parse_connections(before, server)
    if set(parse_connections(after, server)) & set(ports):
        raise EnsembleError(
            f"connections of {holder.name} outlive `ss -K`; a kernel with CONFIG_INET_DIAG_DESTROY is needed."
        )
    return ports


def connections(holder: Container, server: str = "") -> list[int]:
    """Return the local ports of the established connections to ZooKeeper, or to one address."""
    return parse_connections(holder.execute("sh", "-c", TABLE).decode(), server)


def parse_connections(table: str, server: str = "") -> list[int]:
    """Read the local ports out of /proc/net/tcp, whose addresses are words in the host's byte order."""
    ports = []
    for line in table.splitlines():
        fields = line.split()
        if len(fields) < 4 or fields[3] != ESTABLISHED:
            continue
        local, remote = (int(end.rpartition(":")[2], 16) for end in fields[1:3])
        address = ".".join(str(byte) for byte in bytes.fromhex(fields[2].partition(":")[0][-8:])[::-1])
        if remote == CLIENT_PORT and local >= FIRST_PORT and server in {"", address}:
            ports.append(local)
    return ports


def refuse_server(holder: Container, address: str) -> None:
    """Answer every packet to a server's client port with a reset."""
    _load(
        holder,
        "filter",
        f"-p tcp -d {address} --dport {CLIENT_PORT} -j REJECT --reject-with tcp-reset",
    )


def divert_servers(holder: Container, port: int) -> None:
    """Lead every new connection to any server to a port of the node itself."""
    _load(holder, "nat", f"-p tcp --dport {CLIENT_PORT} -j REDIRECT --to-ports {port}")


def _load(holder: Container, table: str, rule: str) -> None:
    """Put one rule into the own chain, in place of what was there, and lead outgoing packets through it."""
    lines = [f"*{table}", f":{CHAIN} - [0:0]", f"-A {CHAIN} {rule}", f"-I OUTPUT -j {CHAIN}", "COMMIT"]
    holder.execute("sh", "-c", LOAD, "sh", table, *lines)


def refusals(holder: Container) -> int:
    """Count the packets that the chain's rules have met, 0 without a chain."""
    try:
        listed = holder.execute("iptables", "-w", "-nvxL", CHAIN).decode()
    except SetupError:
        return 0
    return sum(int(line.split()[0]) for line in listed.splitlines()[2:] if line.split())
