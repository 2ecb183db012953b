"""Reads against the tree that the acknowledged writes make."""

from functools import partial

from msgspec.structs import replace

from checkers.result import Verdict
from tests.unit.checkers.talk import Talk, Z, check, kinds, sentence_of, silent, told_stat
from tests.unit.facts.small_tree import SmallTree, a_node

NAME = "prefix-reads"

found = partial(sentence_of, NAME)

GONE = {"type": "fail", "error": "NoNodeError", "value": None, "stat": None}


def a_family():
    """/a has the children x and y; /a is made in transaction 1, they in 2 and 3."""
    tree = SmallTree()
    tree.create("/a")
    tree.create("/a/x")
    tree.create("/a/y")
    return tree


def test_a_node_that_was_made_is_not_there():
    tree = a_node()
    tree.get("/a", **GONE)
    sentence = found("missing-node", tree)
    assert sentence.startswith("/a was not there in the get by app1")
    assert f"had set it in transaction {hex(Z(2))}" in sentence


def test_a_node_that_was_deleted_is_still_there():
    tree = a_node()
    before = tree.get("/a")
    tree.delete("/a")
    tree.get("/a", type="ok", error="", value="set", stat=before["stat"])
    sentence = found("deleted-node", tree)
    assert sentence.startswith("/a was there in the get by app1")
    assert f"app1 had deleted it in transaction {hex(Z(3))}" in sentence


def test_an_ephemeral_node_is_there_after_the_end_of_its_session():
    tree = SmallTree()
    tree.create("/a", session=7, ephemeral=True)
    before = tree.exists("/a")
    tree.close(7)
    tree.exists("/a", value=True, stat=before["stat"])
    sentence = found("deleted-node", tree)
    assert "/a was there in the exists by app1 that zk1 answered" in sentence
    assert f"the end of session 0x7 had removed it in {hex(Z(2))}" in sentence


def test_a_node_is_there_that_nobody_made():
    tree = a_node()
    stat = replace(tree.get("/a")["stat"], czxid=Z(2), mzxid=Z(2), version=0)
    tree.set("/a", "more")
    tree.get("/ghost", type="ok", error="", value="boo", stat=stat)
    sentence = found("unmade-node", tree)
    assert sentence.startswith("/ghost was there in the get")
    assert f"as transaction {hex(Z(2))} left it, though nobody had ever made it" in sentence


def test_a_deleted_node_was_made_anew_by_nobody():
    tree = a_node()
    stat = tree.get("/a")["stat"]
    tree.delete("/a")
    tree.create("/b")
    tree.get("/a", type="ok", error="", value="new", stat=replace(stat, czxid=Z(4), mzxid=Z(4), version=0))
    sentence = found("unmade-node", tree)
    assert "/a was there in" in sentence
    assert f"had deleted it in transaction {hex(Z(3))}" in sentence


def test_a_read_shows_what_was_there_before_the_last_set():
    tree = a_node()
    before = tree.get("/a")
    tree.set("/a", "more")
    tree.get("/a", value="set", stat=before["stat"])
    sentence = found("stale", tree)
    assert sentence.startswith(f"/a was as transaction {hex(Z(2))} had left it in the get by app1")
    assert f"app1 had set it in transaction {hex(Z(3))}" in sentence


def test_a_header_that_is_ahead_of_what_it_shows():
    tree = a_node()
    before = tree.exists("/a")
    tree.delete("/a")
    tree.create("/a", data="anew")
    tree.exists("/a", stat=before["stat"])
    assert "/a was as transaction" in found("stale", tree)


def test_a_read_shows_a_set_that_nobody_did():
    tree = a_node()
    tree.create("/b")
    stat = replace(tree.get("/a")["stat"], mzxid=Z(3), version=2)
    tree.get("/a", value="whose", stat=stat)
    sentence = found("unwritten", tree)
    assert sentence.startswith(f"/a was as transaction {hex(Z(3))} had left it in the get")
    assert f"app1 had set it in transaction {hex(Z(2))}" in sentence


def test_a_read_shows_data_that_the_last_set_did_not_write():
    tree = a_node()
    tree.get("/a", value="made")
    sentence = found("wrong-value", tree)
    assert sentence.startswith("/a held 'made' in the get by app1")
    assert f"had set it in transaction {hex(Z(2))} (acknowledged at 0.0 s) to other data" in sentence


def test_a_read_shows_a_version_that_the_sets_do_not_make():
    tree = a_node()
    tree.get("/a", stat=replace(tree.get("/a")["stat"], version=5))
    sentence = found("wrong-version", tree)
    assert sentence.startswith("/a had version 5 in the get by app1")
    assert f"it was version 1 since app1 had set it in transaction {hex(Z(2))}" in sentence


def test_a_read_shows_another_owner():
    tree = SmallTree()
    tree.create("/a", session=7, ephemeral=True)
    tree.create("/b")
    tree.exists("/a", stat=replace(tree.exists("/a")["stat"], ephemeralOwner=8))
    tree.exists("/b", stat=replace(tree.exists("/b")["stat"], ephemeralOwner=7))
    assert kinds(NAME, tree) == ["wrong-owner", "wrong-owner"]
    first, second = check(NAME, tree.history()).violations
    assert first.sentence.startswith("/a belonged to session 0x8 in the exists")
    assert first.sentence.endswith("though it was made for session 0x7.")
    assert second.sentence.startswith("/b belonged to session 0x7 in")
    assert f"up to transaction {hex(Z(2))}" in second.sentence
    assert second.sentence.endswith("made for no session.")


def test_a_list_shows_a_child_that_was_deleted():
    tree = a_family()
    tree.delete("/a/x")
    tree.children("/a", value=["x", "y"])
    tree.children("/a", value=["x", "y"])
    sentence = found("extra-child", tree)
    assert sentence.startswith("/a/x was among the children in the children by app1")
    assert f"app1 had deleted it in transaction {hex(Z(4))}" in sentence


def test_a_list_shows_a_child_that_nobody_made():
    tree = a_family()
    tree.children("/a", value=["x", "y", "z"])
    assert "/a/z was among the children in" in found("extra-child", tree)
    assert "nobody had ever made it" in check(NAME, tree.history()).sentence


def test_a_list_lacks_a_child():
    tree = a_family()
    tree.children("/a", value=["y"])
    sentence = found("missing-child", tree)
    assert sentence.startswith("/a/x was not among the children in the children by app1")
    assert f"app1 had created it in transaction {hex(Z(2))}" in sentence


def test_a_list_names_a_child_twice():
    tree = a_family()
    tree.children("/a", value=["x", "y", "x"])
    sentence = found("child-twice", tree)
    assert sentence.startswith("/a had one child twice in the children by app1")
    assert f"up to transaction {hex(Z(3))}" in sentence


def test_one_child_in_the_place_of_another_is_two_mistakes():
    tree = a_family()
    tree.children("/a", value=["x", "z"])
    assert kinds(NAME, tree) == ["missing-child", "extra-child"]


def test_a_multi_read_is_judged_part_by_part():
    talk = Talk()
    for number, key in enumerate(("/keys", "/keys/k1"), 1):
        talk.ask(number, "create", Z(number), key=key, ask={"data": f"app1/1-{number}"}, value=key)
    asked = [{"f": "get", "key": "/keys/k1"}, {"f": "children", "key": "/keys"}, {"f": "get", "key": "/no"}]
    shown = {"data": "app1/1-2", "stat": told_stat(czxid=Z(2), mzxid=Z(2), pzxid=Z(2))}
    right = [shown, {"children": ["k1"]}, {"error": "NoNodeError"}]
    talk.ask(3, "multi-read", Z(2), key="", ask=asked, value=right)
    result = silent(NAME, talk)
    assert (result.measures["sightings"], result.measures["lists"]) == (3, 1)
    wrong = [{"error": "NoNodeError"}, {"children": []}, {"error": "NoNodeError"}]
    talk.ask(4, "multi-read", Z(2), key="", ask=asked, value=wrong)
    assert kinds(NAME, talk) == ["missing-node", "missing-child"]
    talk.rows[-1]["value"] = [shown | {"data": "app1/1-1"}, *right[1:]]
    assert kinds(NAME, talk) == ["wrong-value"]


def test_reads_of_any_prefix_that_show_that_prefix():
    tree = SmallTree()
    tree.exists("/a")
    tree.create("/a", data="made")
    old = tree.get("/a")
    tree.set("/a", "set")
    tree.create("/a/x")
    tree.children("/a", stat=True)
    tree.get("/a", value="made", stat=old["stat"], zxid=old["zxid"])
    tree.children("/a", value=[], zxid=Z(2))
    tree.delete("/a/x")
    tree.delete("/a")
    tree.get("/a")
    assert silent(NAME, tree).measures["misreadings"] == 0


def test_unknown_writes_that_reads_show_to_have_happened():
    tree = SmallTree()
    tree.create("/b")
    tree.lost("create", "/a", data="made")
    tree.get("/a")
    tree.lost("set", "/a", data="set")
    tree.get("/a")
    tree.lost("delete", "/a")
    tree.exists("/a")
    result = silent(NAME, tree)
    assert (result.measures["placed"], result.measures["assumed"]) == (2, 1)


def test_unknown_writes_that_never_happened():
    tree = a_node()
    tree.lost("create", "/b", happens=False)
    tree.lost("set", "/a", happens=False, data="lost")
    tree.lost("delete", "/a", happens=False)
    tree.get("/a")
    tree.get("/b")
    assert silent(NAME, tree).measures["assumed"] == 0


def test_an_unknown_write_takes_effect_late():
    tree = a_node()
    late = tree.lost("set", "/a", happens=False, data="late")
    tree.get("/a")
    tree.late(late)
    tree.get("/a")
    gone = tree.lost("delete", "/a", happens=False)
    tree.children("/")
    tree.late(gone)
    tree.children("/")
    silent(NAME, tree)


def test_one_unknown_set_explains_no_two():
    tree = a_node()
    tree.lost("set", "/a", data="one")
    tree.get("/a")
    tree.create("/b")
    stat = replace(tree.get("/a")["stat"], mzxid=Z(4), version=3)
    tree.get("/a", value="one", stat=stat)
    assert [one.kind for one in check(NAME, tree.history()).violations] == ["unwritten"]


def test_ephemeral_nodes_go_with_their_session():
    tree = SmallTree()
    tree.create("/a")
    tree.create("/a/x", session=7, ephemeral=True)
    tree.create("/a/y", session=8, ephemeral=True)
    tree.exists("/a/x")
    tree.close(7)
    tree.exists("/a/x")
    tree.children("/a")
    tree.close(8, told=False)
    tree.children("/a")
    silent(NAME, tree)


def test_sequential_nodes_also_of_creates_without_an_answer():
    tree = SmallTree()
    tree.create("/q")
    tree.create("/q/n-", sequence=True)
    tree.lost("create", "/q/n-", sequence=True, data="lost")
    tree.create("/q/n-", sequence=True)
    tree.children("/q")
    tree.get("/q/n-0000000001")
    tree.delete("/q/n-0000000000")
    tree.children("/q", stat=True)
    silent(NAME, tree)


def test_nothing_was_read():
    result = check(NAME, a_node().history())
    assert result.verdict is Verdict.UNKNOWN
    assert result.missing == ("Nothing was read, so no read could be compared.",)
