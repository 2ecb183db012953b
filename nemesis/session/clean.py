"""The clean state of a node's sessions: no rule of this family, no impostor."""

from harness.pods import Pod
from nemesis.session.cutting import CHAIN

IMPOSTOR = "zkchaos[/]impostor[.]py"
"""Pattern of the impostor's command line; no command line that holds this very pattern fits it."""

SCRIPT = f"""
pkill -9 -f '{IMPOSTOR}'
for table in filter nat; do
  while iptables -w -t $table -D OUTPUT -j {CHAIN} 2>/dev/null; do :; done
  iptables -w -t $table -F {CHAIN} 2>/dev/null
  iptables -w -t $table -X {CHAIN} 2>/dev/null
done
exit 0
"""

LOOK = f"""
for table in filter nat; do
  iptables-save -t $table | grep -q '{CHAIN}' && echo "rules in the chain {CHAIN} of table $table"
done
pgrep -f '{IMPOSTOR}' >/dev/null && echo "an impostor that answers for the servers"
exit 0
"""


def clean(pod: Pod) -> None:
    """Take away the family's rules and programs, whoever left them there."""
    pod.holder.execute("sh", "-c", SCRIPT)


def dirt(pod: Pod) -> list[str]:
    """Name what is left of the family's rules and programs."""
    return pod.holder.execute("sh", "-c", LOOK).decode().splitlines()
