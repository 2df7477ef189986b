"""Bodies: a stream of messages read from a source, and one written to a link.

Laws of this file:

1. Whatever arrived whole is given out, also when the body then breaks off or turns
   out to be broken; the fault comes after it.
2. Compression runs in a thread, so that no body holds up another.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final, Protocol

from node.faults import FRAME, reached
from protocol.compression import BEST_LEVEL
from protocol.envelope import LENGTH_BYTES, OVERHEAD_BYTES, EnvelopeWriter
from protocol.errors import RemoteProtocolError, UnknownPrefix
from protocol.frames import FrameReader, FrameWriter, PrefixName
from protocol.items import FEED_BRANCH_SET, FEED_SET, SET, join_items

BATCH_BYTES: Final = 64 * 1024
"""Plain bytes that are committed together at most, but for one large frame."""
BATCH_FRAMES: Final = 256

SMALL_BYTES: Final = 4 * 1024
"""Small items are joined up to so much plain text."""
SET_KINDS: Final = frozenset({SET, FEED_SET, FEED_BRANCH_SET})

OPENING_SECONDS: Final = 60.0
"""In which a stranger has to say who it is; the slowest link takes a second."""

MESSAGE_BYTES: Final = LENGTH_BYTES + OVERHEAD_BYTES

PREFIX_WORTH_BYTES: Final = 2 * 1024
"""A body whose first frame is shorter does without a prefix: its name costs more."""

ChoosePrefix = Callable[[], Awaitable[tuple[PrefixName, bytes] | None]]
"""A prefix that both sides hold, and its name; None where there is none."""
FindPrefix = Callable[[PrefixName], Awaitable[bytes | None]]
"""From a name to the prefix that this side holds, or None."""


class Source(Protocol):
    """Where the bytes of a body come from."""

    async def take(self) -> bytes:
        """The next bytes; empty at the end."""

    @property
    def is_empty(self) -> bool:
        """Nothing waits to be taken just now."""


class MessageStream(Protocol):
    """Turns bytes into messages: an envelope, or the answer to one."""

    @property
    def is_final(self) -> bool:
        """The end mark has been read."""

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that *data* completes; a fault after them."""


class BodyReader:
    """Reads one body: message 0, then the plain texts of its frames in batches."""

    def __init__(
        self, source: Source, stream: MessageStream, find_prefix: FindPrefix
    ) -> None:
        self._source = source
        self._stream = stream
        self._find_prefix = find_prefix
        self._held: dict[PrefixName, bytes] = {}
        self._wanted: PrefixName | None = None
        self._frames = FrameReader(self._look_up)
        self._waiting: list[bytes] = []
        self._fault: RemoteProtocolError | None = None
        self._is_ended = False

    @property
    def is_whole(self) -> bool:
        """The end mark has been read; else the body was cut."""
        return self._stream.is_final

    async def opening(self, within_seconds: float | None = None) -> bytes | None:
        """Message 0; None where the body ends, or the time, before it is whole.

        Raises:
            RemoteProtocolError: the bytes before it are broken.
        """
        try:
            async with asyncio.timeout(within_seconds):
                while not self._waiting:
                    if not await self._read_on():
                        return None
        except TimeoutError:
            return None
        return self._waiting.pop(0)

    async def batches(self) -> AsyncIterator[list[bytes]]:
        """Plain texts of frames, as many at a time as should be committed together.

        Raises:
            RemoteProtocolError: the body is broken behind what was given.
        """
        batch: list[bytes] = []
        size = 0
        while True:
            while self._waiting:
                try:
                    plain = await self._read_frame(self._waiting.pop(0))
                except RemoteProtocolError as fault:
                    if batch:
                        yield batch
                    raise fault from fault.__cause__
                batch.append(plain)
                size += len(plain)
                if size >= BATCH_BYTES or len(batch) >= BATCH_FRAMES:
                    yield batch
                    batch, size = [], 0
            if batch and self._source.is_empty:
                yield batch
                batch, size = [], 0
            try:
                has_more = await self._read_on()
            except RemoteProtocolError:
                if batch:
                    yield batch
                raise
            if not has_more:
                if batch:
                    yield batch
                return

    async def _read_on(self) -> bool:
        """More messages are waiting, or may yet come."""
        if self._fault is not None:
            raise self._fault
        if self._is_ended:
            return False
        data = await self._source.take()
        if not data:
            self._is_ended = True
        try:
            self._waiting += self._stream.feed(data)
        except RemoteProtocolError as fault:
            self._fault = fault
            raise
        return not self._is_ended or bool(self._waiting)

    async def _read_frame(self, frame: bytes) -> bytes:
        reached(FRAME)
        try:
            return self._frames.read(frame)
        except UnknownPrefix:
            name, self._wanted = self._wanted, None
            if name is None:
                raise
            prefix = await self._find_prefix(name)
            if prefix is None:
                raise
            self._held[name] = prefix
        plain = self._frames.read(frame)
        self._held.clear()
        return plain

    def _look_up(self, name: PrefixName) -> bytes | None:
        self._wanted = name
        return self._held.get(name)


class BodyCompressor:
    """Makes the frames of one body, all in one compressed stream."""

    def __init__(
        self, *, level: int = BEST_LEVEL, choose_prefix: ChoosePrefix | None = None
    ) -> None:
        self._level = level
        self._choose_prefix = choose_prefix
        self._frames: FrameWriter | None = None
        self.made_bytes = 0
        """Of all frames so far, with what the envelope adds to each."""

    async def frames(self, encoded: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The frames of encoded items, each item asked for when its turn has come."""
        async for plain in framed(encoded):
            if self._frames is None:
                name, prefix = await self._find_prefix(len(plain))
                self._frames = FrameWriter(self._level, name, prefix)
            frame = await asyncio.to_thread(self._frames.write, plain)
            self.made_bytes += len(frame) + MESSAGE_BYTES
            yield frame

    async def _find_prefix(self, plain_bytes: int) -> tuple[PrefixName | None, bytes]:
        """A prefix for a body whose first frame is so long; short ones need none."""
        if self._choose_prefix is None or plain_bytes < PREFIX_WORTH_BYTES:
            return None, b""
        return await self._choose_prefix() or (None, b"")


async def sealed_blocks(
    envelope: EnvelopeWriter, opening: bytes, frames: AsyncIterator[bytes]
) -> AsyncIterator[bytes]:
    """The head with message 0, a block for each frame, and the end mark with the last.

    A frame is asked for when the block before the last has been taken, so whoever
    makes them sees how fast the link takes them.
    """
    block = envelope.head + envelope.push(opening)
    async for frame in frames:
        reached(FRAME)
        yield block
        block = envelope.push(frame)
    yield block + envelope.finish()


async def framed(encoded: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Plain texts of frames: a change-set alone, small items of other kinds together.

    A frame costs 24 bytes beside its text, so small talk goes in one.
    """
    small: list[bytes] = []
    size = 0
    async for item in encoded:
        is_small = item[0] not in SET_KINDS and len(item) <= SMALL_BYTES
        if small and (not is_small or size + len(item) > SMALL_BYTES):
            yield join_items(small)
            small, size = [], 0
        if is_small:
            small.append(item)
            size += len(item)
        else:
            yield item
    if small:
        yield join_items(small)


async def no_prefix(_name: PrefixName) -> bytes | None:
    """For bodies in which no frame may name a prefix."""
    return None
