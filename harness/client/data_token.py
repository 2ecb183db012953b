"""Data of znodes: bytes made of a tag and padding, and the short token that stands for bytes in a history."""

import hashlib
import re

BAR = b"|"

TAG = re.compile(rb"[\w.]+/[\w.]+-\d+")
"""Node and life, then a number: `app1/2-17`."""

NUMBER = re.compile(rb"-?\d{1,19}")
"""A whole number in digits, as recipes keep in a counter."""


def padded(tag: str, size: int) -> bytes:
    """Make data of `size` bytes that begins with a tag; the tag alone where it needs more, nothing for 0."""
    data = tag.encode()
    if size == 0:
        return b""
    if size <= len(data):
        return data
    return data + BAR + b"." * (size - len(data) - 1)


def token(data: bytes) -> str:
    """Tell data in a few characters: tag and length, a number, or hash and length of anything else.

    Every byte is looked at, so that damaged padding shows as foreign data.
    """
    if not data:
        return ""
    tag, bar, dots = data.partition(BAR)
    if TAG.fullmatch(tag) and dots == b"." * len(dots):
        return f"{tag.decode()}:{len(data)}" if bar else tag.decode()
    if NUMBER.fullmatch(data):
        return data.decode()
    return f"?{hashlib.sha256(data).hexdigest()[:16]}:{len(data)}"
