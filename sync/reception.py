"""The hub's half of an exchange: reads a request, commits while it reads, answers.

Sans-HTTP: bytes come from a source and go out as blocks; a bundle file is read the
same way. Laws of this file (docs/protocol.md, Exchange):

1. Change-sets are taken from any certified sender; each batch is durable before the
   next is read.
2. A body that broke off keeps what arrived whole, and gets no answer.
3. What cannot be authenticated changes nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from node.clock import Clock
from node.history.hub import Answer, HubSide, Received
from node.keys import KeyFolder, random_bytes
from protocol.boxkeys import DAY_SECONDS, make_notice
from protocol.compression import BEST_LEVEL, FAST_LEVEL
from protocol.envelope import STREAM_HEADER_BYTES, EnvelopeKind, EnvelopeReader
from protocol.errors import BadSignature, UnexpectedMessage
from protocol.exchange_limits import BODY_LIMIT_BYTES
from protocol.frames import PrefixName
from protocol.identity import Scope
from protocol.items import decode_items, encode_item
from protocol.messages import BoxKeyStatement, Hello, Item, Purpose, TrustEntry, Verdict
from protocol.openings import OpenedHello, open_hello, seal_checkpoint
from protocol.signing import public_key
from sync.bodies import (
    OPENING_SECONDS,
    BodyCompressor,
    BodyReader,
    Source,
    sealed_blocks,
)
from sync.box_keys import BoxKeys
from sync.errors import UnknownSender

BEST_STREAMS: Final = 4
"""Answers compressed at the best level at a time; 14 MB each."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A request or a bundle that was read as far as it came."""

    opened: OpenedHello
    received: Received
    reader: EnvelopeReader
    sender: TrustEntry
    is_whole: bool
    """The end mark was read; else it broke off and waits for no answer."""

    @property
    def hello(self) -> Hello:
        """The room's words."""
        return self.opened.hello


class Reception:
    """Takes requests and bundles for one hub."""

    def __init__(
        self, hub: HubSide, keys: KeyFolder, box_keys: BoxKeys, clock: Clock
    ) -> None:
        self._hub = hub
        self._clock = clock
        self._keys = keys
        self._box_keys = box_keys
        self._hub_key = public_key(keys.machine_seed)
        self._best_streams = 0

    def open_envelope(self) -> EnvelopeReader:
        """A reader of something addressed to this hub."""
        return EnvelopeReader(self._box_keys.private)

    async def notice(self, reader: EnvelopeReader) -> bytes:
        """The answer in clear to an envelope for a box key that is not held."""
        statement = await self._box_keys.newest_own(Purpose.WIRE)
        return make_notice(self._keys.machine_seed, statement, reader.envelope_hash)

    async def take(
        self,
        source: Source,
        reader: EnvelopeReader,
        kind: EnvelopeKind,
        note: Callable[[Mapping[Verdict, int]], None] | None = None,
    ) -> Taken | None:
        """Read a request or a bundle to its end, committing what it brings.

        None where it broke off before its hello. *note* is told, after every commit,
        what was made of the sets so far.

        Raises:
            UnknownSender: the sender has not joined; nothing was read further.
            RemoteProtocolError: it is broken; what stood before that is kept.
        """
        body = BodyReader(source, reader, self._find_prefix)
        opening = await body.opening(OPENING_SECONDS)
        if opening is None:
            return None
        if reader.kind is not kind:
            message = f"an envelope of kind {reader.kind}"
            raise UnexpectedMessage(message)
        opened = open_hello(opening)
        sender = await self._hub.sender(opened.hello)
        if sender is None:
            raise UnknownSender(opened.hello.log)
        opened.verify(sender.public_key, reader.binding, self._hub_key)
        await self._rise_above(opened.hello)
        received = Received()
        scopes = _scopes(opened.hello)
        async for batch in body.batches():
            items = [item for plain in batch for item in decode_items(plain, scopes)]
            await self._commit(opened.hello, items, received, sender)
            if note is not None:
                note(received.counts)
        return Taken(opened, received, reader, sender, body.is_whole)

    async def hear(self, taken: Taken) -> None:
        """Remember the hello of a bundle, to which no answer goes out now."""
        await self._hub.answer(
            taken.hello, taken.opened.hash, budget_bytes=0, received=taken.received
        )

    async def answer(self, taken: Taken) -> AsyncIterator[bytes]:
        """The blocks of the answer to a request that was read whole."""
        hello = taken.hello
        answer = await self._hub.answer(
            hello,
            taken.opened.hash,
            budget_bytes=min(hello.accepts_bytes, BODY_LIMIT_BYTES),
            received=taken.received,
        )
        opening = seal_checkpoint(answer.checkpoint, self._keys.machine_seed)
        envelope = taken.reader.answer_writer(random_bytes(STREAM_HEADER_BYTES))
        is_best = self._best_streams < BEST_STREAMS
        self._best_streams += is_best
        try:
            compressor = BodyCompressor(
                level=BEST_LEVEL if is_best else FAST_LEVEL,
                choose_prefix=lambda: self._hub.choose_prefix(hello),
            )
            frames = compressor.frames(self._plains(hello, answer))
            async for block in sealed_blocks(envelope, opening, frames):
                yield block
        finally:
            self._best_streams -= is_best

    async def _plains(self, hello: Hello, answer: Answer) -> AsyncIterator[bytes]:
        for purpose, known in (
            (Purpose.WIRE, hello.wire_serial),
            (Purpose.COURIER, hello.courier_serial),
        ):
            statement = await self._box_keys.newest_own(purpose)
            if statement.serial > known:
                yield encode_item(statement)
        scopes = _scopes(hello)
        async for item in answer.items:
            yield encode_item(item, scopes)

    async def _commit(
        self,
        hello: Hello,
        items: list[Item],
        received: Received,
        sender: TrustEntry,
    ) -> None:
        for item in items:
            if isinstance(item, BoxKeyStatement):
                await self._learn(item, sender)
        await self._hub.receive(hello, items, received)

    async def _learn(self, statement: BoxKeyStatement, sender: TrustEntry) -> None:
        """A statement of somebody else is left out; the rest of the body stands."""
        try:
            await self._box_keys.learn(statement, sender.public_key)
        except BadSignature:
            return

    async def _rise_above(self, hello: Hello) -> None:
        """A room that knows a newer box key than this hub tells that it was restored.

        Its private part is gone, so a key above it is made.
        """
        now = self._clock.now()
        for purpose, heard in (
            (Purpose.WIRE, hello.wire_serial),
            (Purpose.COURIER, hello.courier_serial),
        ):
            if heard <= now + DAY_SECONDS:
                await self._box_keys.rise_above(purpose, heard, now)

    async def _find_prefix(self, name: PrefixName) -> bytes | None:
        return await self._hub.prefix(name.log, name.first_seq, name.last_seq)


def _scopes(hello: Hello) -> tuple[Scope, ...]:
    return tuple(place.scope for place in hello.scopes)
