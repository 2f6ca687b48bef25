"""The event log's arithmetic: any way of cutting a run into batches reads back as the same events."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.runs import events
from playground.runs.events import Items
from playground.runs.models import EventBatch, Execution


def made(first: int, last: int, pad: int = 0) -> Items:
    return Items(first, last, json.dumps([{"seq": seq, "text": "é," * pad} for seq in range(first, last + 1)]).encode())


def seqs(items: Items) -> list[int]:
    return [event["seq"] for event in json.loads(items.json)]


@given(st.integers(1, 50), st.integers(0, 20), st.integers(0, 80))
def test_what_is_behind_a_number(first: int, more: int, seq: int) -> None:
    items = made(first, first + more)
    rest = items.behind(seq)
    wanted = [number for number in range(first, first + more + 1) if number > seq]
    assert ([] if rest is None else seqs(rest)) == wanted
    assert rest is None or (rest.first, rest.last) == (wanted[0], wanted[-1])


@given(st.lists(st.integers(1, 9), min_size=1, max_size=9))
def test_joined_parts_are_one(sizes: list[int]) -> None:
    parts, first = [], 1
    for size in sizes:
        parts.append(made(first, first + size - 1))
        first += size
    whole = events.joined(parts)
    assert seqs(whole) == list(range(1, first))
    assert (whole.first, whole.last) == (1, first - 1)


@pytest.fixture
def execution() -> int:
    return Execution.objects.create(digest="0" * 64, spec=b"{}").pk


@pytest.mark.django_db
@pytest.mark.parametrize("after", [0, 1, 4, 5, 8, 12])
def test_read_after(execution: int, after: int) -> None:
    for first, last, pad in ((1, 4, 0), (5, 9, 1000), (10, 12, 0)):
        events.append(execution, made(first, last, pad))
    read = events.read(execution, after, 12, max_bytes=1 << 20)
    assert [seq for items in read for seq in seqs(items)] == list(range(after + 1, 13))
    large = EventBatch.objects.get(first=5)
    assert large.deflated
    assert len(large.items) < events.DEFLATE_FROM


@pytest.mark.django_db
def test_a_page_holds_at_least_one_batch_and_at_most_its_bytes(execution: int) -> None:
    for first in (1, 11, 21):
        events.append(execution, made(first, first + 9, 100))
    one = len(made(1, 10, 100).json)
    assert [items.last for items in events.read(execution, 0, 30, max_bytes=1)] == [10]
    assert [items.last for items in events.read(execution, 0, 30, max_bytes=2 * one + 99)] == [10, 20]
    assert [items.last for items in events.read(execution, 0, 20, max_bytes=1 << 20)] == [10, 20]


@pytest.mark.django_db
def test_a_gap_is_never_read_over(execution: int) -> None:
    events.append(execution, made(1, 3))
    events.append(execution, made(5, 6))
    with pytest.raises(AssertionError, match="lacks events 4 to 4"):
        events.read(execution, 0, 6, max_bytes=1 << 20)
