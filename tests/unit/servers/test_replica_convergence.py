"""replica-convergence: what two servers hold differently in the end is caught, unless it may have changed."""

from typing import Any

import pytest

from checkers.result import Verdict
from harness.history import History, Stat
from tests.unit.checkers.build import a_plan
from tests.unit.checkers.talk import Talk, Z, check, kinds, stat

NAME = "replica-convergence"
ROOT = "/keys"
TREE = {ROOT: ["a", "b"], "/keys/a": [], "/keys/b": []}
RULES = ["world:anyone:rwcda"]


class Walk(Talk):
    """A talk at the end of which servers are walked; what one shows can be altered path by path."""

    def walk(
        self,
        second: float,
        server: str,
        z: int,
        *,
        tree: dict[str, list[str]] | None = None,
        data: dict[str, str] | None = None,
        stats: dict[str, Stat] | None = None,
        rules: dict[str, list[str]] | None = None,
        gone: tuple[str, ...] = (),
        listing_stat: bool = True,
    ) -> "Walk":
        """Walk one server at one state."""
        where: dict[str, Any] = {"life": f"final/{server}", "server": server, "session": 50 + int(server[-1])}
        for path, names in (tree or TREE).items():
            second += 0.1
            if path in gone:
                for f in ("get", "children", "get-acl"):
                    self.refuse(second, f, z, "NoNodeError", key=path, **where)
                continue
            shown = (stats or {}).get(path, stat(numChildren=len(names)))
            self.ask(
                second, "get", z, key=path, value=(data or {}).get(path, f"D{path}"), stat=shown, **where
            )
            more = {"stat": shown} if listing_stat else {}
            self.ask(second, "children", z, key=path, value=names, **more, **where)
            self.ask(
                second, "get-acl", z, key=path, value=(rules or {}).get(path, RULES), stat=shown, **where
            )
        return self

    def digest(self, second: float, server: str, digests: dict[str, str], mismatches: int = 0) -> None:
        """Tell a server's digests."""
        self.say(second, "hash", node=server, value={"digests": digests, "mismatches": mismatches})


def three(**third: Any) -> Walk:
    """Walk three servers, the third one at a later state, where it may differ."""
    walk = Walk(plan=a_plan(workload="keys"))
    return walk.walk(1, "zk1", Z(20)).walk(2, "zk2", Z(20)).walk(3, "zk3", Z(25), **third)


def test_the_same_trees_are_fine():
    walk = three()
    result = check(NAME, walk.history())
    assert result.verdict is Verdict.VALID
    assert result.checked == 2 * 9
    assert result.measures["znodes"] == 3
    assert "zk1, zk2 and zk3 hold the same 3 znodes" in result.sentence


def test_a_walk_that_was_cut_off_is_no_violation():
    history = three().history()
    for end in range(len(history)):
        assert check(NAME, History(list(history.events[:end]))).verdict is Verdict.UNKNOWN


FIELDS = [
    "czxid",
    "mzxid",
    "pzxid",
    "ctime",
    "mtime",
    "version",
    "cversion",
    "aversion",
    "ephemeralOwner",
    "dataLength",
    "numChildren",
]


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_of_a_stat_must_agree(field: str):
    walk = three(stats={"/keys/a": stat(**{field: 7})})
    assert kinds(NAME, walk) == ["stat"]
    assert f"differ in /keys/a: {field} " in check(NAME, walk.history()).sentence


def test_data_must_agree():
    walk = three(data={"/keys/b": "other"})
    assert kinds(NAME, walk) == ["data"]
    assert "Servers zk2 and zk3 differ in /keys/b: data" in check(NAME, walk.history()).sentence


def test_access_rules_must_agree():
    assert kinds(NAME, three(rules={"/keys/a": ["world:anyone:r"]})) == ["access-rules"]


def test_the_order_of_a_list_is_of_no_importance():
    assert check(NAME, three(tree=TREE | {ROOT: ["b", "a"]}).history()).verdict is Verdict.VALID


@pytest.mark.parametrize("who", ["lacks", "has more"])
def test_a_missing_node_is_told_by_name(who: str):
    less = {ROOT: ["a"], "/keys/a": []}
    walk = Walk(plan=a_plan(servers=2))
    first, second = (TREE, less) if who == "lacks" else (less, TREE)
    same = {"stats": {ROOT: stat(numChildren=2)}}
    walk.walk(1, "zk1", Z(20), tree=first, **same).walk(2, "zk2", Z(21), tree=second, **same)
    assert kinds(NAME, walk) == ["missing-node"]
    there = "zk1 has /keys/b and zk2 has not" if who == "lacks" else "zk2 has /keys/b and zk1 has not"
    assert there in check(NAME, walk.history()).sentence


def test_a_node_that_is_listed_and_cannot_be_read_is_missing():
    assert kinds(NAME, three(gone=("/keys/a",))) == ["missing-node"]


def vanished(**fields: int) -> Walk:
    """Walk two servers; the later state lacks a node, and the parent says that a child has gone."""
    walk = Walk(plan=a_plan(servers=2))
    node = {"/keys/b": stat(**fields)}
    walk.walk(10, "zk1", Z(20), stats=node)
    after = stat(numChildren=1, pzxid=Z(21), cversion=1)
    return walk.walk(11, "zk2", Z(25), tree={ROOT: ["a"], "/keys/a": []}, stats={ROOT: after})


@pytest.mark.parametrize("owner", [77, -(2**63), -(2**56) + 100])
def test_what_vanishes_by_itself_may_be_gone_later(owner: int):
    assert check(NAME, vanished(ephemeralOwner=owner).history()).verdict is Verdict.VALID


def test_a_persistent_node_does_not_vanish_by_itself():
    assert kinds(NAME, vanished()) == ["missing-node"]


@pytest.mark.parametrize("answer", [{"z": Z(21)}, {"type": "info"}])
def test_unless_it_was_or_may_have_been_deleted(answer: dict[str, Any]):
    walk = vanished()
    walk.ask(1, "delete", key="/keys/b", **answer)
    assert silent_in_the_end(walk)


def silent_in_the_end(walk: Walk) -> bool:
    return check(NAME, walk.history()).verdict is Verdict.VALID


def test_a_node_that_was_there_all_the_time_did_not_come_later():
    walk = Walk(plan=a_plan(servers=2))
    walk.walk(1, "zk1", Z(20), tree={ROOT: ["a"], "/keys/a": []})
    walk.walk(2, "zk2", Z(25), stats={ROOT: stat(numChildren=2, pzxid=Z(21), cversion=1)})
    assert kinds(NAME, walk) == ["missing-node"]


def test_what_the_newer_stat_shows_as_changed_may_differ():
    changed = {
        "/keys/a": stat(mzxid=Z(22), version=3, mtime=9),
        "/keys/b": stat(czxid=Z(23), mzxid=Z(23), pzxid=Z(23), ephemeralOwner=5),
        ROOT: stat(pzxid=Z(23), cversion=2, numChildren=2),
    }
    assert silent_in_the_end(three(stats=changed, data={"/keys/a": "new"}))


def test_at_the_same_transaction_nothing_may_differ():
    walk = Walk(plan=a_plan(servers=2))
    walk.walk(1, "zk1", Z(25))
    node = {"/keys/b": stat(ephemeralOwner=77)}
    walk.walk(2, "zk2", Z(25), tree={ROOT: ["a"], "/keys/a": []}, listing_stat=False, stats=node)
    assert "missing-node" in kinds(NAME, walk)


def two_states(z: int, *, first: bool, owner: int = 0) -> Walk:
    """Walk two servers, of which one lists a node and cannot show it; `first`: the one of the older state."""
    walk = Walk(plan=a_plan(servers=2))
    stats = {"/keys/b": stat(ephemeralOwner=owner)}
    walk.walk(1, "zk1", Z(20), stats=stats, gone=("/keys/b",) if first else ())
    return walk.walk(2, "zk2", Z(z), stats=stats, gone=() if first else ("/keys/b",))


def test_even_what_vanishes_by_itself_must_agree_at_the_same_transaction():
    assert kinds(NAME, two_states(20, first=False, owner=77)) == ["missing-node"]
    assert silent_in_the_end(two_states(25, first=False, owner=77))


@pytest.mark.parametrize("kind", [{"ttl": 142}, {"container": True}], ids=["ttl", "container"])
@pytest.mark.parametrize("outcome", ["ok", "info"])
def test_containers_and_nodes_with_a_time_to_live_are_removed_by_the_servers(kind: Any, outcome: str):
    def walked(ask: Any) -> Walk:
        walk = two_states(25, first=False)
        walk.ask(0.5, "create", Z(5), key="/keys/b", value="/keys/b", ask=ask, type=outcome)
        return walk

    assert silent_in_the_end(walked(kind))
    assert kinds(NAME, walked({"data": "app1/1-1"})) == ["missing-node"]


def test_a_node_cannot_come_and_have_been_there():
    assert kinds(NAME, two_states(25, first=True)) == ["missing-node"]


def test_a_parent_says_that_no_child_has_gone():
    walk = Walk(plan=a_plan(servers=2))
    walk.walk(1, "zk1", Z(20), stats={"/keys/b": stat(ephemeralOwner=77)})
    same = {ROOT: stat(numChildren=2)}
    walk.walk(2, "zk2", Z(25), tree={ROOT: ["a"], "/keys/a": []}, stats=same)
    assert kinds(NAME, walk) == ["missing-node"]


def test_digests_must_agree_where_both_tell_one():
    walk = three()
    walk.digest(9, "zk1", {"128": "11", "256": "12"})
    walk.digest(9, "zk2", {"256": "12", "384": "13"})
    assert check(NAME, walk.history()).measures["digests_compared"] == 1
    walk.digest(9, "zk3", {"256": "99"})
    assert kinds(NAME, walk) == ["digest", "digest"]


def test_a_server_may_accuse_itself():
    walk = three()
    walk.digest(9, "zk2", {}, mismatches=3)
    assert kinds(NAME, walk) == ["digest-mismatch"]


def test_a_difference_passes_when_both_agree_again():
    walk = three()
    walk.digest(9, "zk1", {"128": "11", "256": "12", "384": "13"})
    walk.digest(9, "zk2", {"128": "11", "256": "99", "384": "13"}, mismatches=4)
    result = check(NAME, walk.history())
    assert result.verdict is Verdict.VALID
    assert result.measures["passing_digest_mismatches"] == 5


def test_a_difference_that_comes_last_does_not_pass():
    walk = three()
    walk.digest(9, "zk1", {"128": "11", "256": "12", "384": "13"})
    walk.digest(9, "zk2", {"128": "11", "256": "12", "384": "99"}, mismatches=1)
    assert kinds(NAME, walk) == ["digest", "digest-mismatch"]


def test_who_agrees_with_another_one_later_has_not_passed():
    walk = three()
    walk.digest(9, "zk1", {"256": "12"})
    walk.digest(9, "zk2", {"256": "12", "384": "13"})
    walk.digest(9, "zk3", {"256": "99", "384": "13"})
    assert kinds(NAME, walk) == ["digest"]


def test_servers_that_split_for_good_are_caught_though_each_agrees_with_somebody():
    walk = three()
    for server in ("zk1", "zk2", "zk3"):
        walk.digest(9, server, {"128": "a", "256": "b", "384": "c"})
    for server in ("zk4", "zk5"):
        walk.digest(9, server, {"128": "a", "256": "X", "384": "Y"}, mismatches=200)
    assert kinds(NAME, walk) == ["digest"] * 6 + ["digest-mismatch"] * 2


def test_mismatches_do_not_pass_where_no_majority_bears_the_server_out():
    walk = three()
    walk.digest(9, "zk1", {"128": "11"})
    walk.digest(9, "zk2", {"128": "11"})
    walk.digest(9, "zk3", {"128": "11", "256": "99"}, mismatches=50)
    assert kinds(NAME, walk) == ["digest-mismatch"]


@pytest.mark.parametrize(
    "value", [None, {}, {"digests": None}, {"digests": {"odd": "1"}, "mismatches": None}]
)
def test_digests_may_be_absent(value: Any):
    walk = three()
    for server in ("zk1", "zk2"):
        walk.say(9, "hash", node=server, value=value)
    assert silent_in_the_end(walk)


def test_without_a_walk_of_all_servers_nothing_is_known():
    walk = Walk(plan=a_plan()).walk(1, "zk1", Z(20)).walk(2, "zk2", Z(20))
    result = check(NAME, walk.history())
    assert result.verdict is Verdict.UNKNOWN
    assert result.missing == ("Server zk3 was not walked at the end, so nobody knows what it holds.",)


def test_one_server_has_nobody_to_agree_with():
    walk = Walk(plan=a_plan(servers=1)).walk(1, "zk1", Z(20))
    assert check(NAME, walk.history()).verdict is Verdict.UNKNOWN


def test_what_the_clients_read_is_no_walk():
    walk = three()
    walk.get(0.5, Z(25), "other", key="/keys/a", life="app1/1")
    assert silent_in_the_end(walk)
