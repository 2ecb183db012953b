from checkers.result import Verdict
from tests.unit.checkers.build import at
from tests.unit.checkers.talk import KEY, Talk, Z, check, kinds, silent, told_stat

NAME = "no-future-read"


def test_a_read_returns_what_is_written_later():
    talk = Talk()
    talk.get(1, Z(1), "app2/1-7:40")
    talk.set(2, Z(2), "app2/1-7:40", session=2, life="app2/1")
    assert kinds(NAME, talk) == ["from-the-future"]
    assert "'app2/1-7:40'" in check(NAME, talk.history()).sentence


def test_even_where_the_later_write_was_lost():
    talk = Talk()
    talk.get(1, Z(1), "d")
    talk.ask(2, "set", type="info", ask={"data": "d"})
    assert kinds(NAME, talk) == ["from-the-future"]


def test_a_multi_writes_and_a_multi_read_reads():
    talk = Talk()
    told = [{"data": "d", "stat": told_stat()}, {"error": "NoNodeError"}]
    asked = [{"f": "get", "key": KEY}, {"f": "get", "key": "/keys/k2"}]
    talk.ask(1, "multi-read", Z(1), key="", ask=asked, value=told)
    parts = [{"f": "check", "key": "/keys/k2"}, {"f": "create", "key": KEY, "data": "d"}]
    talk.ask(2, "multi", Z(2), key="", ask=parts, value=[None, KEY])
    assert kinds(NAME, talk) == ["from-the-future"]
    assert check(NAME, talk.history()).violations[0].key == KEY


def test_a_refused_write_is_read():
    talk = Talk()
    talk.refuse(1, "set", Z(2), "BadVersionError", ask={"data": "d", "version": 3})
    talk.get(2, Z(2), "d")
    assert kinds(NAME, talk) == ["refused-write"]
    result = check(NAME, talk.history())
    assert "refused at 1.0 s" in result.sentence
    assert result.measures == {"values_read": 1, "from_the_future": 0, "refused": 1}


def test_a_write_sent_at_the_very_moment_of_the_answer_may_have_been_read():
    talk = Talk()
    talk.get(1, Z(1), "d", received=at(1.005))
    talk.set(1, Z(2), "d", sent=at(1.005))
    silent(NAME, talk)


def test_a_write_that_was_never_sent_is_read():
    talk = Talk()
    talk.ask(1, "set", type="fail", error="not sent: ConnectionLoss", ask={"data": "d"}, xid=0, wire=0)
    talk.get(2, Z(2), "d")
    assert kinds(NAME, talk) == ["refused-write"]
    assert "never sent" in check(NAME, talk.history()).sentence


def test_the_times_of_the_sockets_decide():
    talk = Talk()
    talk.get(1, Z(1), "d", took=5, received=at(2))
    talk.set(1.5, Z(2), "d", took=5, sent=at(3), received=at(4))
    assert kinds(NAME, talk) == ["from-the-future"]


def test_reads_of_what_was_or_may_have_been_written():
    talk = Talk()
    talk.set(1, Z(1), "a")
    talk.get(2, Z(1), "a")
    talk.ask(3, "set", type="info", ask={"data": "b"}, took=4)
    talk.get(4, Z(2), "b")
    # Under way at the same time.
    talk.get(10, Z(3), "c", took=2)
    talk.set(11, Z(3), "c")
    assert silent(NAME, talk).checked == 3


def test_of_several_writes_of_one_text_any_may_be_the_author():
    talk = Talk()
    talk.refuse(1, "set", Z(1), "BadVersionError", ask={"data": "d"})
    talk.set(2, Z(2), "d")
    talk.get(3, Z(2), "d")
    talk.set(4, Z(3), "d")
    assert silent(NAME, talk).checked == 1


def test_empty_hashed_and_unknown_data_have_no_author():
    talk = Talk()
    talk.get(1, Z(1), "mine")
    talk.get(1, Z(1), "")
    talk.get(1, Z(1), "?9f86d081884c7d65:12")
    talk.get(1, Z(1), "from nowhere")
    talk.set(2, Z(2), "")
    talk.ask(3, "create", Z(3), ask={"data": ""}, value=KEY)
    talk.set(4, Z(4), "?9f86d081884c7d65:12")
    result = check(NAME, talk.history())
    assert (result.verdict, result.checked) == (Verdict.UNKNOWN, 0)
