"""Packet rules: what is written for a grudge, and what is read from the counters."""

import pytest

from nemesis.partition.grudge import Grudge
from nemesis.partition.rules import CHAIN, filter_text, left_over, packets, unmet

AT = {"zk1": "10.0.0.1", "zk2": "10.0.0.2", "app1": "10.0.0.9"}


def text(*, port: int = 0, how: str = "drop", node: str = "zk1") -> list[str]:
    grudge = Grudge({"zk1": frozenset({"zk2", "app1"})}, port)
    return filter_text(grudge, node, AT, how).splitlines()


def test_silence() -> None:
    assert text() == [
        f":{CHAIN} - [0:0]",
        f"-A {CHAIN} -s 10.0.0.9/32 -j DROP",
        f"-A {CHAIN} -s 10.0.0.2/32 -j DROP",
        f"-I INPUT 1 -j {CHAIN}",
    ]


def test_a_rejection_lets_the_resets_of_the_other_side_in() -> None:
    lines = text(how="reject")
    assert lines[1] == f"-A {CHAIN} -p tcp -m tcp --tcp-flags RST RST -j RETURN"
    assert lines[2:4] == [
        f"-A {CHAIN} -s 10.0.0.9/32 -p tcp -j REJECT --reject-with tcp-reset",
        f"-A {CHAIN} -s 10.0.0.9/32 -j REJECT",
    ]


@pytest.mark.parametrize(("how", "verdict"), [("drop", "DROP"), ("reject", "REJECT --reject-with tcp-reset")])
def test_a_port_is_met_at_either_end(how: str, verdict: str) -> None:
    ours = [line for line in text(port=3888, how=how) if "10.0.0.2/" in line]
    assert ours == [
        f"-A {CHAIN} -s 10.0.0.2/32 -p tcp -m tcp --{end} 3888 -j {verdict}" for end in ("dport", "sport")
    ]


def test_who_hears_everybody_has_no_rule_but_an_empty_chain() -> None:
    assert text(node="zk2") == [f":{CHAIN} - [0:0]", f"-I INPUT 1 -j {CHAIN}"]


SAVED = f"""# Generated
*filter
:INPUT ACCEPT [900:7000]
:{CHAIN} - [0:0]
[900:7000] -A INPUT -j {CHAIN}
[7:77] -A INPUT -s 10.0.0.2/32 -j DROP
[5:50] -A {CHAIN} -p tcp -m tcp --tcp-flags RST RST -j RETURN
[3:180] -A {CHAIN} -s 10.0.0.2/32 -p tcp -m tcp --dport 3888 -j DROP
[4:240] -A {CHAIN} -s 10.0.0.2/32 -p tcp -m tcp --sport 3888 -j REJECT --reject-with tcp-reset
[0:0] -A {CHAIN} -s 10.0.0.9/32 -j DROP
[8:80] -A {CHAIN} -s 10.0.0.77/32 -j DROP
COMMIT
"""


def test_packets_are_those_of_our_rules_added_up_by_peer() -> None:
    assert packets(SAVED, AT) == {"zk2": 7, "app1": 0}


def test_packets_from_before_do_not_count() -> None:
    grudge = Grudge({"zk1": frozenset({"zk2", "app1"})})
    now = packets(SAVED, AT)
    assert list(unmet(grudge, "zk1", {}, now)) == ["app1"]
    assert sorted(unmet(grudge, "zk1", {"zk2": 7}, now)) == ["app1", "zk2"]
    assert list(unmet(grudge, "zk1", {"zk2": 6, "app1": -1}, now)) == []
    assert list(unmet(grudge, "zk2", {}, {})) == []


def test_what_is_left_is_ours_alone() -> None:
    left = left_over(SAVED)
    assert len(left) == SAVED.count(CHAIN)
    assert f"the packet filter still has -A INPUT -j {CHAIN}" in left
    assert not any("-A INPUT -s" in clause for clause in left)
    assert left_over("*filter\n:INPUT ACCEPT [9:9]\n[1:1] -A INPUT -j zkchaos-session\nCOMMIT\n") == []
