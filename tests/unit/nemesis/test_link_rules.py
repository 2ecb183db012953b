"""What the kernel is told about a link, what it tells, and what is refused before a run starts."""

from typing import Any

import pytest

from harness.errors import ZkchaosError
from harness.plan import Plan
from nemesis.catalogue import FAMILIES
from nemesis.link.clean import parse_dirt
from nemesis.link.counters import parse_connections, parse_counters
from nemesis.link.delay import netem_words
from nemesis.link.rules import apply, of_connections, received, sent, shape, ss_filter
from nemesis.selection import choose, parse, possible

A, B = "10.0.0.1", "10.0.0.2"


def test_rules_name_the_peers_and_the_port_at_either_end() -> None:
    assert received([A, B], 0, "-j DROP") == [
        f"-A ZKCHAOS-LINK-IN -s {A} -j DROP",
        f"-A ZKCHAOS-LINK-IN -s {B} -j DROP",
    ]
    assert sent([A], 2181, "-j TEE --gateway {peer}") == [
        f"-A ZKCHAOS-LINK-OUT -d {A} -p tcp -m multiport --ports 2181 -j TEE --gateway {A}"
    ]


def test_a_single_connection_is_met_in_both_directions() -> None:
    assert of_connections([(A, 2181, B, 40000)], "-j DROP") == [
        f"-A ZKCHAOS-LINK-IN -p tcp -s {B} --sport 40000 -d {A} --dport 2181 -j DROP",
        f"-A ZKCHAOS-LINK-OUT -p tcp -s {A} --sport 2181 -d {B} --dport 40000 -j DROP",
    ]


def test_rules_come_into_force_together_with_their_chains() -> None:
    lines = apply(["-A ZKCHAOS-LINK-IN -s 1.2.3.4 -j DROP"]).splitlines()
    assert lines[0] == "iptables-restore -w --noflush <<'RULES'"
    assert lines[1] == "*filter"
    assert lines[-3:] == ["-A ZKCHAOS-LINK-IN -s 1.2.3.4 -j DROP", "COMMIT", "RULES"]


def test_only_packets_for_peers_are_shaped_and_a_failure_ends_the_script() -> None:
    script = shape([A, B], 0, "tbf rate 100kbit burst 32kbit latency 400ms")
    commands = script.strip().split(" &&\n")
    assert commands[0] == "tc qdisc add dev eth0 root handle 1: htb"
    assert commands[2].endswith("handle 10: tbf rate 100kbit burst 32kbit latency 400ms")
    assert [c.partition("match ")[2] for c in commands[3:]] == [
        f"ip dst {A}/32 flowid 1:1",
        f"ip dst {B}/32 flowid 1:1",
    ]
    through = shape([A], 2888, "pfifo").strip().split(" &&\n")[3:]
    assert [f"match ip {end} 2888 0xffff" in c for end, c in zip(("sport", "dport"), through, strict=True)]


def test_the_filter_of_ss() -> None:
    assert ss_filter([A, B], 0) == f"( dst {A} or dst {B} )"
    assert ss_filter([A], 2181) == f"( dst {A} ) and ( sport = :2181 or dport = :2181 )"


def test_netem_is_told_of_jitter_and_its_distribution() -> None:
    assert netem_words({"ms": 200, "jitter": 0, "distribution": "normal"}) == (
        "netem limit 100000 delay 200ms"
    )
    assert netem_words({"ms": 1.5, "jitter": 1, "distribution": "uniform"}).endswith("delay 1.5ms 1ms")
    assert netem_words({"ms": 5, "jitter": 1, "distribution": "pareto"}).endswith("1ms distribution pareto")


TOLD = """Tcp: RtoMin MaxConn RetransSegs
Tcp: 200 -1 7
Udp: InDatagrams
Udp: 3
TcpExt: TCPOFOQueue TCPDSACKRecv
TcpExt: 4 5
# rules
[12:600] -A ZKCHAOS-LINK-IN -s 10.0.0.1/32 -m statistic --mode random --probability 0.1 -j DROP
[3:90] -A ZKCHAOS-LINK-OUT -d 10.0.0.1/32 -j DROP
[9:90] -A ZKCHAOS-LINK-OUT -d 10.0.0.2/32 -j TEE --gateway 10.0.0.2
# qdisc
qdisc htb 1: root refcnt 3 r2q 10 default 0
 Sent 900 bytes 9 pkt (dropped 0, overlimits 1 requeues 0)
 backlog 0b 0p requeues 0
qdisc tbf 10: parent 1:1 rate 1Mbit burst 4Kb lat 400ms
 Sent 800 bytes 8 pkt (dropped 2, overlimits 6 requeues 0)
 backlog 0b 0p requeues 0
# connections
0      0       [::ffff:10.0.0.3]:2181      [::ffff:10.0.0.1]:55000
0      24              10.0.0.3:40000            10.0.0.2:2888
# queues
 2181    151     0 1     0     0     0        0  1
# agent
{"packets": 30, "delayed": 20}

# resets
4
# errors
Traceback
OSError: gone
"""


def test_everything_that_a_holder_tells_is_read() -> None:
    counters = parse_counters(TOLD)
    assert counters.tcp == {
        "RtoMin": 200,
        "MaxConn": -1,
        "RetransSegs": 7,
        "TCPOFOQueue": 4,
        "TCPDSACKRecv": 5,
    }
    assert counters.packets("DROP") == 15
    assert counters.packets("TEE") == 9
    assert counters.qdisc == {"sent": 8, "dropped": 2, "overlimits": 6}
    assert counters.connections == [
        ("10.0.0.3", 2181, "10.0.0.1", 55000),
        ("10.0.0.3", 40000, "10.0.0.2", 2888),
    ]
    assert counters.queues == {2181}
    assert counters.agent == {"packets": 30, "delayed": 20}
    assert counters.resets == 4
    assert counters.errors == "OSError: gone"


def test_a_clean_holder_tells_of_nothing() -> None:
    counters = parse_counters(
        "Tcp: RetransSegs\nTcp: 0\n# rules\n# qdisc\nqdisc noqueue 0: root refcnt 2\n"
        " Sent 0 bytes 0 pkt (dropped 0, overlimits 0 requeues 0)\n"
        "# connections\n# queues\n# agent\n\n# resets\n# errors\n"
    )
    assert counters.tcp == {"RetransSegs": 0}
    assert (counters.rules, counters.connections, counters.agent) == ([], [], {})
    assert (counters.queues, counters.resets, counters.errors) == (frozenset(), 0, "")


def test_half_a_line_of_the_program_is_no_counter() -> None:
    assert parse_counters('# agent\n{"packets": 3, "del').agent == {}
    assert parse_connections("garbage\n") == []


def test_dirt_is_named() -> None:
    assert parse_dirt("rules 0\n") == []
    assert parse_dirt("rules 5\nqdisc qdisc htb 1: root refcnt 3\nagent 77\n") == [
        "5 packet rules of the link",
        "the queue discipline htb on eth0",
        "the program 77 that holds or resets connections",
    ]


def plan(**changes: Any) -> Plan:
    fields: dict[str, Any] = {
        "run": "r",
        "workload": "election",
        "variant": "",
        "seed": 1,
        "time": 10,
        "servers": 3,
        "nodes": 3,
        "image": "i",
        "zoo": {},
        "session_timeout": 4,
    }
    return Plan(**{**fields, **changes})


@pytest.mark.parametrize(
    ("text", "servers", "reason"),
    [
        ("delay-leader/ms=10/jitter=20", 3, "a jitter of 20 ms is more than the delay of 10 ms"),
        (
            "loss-app1/between=apps",
            3,
            "app nodes do not talk to one another; between=servers is what they have",
        ),
        ("reset/between=servers", 1, "there is no other server; --servers 3 has some"),
    ],
)
def test_what_can_never_be_had_is_refused_in_one_sentence(text: str, servers: int, reason: str) -> None:
    with pytest.raises(ZkchaosError) as caught:
        possible(plan(servers=servers), [parse(text)], holder=True)
    assert str(caught.value) == f"--nemesis {text}: {reason}."


def test_the_whole_family_is_possible_in_an_ordinary_run() -> None:
    choices = choose("link:").choices
    assert [choice.fault.name for choice in choices] == list(FAMILIES["link"])
    assert possible(plan(), choices, holder=True) == choices
    for choice in choices:
        assert choice.fault.touches == {"network", "process"}


@pytest.mark.parametrize(
    ("text", "owed"),
    [
        ("loss-leader", True),
        ("delay-all", True),
        ("reset-leader", False),
        ("reset-follower", True),
        ("half-open-all", False),
        ("half-open-one-app", True),
    ],
)
def test_writes_are_owed_where_the_service_goes_on(text: str, *, owed: bool) -> None:
    choice = parse(text)
    assert choice.fault.owes(choice.target) == (("writes-overlap-each-fault",) if owed else ())
