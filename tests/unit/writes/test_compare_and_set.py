import pytest

from checkers.result import Verdict
from tests.unit.checkers.talk import KEY, Talk, Z, check, kinds, silent, told_stat

NAME = "compare-and-set"


def multi(talk, second, zxid, *versions, made, **more):
    """Set one node several times in one transaction."""
    ask = [
        {"f": "set", "key": KEY, "data": f"m{second}.{i}", "version": version}
        for i, version in enumerate(versions)
    ]
    told = [told_stat(mzxid=zxid, version=version) for version in made]
    talk.ask(second, "multi", zxid, key="", ask=ask, value=told, **more)


def test_two_writers_replace_one_version():
    talk = Talk()
    talk.set(1, Z(2), version=4, made=5)
    talk.set(2, Z(3), version=4, made=5, session=2, life="app2/1")
    assert kinds(NAME, talk) == ["replaced-twice"]
    assert "both replaced version 4 of /keys/k1" in check(NAME, talk.history()).sentence


def test_a_set_of_any_version_replaces_the_same_one():
    talk = Talk()
    talk.set(1, Z(2), version=4, made=5)
    talk.set(2, Z(3), made=5)
    assert kinds(NAME, talk) == ["replaced-twice"]


def test_the_first_version_is_a_version():
    talk = Talk()
    talk.set(1, Z(2), made=1)
    talk.set(2, Z(3), version=0, made=1)
    assert kinds(NAME, talk) == ["replaced-twice"]


def test_parts_of_a_multi_compare_and_set_too():
    talk = Talk()
    talk.set(1, Z(2), version=4, made=5)
    multi(talk, 2, Z(3), 4, made=(5,))
    assert kinds(NAME, talk) == ["replaced-twice"]
    assert check(NAME, talk.history()).violations[0].key == KEY


def test_the_version_made_is_not_the_next_one():
    talk = Talk()
    talk.set(1, Z(2), version=4, made=6)
    assert kinds(NAME, talk) == ["wrong-version"]
    assert "expected version 4" in check(NAME, talk.history()).sentence


def test_two_sets_of_any_version_are_left_to_others():
    talk = Talk()
    talk.set(1, Z(2), made=5)
    talk.set(2, Z(3), made=5)
    talk.set(3, Z(4), version=5, made=6)
    assert silent(NAME, talk).checked == 1


def test_one_wins_the_others_are_refused():
    talk = Talk()
    talk.set(1, Z(2), version=4, made=5)
    talk.refuse(2, "set", Z(3), "BadVersionError", ask={"data": "b", "version": 4})
    talk.ask(3, "set", type="info", ask={"data": "c", "version": 4})
    talk.set(4, Z(5), version=5, made=6)
    multi(talk, 5, Z(6), 6, 7, made=(7, 8))
    assert silent(NAME, talk).checked == 4


@pytest.mark.parametrize("other", [{"czxid": Z(9)}, {"key": "/keys/k2"}])
def test_other_nodes_and_later_lives_of_a_node_have_versions_of_their_own(other):
    talk = Talk()
    talk.set(1, Z(2), version=0, made=1)
    talk.set(2, Z(10), version=0, made=1, **other)
    assert silent(NAME, talk).checked == 2


def test_an_election_compares_nothing():
    talk = Talk()
    talk.work(1, "app1", "/election/x", 1, Z(1))
    assert check(NAME, talk.history()).verdict is Verdict.UNKNOWN
