"""The events of a large history, decoded when they are asked for."""

import mmap
from collections.abc import Iterator, Sequence
from typing import overload

import msgspec

from harness.event import Event
from harness.history.columns import I8


class LazyEvents(Sequence[Event]):
    """A sequence over the lines of a file that was checked before."""

    def __init__(self, data: bytes | mmap.mmap, offsets: I8):
        self._data = data
        self._offsets = offsets
        self._decoder = msgspec.json.Decoder(Event)

    def __len__(self) -> int:
        return len(self._offsets)

    @overload
    def __getitem__(self, place: int) -> Event: ...
    @overload
    def __getitem__(self, place: slice) -> list[Event]: ...
    def __getitem__(self, place: int | slice) -> Event | list[Event]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        start = int(self._offsets[place])
        end = self._data.find(b"\n", start)
        return self._decoder.decode(self._data[start : end if end >= 0 else len(self._data)])

    def __iter__(self) -> Iterator[Event]:
        return (self[place] for place in range(len(self)))
