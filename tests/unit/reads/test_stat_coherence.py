"""Stats that contradict themselves, their headers, their data or each other."""

from functools import partial

from msgspec.structs import replace

from checkers.result import Verdict
from tests.unit.checkers.talk import Talk, Z, check, kinds, sentence_of, silent, stat, told_stat
from tests.unit.facts.small_tree import SmallTree, a_node

NAME = "stat-coherence"

found = partial(sentence_of, NAME)


def a_family():
    """/a has the children x and y; z was made and deleted again."""
    tree = SmallTree()
    tree.create("/a")
    tree.create("/a/x")
    tree.create("/a/y")
    tree.create("/a/z")
    tree.delete("/a/z")
    return tree


def test_a_stat_is_younger_than_its_header():
    talk = Talk()
    talk.get(1, Z(5), "", mzxid=Z(1))
    talk.get(2, Z(3), "", stat=stat(mzxid=Z(4), version=1))
    sentence = found("out-of-bounds", talk)
    assert "/keys/k1 was shown by the get by app1" in sentence
    assert f"with czxid {hex(Z(1))}, mzxid {hex(Z(4))} and pzxid {hex(Z(1))}" in sentence
    assert f"cannot be at {hex(Z(3))}" in sentence


def test_children_changed_after_the_header():
    talk = Talk()
    talk.get(1, Z(3), "", stat=stat(pzxid=Z(4)))
    assert f"and pzxid {hex(Z(4))}, which cannot be at {hex(Z(3))}" in found("out-of-bounds", talk)


def test_a_node_was_changed_before_it_was_made():
    talk = Talk()
    talk.get(1, Z(5), "", stat=stat(czxid=Z(3), mzxid=Z(2), pzxid=Z(3)))
    assert f"with czxid {hex(Z(3))}, mzxid {hex(Z(2))}" in found("out-of-bounds", talk)
    other = Talk()
    other.get(1, Z(5), "", stat=stat(czxid=Z(3), mzxid=Z(3), pzxid=Z(2)))
    assert kinds(NAME, other) == ["out-of-bounds"]


def test_a_version_below_zero():
    talk = Talk()
    talk.get(1, Z(5), "", stat=stat(version=-1))
    assert kinds(NAME, talk) == ["out-of-bounds"]


def test_a_set_names_another_transaction_than_its_own():
    tree = a_node()
    tree.create("/b")
    row = tree.set("/a", "more")
    row["stat"] = replace(row["stat"], mzxid=Z(3))
    sentence = found("other-transaction", tree)
    assert sentence.startswith("/a was shown by the set by app1")
    assert f"mzxid {hex(Z(3))}, though its own transaction was {hex(Z(4))}" in sentence


def test_a_create_names_another_transaction_than_its_own():
    talk = Talk()
    talk.ask(
        1, "create", Z(4), ask={"data": ""}, value="/keys/k1", stat=stat(czxid=Z(3), mzxid=Z(3), pzxid=Z(3))
    )
    assert f"though its own transaction was {hex(Z(4))}" in found("other-transaction", talk)


def test_a_part_of_a_multi_names_another_transaction():
    tree = a_node()
    row = tree.multi(("set", "/a", {"data": "in a multi"}))
    row["value"][0]["mzxid"] = Z(2)
    assert found("other-transaction", tree).startswith("/a was shown by the multi by app1")


def test_one_version_has_two_data():
    tree = a_node()
    tree.get("/a")
    tree.get("/a", value="tes")
    sentence = found("two-contents", tree)
    assert sentence.startswith("/a was shown by the get by app1")
    assert f"as version 1 of {hex(Z(1))} with mzxid {hex(Z(2))} and data 'tes'" in sentence
    assert "though the get by app1 that zk1 answered at 0.0 s showed" in sentence


def test_one_version_has_two_transactions():
    tree = a_node()
    tree.create("/b")
    tree.exists("/a", stat=replace(tree.exists("/a")["stat"], mzxid=Z(3)))
    sentence = found("two-contents", tree)
    assert f"as version 1 of {hex(Z(1))} with mzxid {hex(Z(3))}" in sentence


def test_a_read_shows_other_data_than_the_set_of_that_version():
    tree = a_node()
    tree.get("/a", value="tes")
    assert "though the set by app1 that zk1 answered" in found("two-contents", tree)


def test_a_length_that_is_not_that_of_the_data():
    tree = a_node()
    tree.get("/a", stat=replace(tree.get("/a")["stat"], dataLength=9))
    sentence = found("wrong-length", tree)
    assert sentence.startswith("/a was shown by the get by app1")
    assert "with length 9 for the data 'set'" in sentence


def test_the_length_of_padded_data_is_the_told_one():
    talk = Talk()
    talk.get(1, Z(2), "app1/1-17:4096", stat=stat(dataLength=4096))
    talk.get(2, Z(2), "app1/1-17:4096", stat=stat(dataLength=4096))
    silent(NAME, talk)
    talk.get(3, Z(2), "app1/1-17:4096", stat=stat(dataLength=14))
    assert "with length 14 for the data 'app1/1-17:4096'" in found("wrong-length", talk)


def test_a_number_of_children_beside_a_list_of_another_length():
    tree = a_family()
    tree.children("/a", stat=True)
    tree.children("/a", value=["x"], stat=tree.state["/a"].stat)
    sentence = found("wrong-children", tree)
    assert sentence.startswith("/a was shown by the children by app1")
    assert "with 2 children beside a list of 1" in sentence


def test_a_create_was_not_counted():
    tree = a_family()
    tree.exists("/a", stat=replace(tree.exists("/a")["stat"], cversion=2))
    result = check(NAME, tree.history())
    assert [one.kind for one in result.violations] == ["wrong-cversion"]
    assert "/a was shown by the exists by app1" in result.sentence
    assert "with cversion 2 and 2 children, which does not fit to the creates of children" in result.sentence


def test_a_change_of_children_was_counted_that_nobody_did():
    tree = SmallTree()
    tree.create("/a")
    tree.exists("/a", stat=replace(tree.exists("/a")["stat"], cversion=2))
    assert "with cversion 2 and 0 children" in found("wrong-cversion", tree)


def test_an_odd_count_of_changes_and_children():
    tree = SmallTree()
    tree.create("/a")
    tree.lost("create", "/a/x", happens=False)
    tree.exists("/a", stat=replace(tree.exists("/a")["stat"], cversion=1))
    assert [one.kind for one in check(NAME, tree.history()).violations] == ["wrong-cversion"]


def test_an_unknown_create_counts_once():
    tree = SmallTree()
    tree.create("/a")
    tree.lost("create", "/a/x")
    tree.lost("delete", "/a/x")
    tree.exists("/a")
    silent(NAME, tree)
    tree.exists("/a", stat=replace(tree.exists("/a")["stat"], cversion=4))
    assert [one.kind for one in check(NAME, tree.history()).violations] == ["wrong-cversion"]


def test_reads_writes_and_lists_that_agree():
    tree = a_family()
    tree.set("/a", "set")
    tree.get("/a")
    tree.children("/a", stat=True)
    tree.multi(("set", "/a/x", {"data": "1"}), ("set", "/a/x", {"data": "22"}))
    tree.get("/a/x")
    tree.delete("/a/x")
    tree.children("/a", stat=True)
    assert silent(NAME, tree).measures["incoherent"] == 0


def test_a_node_made_anew_begins_with_version_0_again():
    tree = a_node()
    tree.get("/a")
    tree.delete("/a")
    tree.create("/a", data="anew")
    tree.get("/a")
    tree.set("/a", "once more")
    tree.get("/a")
    silent(NAME, tree)


def test_one_transaction_makes_a_node_twice():
    tree = SmallTree()
    tree.multi(
        ("create", "/a", {"data": "one"}),
        ("set", "/a", {"data": "two"}),
        ("delete", "/a", {}),
        ("create", "/a", {"data": "three"}),
        ("set", "/a", {"data": "four"}),
    )
    tree.get("/a")
    silent(NAME, tree)


def test_ephemeral_and_sequential_children_count_as_others_do():
    tree = SmallTree()
    tree.create("/q")
    tree.create("/q/n-", session=7, ephemeral=True, sequence=True)
    tree.lost("create", "/q/n-", session=8, ephemeral=True, sequence=True)
    tree.exists("/q")
    tree.close(7)
    tree.children("/q", stat=True)
    tree.close(8, told=False)
    tree.children("/q", stat=True)
    silent(NAME, tree)


def test_writes_without_an_answer_leave_room():
    tree = a_node()
    tree.lost("set", "/a", data="lost")
    tree.get("/a")
    tree.lost("create", "/a/x", happens=False)
    tree.exists("/a")
    tree.lost("create", "/a/y")
    tree.exists("/a")
    silent(NAME, tree)


def test_a_multi_read_shows_stats():
    talk = Talk()
    asked = [{"f": "get", "key": "/keys/k1"}, {"f": "get", "key": "/keys/k2"}]
    right = {"data": "abc", "stat": told_stat(dataLength=3)}
    talk.ask(1, "multi-read", Z(2), key="", ask=asked, value=[right, {"error": "NoNodeError"}])
    talk.ask(2, "multi-read", Z(2), key="", ask=asked, value=[right, right])
    assert silent(NAME, talk).checked == 3
    talk.ask(3, "multi-read", Z(2), key="", ask=asked, value=[right, right | {"data": "ab"}])
    assert set(kinds(NAME, talk)) == {"wrong-length", "two-contents"}


def test_no_answer_told_a_stat():
    tree = SmallTree()
    tree.create("/a")
    tree.children("/a")
    result = check(NAME, tree.history())
    assert result.verdict is Verdict.UNKNOWN
    assert result.missing == ("No answer told a Stat, so none could be compared.",)
