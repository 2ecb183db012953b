"""What a holder's kernel and our program in it have counted, read in one go."""

from dataclasses import dataclass, field

from msgspec import DecodeError
from msgspec.json import decode

from harness.pods import Pod
from nemesis.link.clean import CLEAN, IN, OUT, PLACE, run
from nemesis.link.rules import Connection

QUEUE_COUNTERS = f"{PLACE}/queue.json"
RESET_COUNTER = f"{PLACE}/resets"
AGENT_ERRORS = f"{PLACE}/errors"

ESTABLISHED = "ss -tnH state established"

LOOK = f"""
cat /proc/net/snmp /proc/net/netstat
echo '# rules'
iptables-save -c -t filter | grep -e ' {IN} .*-j ' -e ' {OUT} .*-j '
echo '# qdisc'
tc -s qdisc show dev eth0
echo '# connections'
{ESTABLISHED}
echo '# queues'
cat /proc/net/netfilter/nfnetlink_queue 2>/dev/null
echo '# agent'
cat {QUEUE_COUNTERS} 2>/dev/null
echo
echo '# resets'
cat {RESET_COUNTER} 2>/dev/null
echo '# errors'
cat {AGENT_ERRORS} 2>/dev/null
true
"""

QUIET_CLEAN = f"{{\n{CLEAN}\n}} >/dev/null 2>&1\n"
"""What it says must not be taken for a counter."""


@dataclass(frozen=True, slots=True)
class Counters:
    """A holder's counters at one moment."""

    tcp: dict[str, int] = field(default_factory=dict)
    """The kernel's statistics of TCP in this network, such as RetransSegs and TCPDSACKRecv."""
    rules: list[tuple[str, int]] = field(default_factory=list)
    """Our rules and the number of packets that met each."""
    qdisc: dict[str, int] = field(default_factory=dict)
    """Packets that the inner queue discipline sent, dropped, and had to hold (`overlimits`)."""
    connections: list[Connection] = field(default_factory=list)
    """Established TCP connections."""
    queues: frozenset[int] = frozenset()
    """Netfilter queues that somebody serves."""
    agent: dict[str, int] = field(default_factory=dict)
    """What the program that holds packets has counted."""
    resets: int = 0
    errors: str = ""
    """Last words of our program."""

    def packets(self, action: str) -> int:
        """Packets that met rules with an action."""
        return sum(count for rule, count in self.rules if f"-j {action}" in rule)


def clean_and_look(pod: Pod) -> Counters:
    """Clean a link, then read its counters: one way into the holder for both."""
    return parse_counters(run(pod, QUIET_CLEAN + LOOK))


def look_and_clean(pod: Pod) -> Counters:
    """Read the counters of a link, then clean it."""
    return parse_counters(run(pod, LOOK + QUIET_CLEAN))


def look(pod: Pod) -> Counters:
    """Read a holder's counters; raises SetupError when it cannot be asked."""
    return parse_counters(run(pod, LOOK))


def parse_counters(told: str) -> Counters:
    """Read what the holder told."""
    parts: dict[str, list[str]] = {"": []}
    part = parts[""]
    for line in told.splitlines():
        if line.startswith("# "):
            part = parts[line[2:]] = []
        elif line.strip():
            part.append(line)
    try:
        agent = decode("".join(parts.get("agent", [])) or "{}", type=dict[str, int])
    except DecodeError:
        agent = {}
    return Counters(
        tcp=_tcp(parts[""]),
        rules=[_rule(line) for line in parts.get("rules", [])],
        qdisc=_qdisc(parts.get("qdisc", [])),
        connections=parse_connections("\n".join(parts.get("connections", []))),
        queues=frozenset(int(line.split()[0]) for line in parts.get("queues", [])),
        agent=agent,
        resets=int("".join(parts.get("resets", [])) or 0),
        errors="\n".join(parts.get("errors", [])[-1:]),
    )


def _tcp(lines: list[str]) -> dict[str, int]:
    """Names stand in one line and numbers in the next, each behind the name of the protocol."""
    numbers: dict[str, int] = {}
    for names, values in zip(lines[::2], lines[1::2], strict=False):
        if names.startswith(("Tcp:", "TcpExt:")):
            numbers.update(zip(names.split()[1:], map(int, values.split()[1:]), strict=True))
    return numbers


def _rule(line: str) -> tuple[str, int]:
    counts, _, rule = line.partition("] ")
    return rule, int(counts.lstrip("[").partition(":")[0])


def _qdisc(lines: list[str]) -> dict[str, int]:
    """Read the last discipline's ` Sent 1 bytes 2 pkt (dropped 3, overlimits 4 requeues 5)`."""
    for line in reversed(lines):
        words = line.replace("(", " ").replace(")", " ").replace(",", " ").split()
        if words[:1] == ["Sent"]:
            return {"sent": int(words[3]), "dropped": int(words[6]), "overlimits": int(words[8])}
    return {}


def parse_connections(told: str) -> list[Connection]:
    """Read the established connections that `ss -tnH state established` lists."""
    found = []
    for line in told.splitlines():
        words = line.split()
        if len(words) >= 4:
            own, _, own_port = words[-2].rpartition(":")
            peer, _, port = words[-1].rpartition(":")
            found.append((_plain(own), int(own_port), _plain(peer), int(port)))
    return found


def _plain(address: str) -> str:
    """A Java server's sockets are of the sixth version of IP and show `[::ffff:172.18.0.2]`."""
    return address.strip("[]").removeprefix("::ffff:")
