"""What the page's script draws, in two parts: JSON, and the bytes of all columns, compressed."""

import base64
import zlib
from typing import Any

import msgspec

from reports.model import ReportModel
from reports.timeline.packing import pack_strings

_LEVEL = 6
"""Of compression: a higher one takes thrice the time and saves a hundredth."""


class PageData(msgspec.Struct, frozen=True):
    """Both parts, ready for the page."""

    json: bytes
    packed: str
    """The bytes, compressed with zlib, in base64: nothing in it means anything to a browser."""


def page_data(model: ReportModel) -> PageData:
    """Return the timeline, the faults, and the violations.

    Where the model holds bytes the JSON has `[offset, length]` of their place among all bytes.
    """
    violations = [violation for card in model.guarantees for violation in card.violations]
    told = {"timeline": model.timeline, "faults": model.faults, "violations": violations}
    plain = msgspec.to_builtins(told, builtin_types=(bytes,))
    strings = pack_strings(model.timeline.strings)
    plain["timeline"]["strings"] = msgspec.to_builtins(strings, builtin_types=(bytes,))
    store = bytearray()
    json = msgspec.json.encode(_detached(plain, store))
    return PageData(json=json, packed=base64.b64encode(zlib.compress(bytes(store), _LEVEL)).decode())


def _detached(value: Any, store: bytearray) -> Any:
    """Copy a value; its bytes are moved to the store."""
    if isinstance(value, bytes):
        start = len(store)
        store += value
        return [start, len(value)]
    if isinstance(value, dict):
        return {name: _detached(item, store) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_detached(item, store) for item in value]
    return value
