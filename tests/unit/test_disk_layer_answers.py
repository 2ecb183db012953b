"""What a disk layer's answers are taken for."""

from typing import TYPE_CHECKING, Any, cast

import pytest

from harness.disk_layer import DiskLayer
from harness.errors import SetupError

if TYPE_CHECKING:
    from harness.container import Container


class Answering:
    """A container in which every command says the same."""

    name = "zk1-disk"

    def __init__(self, answer: bytes):
        self._answer = answer

    def execute(self, *command: str) -> bytes:
        return self._answer


def layer(answer: bytes) -> DiskLayer:
    container: Any = Answering(answer)
    return DiskLayer(cast("Container", container))


def test_an_answer_is_read() -> None:
    assert layer(b'{"reads": 3}').ask() == {"reads": 3}


@pytest.mark.parametrize("answer", [b"", b'{"reads": '])
def test_half_an_answer_is_no_proof_and_may_be_asked_for_again(answer: bytes) -> None:
    # What raises a ZkchaosError is looked at again; anything else would end the proof.
    with pytest.raises(SetupError, match="zk1-disk gave half an answer"):
        layer(answer).ask()
