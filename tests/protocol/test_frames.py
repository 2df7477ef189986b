"""Frames: lengths, prefixes and their names."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.compression import FAST_LEVEL
from protocol.errors import (
    FrameTooLarge,
    LocalProtocolError,
    MalformedFrame,
    RemoteProtocolError,
    UnknownPrefix,
)
from protocol.exchange_limits import (
    COUNT_LIMIT,
    FRAME_PLAIN_LIMIT_BYTES,
    MESSAGE_LIMIT_BYTES,
    PREFIX_LIMIT_BYTES,
    PREFIX_LIMIT_SETS,
)
from protocol.frames import (
    HEAD_BYTES,
    PREFIX_NAME_BYTES,
    FrameReader,
    FrameWriter,
    PrefixKind,
    PrefixName,
    prefix_digest,
)
from tests.protocol.test_compression import noise
from tests.support.vectors import vectors

PREFIX = noise(5000)
NAME = PrefixName(b"L" * 16, 7, 120, prefix_digest(PREFIX))
PLAINS = [b"first item", b"", PREFIX[:2000], b"last"]


def frames(name: PrefixName | None = None, prefix: bytes = b"") -> list[bytes]:
    writer = FrameWriter(FAST_LEVEL, name, prefix)
    return [writer.write(plain) for plain in PLAINS]


def test_frames_without_a_prefix() -> None:
    reader = FrameReader()
    assert [reader.read(frame) for frame in frames()] == PLAINS


def test_frames_after_a_named_prefix() -> None:
    asked: list[PrefixName] = []

    def find(name: PrefixName) -> bytes:
        asked.append(name)
        return PREFIX

    reader = FrameReader(find)
    named = frames(NAME, PREFIX)
    assert [reader.read(frame) for frame in named] == PLAINS
    assert asked == [NAME]
    assert sum(map(len, named)) < sum(map(len, frames()))


def test_frames_are_read_from_their_golden_vectors(
    pytestconfig: pytest.Config,
) -> None:
    """Only reading is fixed: another version of zstd may write other bytes."""
    prefix = b"header signature body of sets 7 to 120"
    name = replace(NAME, digest=prefix_digest(prefix))
    plains = [b"\x04\0\x01\x92\x03\x04", b"\x01" + prefix, prefix]
    plain, prefixed = FrameWriter(), FrameWriter(name=name, prefix=prefix)
    made = {
        "prefix": prefix,
        **{f"plain text {k}": text for k, text in enumerate(plains)},
        **{f"frame {k}": plain.write(text) for k, text in enumerate(plains)},
        **{
            f"frame {k} with prefix": prefixed.write(text)
            for k, text in enumerate(plains)
        },
    }
    stored = vectors(pytestconfig, "v1/frames.txt", made)
    without, after = FrameReader(), FrameReader({name: stored["prefix"]}.get)
    for k in range(len(plains)):
        assert without.read(stored[f"frame {k}"]) == stored[f"plain text {k}"]
        assert after.read(stored[f"frame {k} with prefix"]) == plains[k]


@pytest.mark.parametrize("held", [None, b"", PREFIX[:-1], PREFIX + b"\0"])
def test_a_prefix_that_is_not_held_exactly_is_unknown(held: bytes | None) -> None:
    with pytest.raises(UnknownPrefix):
        FrameReader(lambda _name: held).read(frames(NAME, PREFIX)[0])


def test_a_reader_without_prefixes_knows_none() -> None:
    with pytest.raises(UnknownPrefix):
        FrameReader().read(frames(NAME, PREFIX)[0])


def test_after_an_unknown_prefix_the_frame_can_be_read_again() -> None:
    held: dict[PrefixName, bytes] = {}
    reader = FrameReader(held.get)
    first = frames(NAME, PREFIX)[0]
    with pytest.raises(UnknownPrefix):
        reader.read(first)
    held[NAME] = PREFIX
    assert reader.read(first) == PLAINS[0]


@pytest.mark.parametrize("kind", [PrefixKind.OLD_VALUES, 3, 255])
def test_other_kinds_of_prefix_are_unknown(kind: int) -> None:
    frame = bytearray(frames()[0])
    frame[3] = kind
    with pytest.raises(UnknownPrefix):
        FrameReader().read(bytes(frame))


@pytest.mark.parametrize("kind", [PrefixKind.LOG, PrefixKind.OLD_VALUES, 255])
def test_only_the_first_frame_names_a_prefix(kind: int) -> None:
    reader = FrameReader(lambda _name: PREFIX)
    first, second, *_rest = frames()
    reader.read(first)
    changed = bytearray(second)
    changed[3] = kind
    with pytest.raises(MalformedFrame):
        reader.read(bytes(changed))


def test_a_frame_that_is_cut_anywhere_is_refused() -> None:
    first = frames(NAME, PREFIX)[0]
    assert len(first) > HEAD_BYTES + PREFIX_NAME_BYTES
    for length in range(len(first)):
        with pytest.raises(RemoteProtocolError):
            FrameReader(lambda _name: PREFIX).read(first[:length])


def test_a_plain_length_above_the_limit_is_refused_unread() -> None:
    length = (FRAME_PLAIN_LIMIT_BYTES + 1).to_bytes(3, "big")
    with pytest.raises(FrameTooLarge):
        FrameReader().read(length + b"\0")
    with pytest.raises(LocalProtocolError):
        FrameWriter(FAST_LEVEL).write(bytes(FRAME_PLAIN_LIMIT_BYTES + 1))


def test_the_largest_frame_fits_a_message() -> None:
    prefix = noise(PREFIX_LIMIT_BYTES, b"p")
    name = replace(NAME, digest=prefix_digest(prefix))
    plain = noise(FRAME_PLAIN_LIMIT_BYTES, b"f")
    frame = FrameWriter(FAST_LEVEL, name, prefix).write(plain)
    assert len(frame) <= MESSAGE_LIMIT_BYTES
    assert FrameReader({name: prefix}.get).read(frame) == plain


@pytest.mark.parametrize(
    ("first_seq", "last_seq"),
    [(1, 1), (1, PREFIX_LIMIT_SETS), (COUNT_LIMIT, COUNT_LIMIT)],
)
def test_names_at_their_limits(first_seq: int, last_seq: int) -> None:
    name = replace(NAME, first_seq=first_seq, last_seq=last_seq)
    frame = FrameWriter(FAST_LEVEL, name, PREFIX).write(b"text")
    assert FrameReader({name: PREFIX}.get).read(frame) == b"text"


@pytest.mark.parametrize(
    "name",
    [
        replace(NAME, first_seq=0),
        replace(NAME, first_seq=121),
        replace(NAME, first_seq=1, last_seq=PREFIX_LIMIT_SETS + 1),
        replace(NAME, first_seq=COUNT_LIMIT + 1, last_seq=COUNT_LIMIT + 1),
        replace(NAME, log=b"short"),
        replace(NAME, digest=bytes(16)),
    ],
)
def test_names_past_their_limits_are_not_written(name: PrefixName) -> None:
    with pytest.raises(LocalProtocolError):
        FrameWriter(FAST_LEVEL, name, PREFIX)


def test_a_name_of_sets_that_cannot_be_is_refused() -> None:
    frame = frames(NAME, PREFIX)[0]
    for seq, span in ((0, 0), (COUNT_LIMIT + 1, 0), (COUNT_LIMIT, 1)):
        name = seq.to_bytes(7, "big") + span.to_bytes(2, "big")
        changed = frame[: HEAD_BYTES + 16] + name + frame[HEAD_BYTES + 25 :]
        with pytest.raises(MalformedFrame):
            FrameReader(lambda _name: PREFIX).read(changed)


def test_a_prefix_and_its_name_go_together() -> None:
    for name, prefix in ((NAME, b""), (None, PREFIX)):
        with pytest.raises(LocalProtocolError):
            FrameWriter(FAST_LEVEL, name, prefix)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_or_read(data: bytes) -> None:
    try:
        FrameReader(lambda _name: PREFIX).read(data)
    except RemoteProtocolError:
        pass
