"""What a node says of its rules may come torn from a busy engine: whoever looks hears it, and looks again."""

from types import SimpleNamespace
from typing import Any

import pytest

from harness.errors import SetupError
from nemesis.partition.cut import Cut
from nemesis.partition.grudge import Grudge

WHOLE = b'{"reached": {}, "connections": [], "filter": ""}'


def cut(said: bytes) -> Cut:
    holder = SimpleNamespace(execute=lambda *_: said)
    pods: dict[str, Any] = {
        name: SimpleNamespace(holder=holder, address="10.0.0.1") for name in ("zk1", "zk2")
    }
    return Cut(Grudge({"zk1": frozenset({"zk2"})}), pods, "drop")


@pytest.mark.parametrize("said", [b"", WHOLE[:20]])
def test_a_torn_answer_is_no_sight(said: bytes) -> None:
    with pytest.raises(SetupError, match="cannot be read"):
        cut(said).open_again()


def test_a_whole_one_is() -> None:
    assert cut(WHOLE).open_again() is not None
