"""Numbers and strings packed for a page come back as they were."""

import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.timeline.packing import pack, pack_strings, unpack

WHOLE = st.integers(0, 2**53 - 1)
SIGNED = st.integers(-(2**61), 2**61)


@given(st.lists(WHOLE))
def test_whole_numbers_come_back(numbers: list[int]) -> None:
    assert unpack(pack(np.array(numbers, np.int64))).tolist() == numbers


@given(st.lists(SIGNED))
def test_differences_come_back_with_their_signs(numbers: list[int]) -> None:
    assert unpack(pack(np.array(numbers, np.int64), delta=True)).tolist() == numbers


def test_a_number_takes_no_more_bytes_than_the_widest_needs() -> None:
    assert [pack(np.array([0, most])).width for most in (0, 255, 256, 65535, 65536, 2**40)] == [
        1, 1, 2, 2, 3, 6,
    ]  # fmt: skip
    assert len(pack(np.arange(300)).planes) == 600


def test_lowest_bytes_come_first() -> None:
    assert pack(np.array([0x0102, 0x0304])).planes == bytes([0x02, 0x04, 0x01, 0x03])


def test_differences_make_what_grows_steadily_small() -> None:
    times = np.arange(10_000, dtype=np.int64) * 1_000_003
    plain, delta = pack(times), pack(times, delta=True)
    assert len(zlib.compress(delta.planes)) < len(zlib.compress(plain.planes)) / 20


def test_negative_numbers_need_differences() -> None:
    with pytest.raises(ValueError, match="with delta only"):
        pack(np.array([3, -1]))


def test_strings_are_cut_where_their_bytes_end() -> None:
    told = ["", "a", "žluťoučký", "</script>", "\u2028", "𝄞"]
    packed = pack_strings(told)
    ends = np.cumsum(unpack(packed.lengths)).tolist()
    starts = [0, *ends[:-1]]
    assert [packed.utf8[a:b].decode() for a, b in zip(starts, ends, strict=True)] == told
    assert pack_strings(["x\ud800y"]).utf8 == b"x?y"
