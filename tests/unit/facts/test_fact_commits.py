import numpy as np

from checkers.facts.authors import authors
from checkers.facts.bounds import bounds
from checkers.facts.commits import commits
from checkers.facts.segments import before, begins, running_maximum
from harness.history import History
from harness.history.calls import NEVER
from tests.unit.checkers.build import at
from tests.unit.checkers.talk import KEY, Talk, Z


def test_bounds_are_those_of_the_socket_where_they_are_known():
    talk = Talk()
    talk.get(1, Z(1), took=9, sent=at(2), received=at(3))
    talk.get(1, Z(1), took=9, sent=0, received=0)
    talk.get(1, Z(1), took=9, sent=at(30), received=at(20))
    found = bounds(talk.history())
    assert found.begin.tolist() == [at(2), at(1), at(10)]
    assert found.end.tolist() == [at(3), at(10), at(10)]


def test_commits_by_zxid():
    talk = Talk()
    talk.set(1, Z(5), took=1)
    talk.refuse(3, "delete", Z(3), "NoNodeError", took=1)
    talk.get(4, Z(9))
    talk.ask(4, "set", type="info")
    found = commits(talk.history())
    assert found.zxid.tolist() == [Z(3), Z(5)]
    assert found.earliest_end.tolist() == [at(2), at(2), NEVER]
    assert found.beyond(np.array([Z(2), Z(3), Z(4), Z(5)])).tolist() == [0, 1, 1, 2]
    times = np.array([at(2), at(2) + 1, at(9)])
    assert found.newest_before(times).tolist() == [-1, 1, 1]
    assert found.newest_before(times, np.array([True, False])).tolist() == [-1, -1, 0]
    assert commits(History([])).newest_before(times).tolist() == [-1, -1, -1]


def test_authors_by_data():
    talk = Talk()
    talk.refuse(1, "set", Z(1), "BadVersionError", ask={"data": "a"})
    talk.set(2, Z(2), "a")
    talk.set(3, Z(3), "a")
    talk.refuse(4, "set", Z(4), "BadVersionError", ask={"data": "b"})
    parts = [{"f": "delete", "key": KEY}, {"f": "create", "key": KEY, "data": "c"}]
    talk.ask(5, "multi", type="info", key="", ask=parts)
    talk.get(6, Z(4), "d")
    talk.set(7, Z(7), "?ff:3")
    talk.ask(8, "create", Z(8), ask={"data": ""}, value=KEY)
    talk.ask(9, "create", Z(9), ask={"ephemeral": True}, value=KEY)
    talk.ask(10, "multi", Z(10), key="", ask=[{"f": "create", "key": KEY}], value=[KEY])
    history = talk.history()
    found, texts = authors(history), history.columns.texts
    told = {
        name: (int(found.call[texts[name]]), int(found.count[texts[name]]))
        for name in ("a", "b", "c", "d", "?ff:3")
    }
    assert told == {"a": (1, 3), "b": (3, 1), "c": (4, 1), "d": (-1, 0), "?ff:3": (-1, 1)}
    assert found.call[texts[""]] == -1
    begun = [int(found.begin[texts[name]]) for name in ("a", "b", "d")]
    assert begun == [int(bounds(history).begin[1]), NEVER, NEVER]


def test_running_maxima_begin_anew_in_every_segment():
    segment = np.array([0, 0, 0, 1, 1, 2])
    for base in (0, -50, 2**62):
        values = np.array([3, 1, 4, 2, 1, 0]) + base
        highest = running_maximum(values, segment)
        assert (highest - base).tolist() == [3, 3, 4, 2, 2, 0]
        assert (before(highest, segment, base - 1) - base).tolist() == [-1, 3, 3, -1, 2, -1]
    far = np.array([2**62, 5, 2**61, -(2**62), 7, 6])
    assert running_maximum(far, segment).tolist() == [2**62, 2**62, 2**62, -(2**62), 7, 6]
    assert begins(segment).tolist() == [0, 3, 5]
    nothing = np.empty(0, np.int64)
    assert running_maximum(nothing, nothing).tolist() == begins(nothing).tolist() == []
