import numpy as np

from checkers.facts.words import WRITES, Words, answered
from tests.unit.checkers.talk import Talk, Z


def test_words_by_number():
    talk = Talk()
    talk.set(1, Z(1))
    history = talk.history()
    words = Words(history)
    assert words.say(words["set"]) == "set"
    assert words["multi"] == -1


def test_a_word_that_there_is_not_is_no_entry_without_a_text():
    words = Words(Talk().history())
    assert words["multi"] == -1
    assert words.among(np.array([-1, 0], np.int32), ("multi",)).tolist() == [False, False]


def test_writes_among_calls():
    talk = Talk()
    talk.set(1, Z(1))
    talk.get(2, Z(1))
    talk.ask(3, "create", Z(2), value="/keys/k2")
    history = talk.history()
    assert Words(history).among(history.calls.f, WRITES).tolist() == [True, False, True]


def test_answers_that_are_witnesses():
    talk = Talk()
    talk.get(1, Z(1))
    talk.refuse(2, "set", Z(2), "BadVersionError")
    talk.refuse(3, "set", Z(2), "SessionExpiredError")
    talk.refuse(4, "get", 0, "NoNodeError")
    talk.ask(5, "get", type="info")
    assert answered(talk.history()).tolist() == [True, True, False, False, False]
