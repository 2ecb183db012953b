"""Intervals against the plain definition, pair by pair and point by point."""

from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from checkers.intervals import overlapping, uncovered


class Stretch(NamedTuple):
    start: int
    end: int


stretches = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 8)).map(lambda t: Stretch(t[0], t[0] + t[1])), max_size=8
)


@given(stretches, st.booleans())
def test_pairs_that_overlap(intervals, touching):
    found = sorted(tuple(sorted(pair)) for pair in overlapping(intervals, touching=touching))
    expected = []
    for i, one in enumerate(intervals):
        for other in intervals[i + 1 :]:
            shared = min(one.end, other.end) - max(one.start, other.start)
            if shared > 0 or (touching and shared == 0):
                expected.append(tuple(sorted((one, other))))
    assert found == sorted(expected)


@given(stretches, st.integers(0, 20), st.integers(0, 20))
def test_what_nobody_covers(intervals, start, length):
    free = sum(
        1
        for point in range(start, start + length)
        if not any(one.start <= point and point + 1 <= one.end for one in intervals)
    )
    assert uncovered(intervals, start, start + length) == free
