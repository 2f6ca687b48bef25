import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.sandbox.frames import FRAME_LIMIT, FrameError, FrameReader, Kind, encode

ALL = frozenset(Kind) - {Kind.PART}


def reader(limit: int = 1 << 20) -> FrameReader:
    return FrameReader(ALL, limit)


@given(messages=st.lists(st.tuples(st.sampled_from(sorted(ALL)), st.binary(max_size=300)), max_size=6), cut=st.integers(1, 50))
def test_messages_arrive_whole_however_the_stream_is_cut(messages: list[tuple[Kind, bytes]], cut: int) -> None:
    stream = b"".join(encode(kind, payload) for kind, payload in messages)
    into = reader()
    assert [message for at in range(0, len(stream), cut) for message in into.feed(stream[at : at + cut])] == messages


@pytest.mark.parametrize("length", [0, 1, FRAME_LIMIT - 1, FRAME_LIMIT, FRAME_LIMIT + 1, 3 * FRAME_LIMIT])
def test_a_long_message_travels_in_parts(length: int) -> None:
    payload = random.Random(1).randbytes(length)
    assert list(reader().feed(encode(Kind.EVENTS, payload))) == [(Kind.EVENTS, payload)]


@pytest.mark.parametrize(
    ("stream", "complaint"),
    [
        ((FRAME_LIMIT + 1).to_bytes(4, "little") + b"\x03", "a frame of"),
        (b"\xff\xff\xff\xff\x03", "a frame of 4294967295 bytes"),
        (b"\0\0\0\0\x07", "kind 7"),
        (b"\0\0\0\0\x00", "an empty part"),
    ],
)
def test_what_no_honest_peer_sends_is_refused(stream: bytes, complaint: str) -> None:
    with pytest.raises(FrameError, match=complaint):
        list(reader().feed(stream))


def test_a_kind_of_the_other_direction_is_refused() -> None:
    with pytest.raises(FrameError, match="kind 1"):
        list(FrameReader(frozenset({Kind.EVENTS}), 100).feed(encode(Kind.JOB, b"x")))


def test_a_message_can_not_grow_without_end() -> None:
    into = reader(limit=2 * FRAME_LIMIT)
    part = FRAME_LIMIT.to_bytes(4, "little") + b"\0" + bytes(FRAME_LIMIT)
    assert list(into.feed(part)) == []
    assert list(into.feed(part)) == []
    with pytest.raises(FrameError, match="a message of more than"):
        list(into.feed(part))


def test_mutated_streams_end_in_messages_or_in_a_frame_error(thorough: bool) -> None:
    """Nothing else may be raised, and no more than the limit be kept."""
    rng = random.Random(20)
    refused, streams = 0, 100_000 if thorough else 5_000
    for _ in range(streams):
        good = b"".join(encode(rng.choice(sorted(ALL)), rng.randbytes(rng.randrange(60))) for _ in range(rng.randrange(1, 5)))
        stream = bytearray(good)
        for _ in range(rng.randrange(1, 6)):
            at = rng.randrange(len(stream) + 1)
            match rng.randrange(3):
                case 0:
                    stream[at:at] = rng.randbytes(rng.randrange(1, 9))
                case 1:
                    del stream[at : at + rng.randrange(1, 9)]
                case 2 if at < len(stream):
                    stream[at] ^= 1 << rng.randrange(8)
        into = reader(limit=4096)
        try:
            while stream:
                cut = rng.randrange(1, 40)
                for kind, payload in into.feed(bytes(stream[:cut])):
                    assert kind in ALL
                    assert len(payload) <= 4096
                del stream[:cut]
        except FrameError:
            refused += 1
    assert 0 < refused < streams
