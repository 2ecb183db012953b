"""From a grudge to the words of the packet filter, and back from its counters."""

import re
from collections.abc import Collection, Mapping

from nemesis.partition.grudge import Grudge

CHAIN = "ZKCHAOS-PARTITION"
"""The chain of our own that INPUT jumps to.

Packets are dropped where they arrive and nowhere else: a drop in OUTPUT is no secret to the sender, whose
kernel tells it (EPERM) or tries again at once, and on a real network nobody tells it anything.
"""

SAVE = "iptables-save -c -t filter"

_JUMPS_OUT = rf"iptables-save -t filter | sed -n 's/^-A \(INPUT -j {CHAIN}\)$/-D \1/p'"

# Naming a chain empties it or makes it. All of it is one transaction of the kernel: rules that are left of
# a crash are replaced at one blow.
APPLY = (
    f"{{ echo '*filter'; {_JUMPS_OUT}; printf '%s' \"$1\"; echo COMMIT; }} "
    f"| iptables-restore --noflush --wait && {SAVE}"
)
"""Shell: replace our rules by the text that is its first argument, and tell all counters."""

CLEAN = (
    f"! iptables-save -t filter | grep -q {CHAIN} || {{ echo '*filter'; {_JUMPS_OUT}; "
    f"printf ':{CHAIN} - [0:0]\\n-X {CHAIN}\\nCOMMIT\\n'; }} | iptables-restore --noflush --wait"
)
"""Shell: take our chain away, and every jump to it; whatever else is in the filter stays."""

_COUNTED = re.compile(rf"\[(\d+):\d+\] -A {CHAIN} -s ([0-9.]+)/32\b.* -j (?:DROP|REJECT)\b")

# A reset that answers a packet is a packet of its own, which the other side's rules must let in.
_RESETS_PASS = f"-A {CHAIN} -p tcp -m tcp --tcp-flags RST RST -j RETURN"


def filter_text(grudge: Grudge, node: str, addresses: Mapping[str, str], how: str) -> str:
    """Write the rules of one node, for APPLY; `addresses` are {node: IP address}.

    `how` is `drop`, or `reject`: answer TCP with a reset and anything else with `port unreachable`.
    Only peers' packets are met, so the harness still gets in through the published port.
    """
    lines = [f":{CHAIN} - [0:0]"]
    if how == "reject":
        lines.append(_RESETS_PASS)
    for peer in sorted(grudge.drops.get(node, ())):
        lines += [f"-A {CHAIN} -s {addresses[peer]}/32 {rule}" for rule in _rules(grudge.port, how)]
    lines.append(f"-I INPUT 1 -j {CHAIN}")
    return "".join(f"{line}\n" for line in lines)


def _rules(port: int, how: str) -> list[str]:
    tcp = "-j REJECT --reject-with tcp-reset" if how == "reject" else "-j DROP"
    if port:
        # Either side may have made the connection.
        return [f"-p tcp -m tcp --{end} {port} {tcp}" for end in ("dport", "sport")]
    return [f"-p tcp {tcp}", "-j REJECT"] if how == "reject" else ["-j DROP"]


def packets(saved: str, addresses: Mapping[str, str]) -> dict[str, int]:
    """Read from what SAVE printed how many packets of each peer were met: {node: packets}."""
    names = {address: name for name, address in addresses.items()}
    counted: dict[str, int] = {}
    for number, address in _COUNTED.findall(saved):
        if address in names:
            counted[names[address]] = counted.get(names[address], 0) + int(number)
    return counted


def left_over(saved: str) -> list[str]:
    """Say which of our rules are in what SAVE printed, one clause each."""
    ours = [line for line in saved.splitlines() if CHAIN in line]
    return [f"the packet filter still has {line.partition('] ')[2] or line}" for line in ours]


def unmet(grudge: Grudge, node: str, before: Mapping[str, int], now: Mapping[str, int]) -> Collection[str]:
    """Name the peers of a node of whom no packet was met since `before`."""
    return [peer for peer in grudge.drops.get(node, ()) if now.get(peer, 0) <= before.get(peer, 0)]
