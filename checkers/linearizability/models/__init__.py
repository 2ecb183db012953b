"""The models by name."""

from checkers.linearizability.model import Model
from checkers.linearizability.models.collections import GrowingSet, Queue, Text
from checkers.linearizability.models.lock import Lock, Mutex
from checkers.linearizability.models.register import CasRegister, Register
from checkers.linearizability.models.znode import Znode
from harness.errors import ZkchaosError

MODELS: dict[str, type[Model]] = {
    model.name: model for model in (Register, CasRegister, Mutex, Lock, GrowingSet, Queue, Text, Znode)
}


def find_model(name: str) -> type[Model]:
    """Look a model up; raises ZkchaosError that lists what there is."""
    if name not in MODELS:
        raise ZkchaosError(f"there is no model {name!r}; choose one of: {', '.join(MODELS)}.")
    return MODELS[name]
