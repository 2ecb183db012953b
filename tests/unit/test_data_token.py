"""Data of znodes in a few characters: every byte counts, and what no workload wrote shows."""

import hashlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.client.data_token import padded, token

TAG = "app1/2-17"


@pytest.mark.parametrize(
    ("size", "data", "told"),
    [
        (0, b"", ""),
        (1, b"app1/2-17", "app1/2-17"),
        (9, b"app1/2-17", "app1/2-17"),
        (10, b"app1/2-17|", "app1/2-17:10"),
        (13, b"app1/2-17|...", "app1/2-17:13"),
    ],
)
def test_a_tag_is_padded_to_its_size_and_told_with_it(size: int, data: bytes, told: str) -> None:
    assert padded(TAG, size) == data
    assert token(data) == told


@given(st.integers(1, 99), st.integers(0, 10**9), st.integers(0, 5000))
def test_what_is_told_tells_size_and_tag(life: int, number: int, size: int) -> None:
    tag = f"app12/{life}-{number}"
    data = padded(tag, size)
    found, _, length = token(data).partition(":")
    assert found == (tag if size else "")
    assert int(length or len(found)) == len(data)


@pytest.mark.parametrize("number", ["0", "42", "-7", "9223372036854775807"])
def test_a_number_is_told_as_it_is(number: str) -> None:
    assert token(number.encode()) == number


@pytest.mark.parametrize(
    "foreign",
    [
        b"x",
        b"12345678901234567890",
        b"1.5",
        b"7|..",
        b"app1/2-17|..x",
        b"app1/2-17..",
        b"app1/2-17|...|",
        b"app1/2-|.",
        b"\xff\x00",
        b"|...",
        b'{"n": 1}',
    ],
)
def test_other_data_is_its_hash_and_length(foreign: bytes) -> None:
    assert token(foreign) == f"?{hashlib.sha256(foreign).hexdigest()[:16]}:{len(foreign)}"


def test_one_flipped_byte_far_back_shows() -> None:
    data = bytearray(padded(TAG, 1_000_000))
    data[999_999] = ord(",")
    assert token(bytes(data)).startswith("?")


def test_a_megabyte_is_told_within_a_few_milliseconds() -> None:
    data = padded(TAG, 1 << 20)

    def once() -> float:
        began = time.perf_counter()
        token(data)
        return time.perf_counter() - began

    assert min(once() for _ in range(20)) < 0.005
