"""Fixtures of the tests of faults: what one test leaves behind does not meet the next one."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from nemesis.link.clean import clean, dirt
from nemesis.partition.cut import take_down
from tests.integration.theatre import Theatre


@pytest.fixture
def clean_links(theatre: Theatre) -> Iterator[None]:
    """Whatever a test does, it leaves every node's link clean."""
    yield
    pods = [node.pod for node in theatre.arena.nodes.values()]
    with ThreadPoolExecutor(len(pods)) as pool:
        left = dict(zip(theatre.arena.nodes, pool.map(dirt, pods), strict=True))
        if any(left.values()):
            list(pool.map(clean, pods))
    assert not any(left.values()), f"left on the links: {left}"


@pytest.fixture
def clean_network(theatre: Theatre) -> Iterator[None]:
    """A test that fails half-way leaves the network to the next one as it was."""
    yield
    take_down(node.pod for node in theatre.arena.nodes.values())
