"""The event log: batches in a table, by sequence number, without gaps or doubles."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from playground.runs.models import EventBatch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

DEFLATE_FROM = 4096
"""Bytes. Smaller batches are those a reader is waiting for; larger ones shrink about eightfold at about 100 MB/s."""

_decoder = msgspec.json.Decoder(list[msgspec.Raw])


class Items(NamedTuple):
    """Events `first` to `last` as a JSON array."""

    first: int
    last: int
    json: bytes

    def behind(self, seq: int) -> Items | None:
        """Return the part with numbers above `seq`; None if there is none."""
        if seq < self.first:
            return self
        if seq >= self.last:
            return None
        rest = _decoder.decode(self.json)[seq + 1 - self.first :]
        return Items(seq + 1, self.last, msgspec.json.encode(rest))


def joined(parts: Iterable[Items]) -> Items:
    """Return consecutive parts as one."""
    several = tuple(parts)
    inner = b",".join(part.json.strip()[1:-1] for part in several)
    return Items(several[0].first, several[-1].last, b"[" + inner + b"]")


def append(execution: int, items: Items) -> None:
    """Store behind what is stored. Raises IntegrityError if something already ends there."""
    deflate = len(items.json) >= DEFLATE_FROM
    data = zlib.compress(items.json, 1) if deflate else items.json
    EventBatch.objects.create(execution_id=execution, first=items.first, last=items.last, deflated=deflate, items=data)


def read(execution: int, after: int, last: int, max_bytes: int) -> list[Items]:
    """Return the stored events above `after`, up to `last` (a batch's end), in order.

    At least one batch if there is any, then as many as fit into `max_bytes`.
    """
    return list(_read(execution, after, last, max_bytes)) if after < last else []


def _read(execution: int, after: int, upto: int, max_bytes: int) -> Iterator[Items]:
    wanted = EventBatch.objects.filter(execution_id=execution, last__gt=after, last__lte=upto).order_by("last")
    size = 0
    expected = after + 1
    for first, last, deflated, data in wanted.values_list("first", "last", "deflated", "items").iterator(chunk_size=8):
        items = Items(first, last, zlib.decompress(data) if deflated else bytes(data)).behind(after)
        assert items is not None
        assert items.first == expected, f"execution {execution} lacks events {expected} to {items.first - 1}"
        size += len(items.json)
        if size > max_bytes and expected > after + 1:
            return
        expected = items.last + 1
        yield items
