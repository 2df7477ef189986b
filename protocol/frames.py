"""Frames: how items become messages of an envelope, compressed as one stream.

A frame's plain text is ``u24 plain length ‖ prefix kind (and naming) ‖ compressed
bytes``. Only the first frame of a body may name a prefix that both ends hold
(docs/protocol.md, Frames). Sans-IO: prefixes are looked up by the caller.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from protocol.compression import BEST_LEVEL, FrameCompressor, FrameDecompressor
from protocol.errors import (
    FrameTooLarge,
    LocalProtocolError,
    MalformedFrame,
    UnknownPrefix,
)
from protocol.exchange_limits import (
    COUNT_LIMIT,
    FRAME_PLAIN_LIMIT_BYTES,
    PREFIX_LIMIT_BYTES,
    PREFIX_LIMIT_SETS,
)
from protocol.identity import LOG_ID_BYTES, digest_128

LENGTH_BYTES: Final = 3
HEAD_BYTES: Final = LENGTH_BYTES + 1
PREFIX_NAME_BYTES: Final = LOG_ID_BYTES + 7 + 2 + 16


class PrefixKind(IntEnum):
    """What the compressor was given before the first frame."""

    NONE = 0
    LOG = 1
    """The end of header ‖ signature ‖ body of change-sets of one log, in order."""
    OLD_VALUES = 2
    """Kept for the old values of the fields set here; refused in version 1."""


@dataclass(frozen=True, slots=True)
class PrefixName:
    """Which prefix: sets *first_seq* to *last_seq* of *log*, and a hash of it."""

    log: bytes
    first_seq: int
    last_seq: int
    digest: bytes
    """BLAKE2b-128 of the prefix, see prefix_digest."""


def prefix_digest(prefix: bytes) -> bytes:
    """What a name says of the bytes that it stands for."""
    return digest_128("dangyi/prefix/1", prefix)


class FrameWriter:
    """The sending end of one body."""

    def __init__(
        self,
        level: int = BEST_LEVEL,
        name: PrefixName | None = None,
        prefix: bytes = b"",
    ) -> None:
        if (name is None) == bool(prefix):
            message = "a prefix and its name go together"
            raise LocalProtocolError(message)
        self._first_naming = _encode_name(name, prefix)
        self._compressor = FrameCompressor(level, prefix)

    def write(self, plain: bytes) -> bytes:
        """The frame of one item; a message of the envelope."""
        naming, self._first_naming = self._first_naming, bytes((PrefixKind.NONE,))
        length = len(plain).to_bytes(LENGTH_BYTES, "big")
        return length + naming + self._compressor.compress(plain)


class FrameReader:
    """The receiving end of one body."""

    def __init__(
        self, find_prefix: Callable[[PrefixName], bytes | None] | None = None
    ) -> None:
        self._find_prefix = find_prefix
        """From a name to the prefix that we hold, or None."""
        self._decompressor: FrameDecompressor | None = None

    def read(self, frame: bytes) -> bytes:
        """The plain text of the next frame.

        Raises:
            UnknownPrefix: it names a prefix that we do not hold, or cannot know.
            FrameTooLarge: it states a length above the limit.
            MalformedFrame: it is not in the form of a frame.
        """
        if len(frame) < HEAD_BYTES:
            message = "a frame shorter than its head"
            raise MalformedFrame(message)
        plain_length = int.from_bytes(frame[:LENGTH_BYTES], "big")
        if plain_length > FRAME_PLAIN_LIMIT_BYTES:
            message = f"a frame that states {plain_length} bytes"
            raise FrameTooLarge(message)
        kind, start = frame[LENGTH_BYTES], HEAD_BYTES
        if self._decompressor is None:
            prefix, start = self._take_prefix(frame, kind)
            self._decompressor = FrameDecompressor(prefix)
        elif kind != PrefixKind.NONE:
            message = "a prefix named after the first frame"
            raise MalformedFrame(message)
        return self._decompressor.decompress(frame[start:], plain_length)

    def _take_prefix(self, frame: bytes, kind: int) -> tuple[bytes, int]:
        if kind == PrefixKind.NONE:
            return b"", HEAD_BYTES
        if kind != PrefixKind.LOG:
            message = f"a prefix of kind {kind}"
            raise UnknownPrefix(message)
        end = HEAD_BYTES + PREFIX_NAME_BYTES
        name = _decode_name(frame[HEAD_BYTES:end])
        prefix = self._find_prefix(name) if self._find_prefix else None
        if prefix is None or not hmac.compare_digest(
            prefix_digest(prefix), name.digest
        ):
            message = f"sets {name.first_seq} to {name.last_seq} of {name.log.hex()}"
            raise UnknownPrefix(message)
        return prefix, end


def _encode_name(name: PrefixName | None, prefix: bytes) -> bytes:
    if name is None:
        return bytes((PrefixKind.NONE,))
    span = name.last_seq - name.first_seq
    if (
        len(name.log) != LOG_ID_BYTES
        or name.digest != prefix_digest(prefix)
        or len(prefix) > PREFIX_LIMIT_BYTES
        or not 1 <= name.first_seq <= COUNT_LIMIT
        or not 0 <= span < PREFIX_LIMIT_SETS
    ):
        message = "a name that is not the prefix's"
        raise LocalProtocolError(message)
    return b"".join(
        (
            bytes((PrefixKind.LOG,)),
            name.log,
            name.first_seq.to_bytes(7, "big"),
            span.to_bytes(2, "big"),
            name.digest,
        )
    )


def _decode_name(data: bytes) -> PrefixName:
    if len(data) != PREFIX_NAME_BYTES:
        message = "a frame shorter than the name of its prefix"
        raise MalformedFrame(message)
    first_seq = int.from_bytes(data[16:23], "big")
    last_seq = first_seq + int.from_bytes(data[23:25], "big")
    if first_seq < 1 or last_seq > COUNT_LIMIT:
        message = "a prefix of sets that cannot be"
        raise MalformedFrame(message)
    return PrefixName(data[:LOG_ID_BYTES], first_seq, last_seq, data[25:])
