"""The clean state of a node's link: no rules of ours, no queue discipline, none of our programs."""

from harness.errors import SetupError
from harness.pods import Pod
from harness.sdk import Vanished

IN = "ZKCHAOS-LINK-IN"
OUT = "ZKCHAOS-LINK-OUT"
"""Our chains of iptables, for what a node receives and what it sends."""

PLACE = "/run/zkchaos-link"
"""Directory of our programs and their counters in a holder."""

AGENTS = rf"""
agents() {{
  for p in /proc/[0-9]*; do
    case "$(tr '\0' ' ' 2>/dev/null <$p/cmdline)" in "python3 {PLACE}/"*) echo ${{p#/proc/}} ;; esac
  done
}}
"""

# First the rules, then whoever serves the queue: packets that it lets go must not come back to it.
CLEAN = f"""{AGENTS}
unhook() {{
  while iptables -w -D $1 -j $2 2>/dev/null; do :; done
  iptables -w -F $2 2>/dev/null && iptables -w -X $2
}}
unhook INPUT {IN}
unhook OUTPUT {OUT}
tc qdisc del dev eth0 root 2>/dev/null
running=$(agents)
if [ -n "$running" ]; then
  kill $running 2>/dev/null
  for i in 1 2 3 4 5 6 7 8 9 10; do
    running=$(agents)
    [ -z "$running" ] && break
    sleep 0.05
  done
  [ -z "$running" ] || kill -9 $running 2>/dev/null
fi
rm -rf {PLACE}
true
"""

DIRT = f"""{AGENTS}
iptables-save -t filter | grep -c -e {IN} -e {OUT} | sed 's/^/rules /'
tc qdisc show dev eth0 | grep ' root ' | grep -v noqueue | sed 's/^/qdisc /'
agents | sed 's/^/agent /'
true
"""


def clean(pod: Pod) -> None:
    """Bring a node's link to its clean state; a node whose network is gone has no link to clean."""
    if there(pod):
        run(pod, CLEAN)


def dirt(pod: Pod) -> list[str]:
    """Tell what is left on a node's link, one clause each."""
    return parse_dirt(run(pod, DIRT)) if there(pod) else []


def parse_dirt(told: str) -> list[str]:
    """Read what the look at a holder told."""
    left = []
    for line in told.splitlines():
        kind, _, what = line.partition(" ")
        if kind == "rules" and what != "0":
            left.append(f"{what} packet rules of the link")
        elif kind == "qdisc":
            left.append(f"the queue discipline {what.split()[1] if ' ' in what else what} on eth0")
        elif kind == "agent":
            left.append(f"the program {what} that holds or resets connections")
    return left


def there(pod: Pod) -> bool:
    """Tell whether a node's network is still there."""
    try:
        return pod.holder.state().running
    except Vanished:
        return False


def run(pod: Pod, script: str) -> str:
    """Run a script of the shell in a holder; raises SetupError with what it said when it fails."""
    try:
        return pod.holder.execute("sh", "-c", script).decode(errors="replace")
    except Vanished:
        raise
    except SetupError as error:
        raise SetupError(str(error).replace("sh failed", "the link's commands failed")) from error
