"""The room's half of an exchange: makes one request, and reads its answer.

Sans-HTTP: blocks go out, bytes come from a source. Laws of this file
(docs/protocol.md, Exchange):

1. A request is half-duplex and bounded; its hello says how far it goes.
2. An answer is committed batch by batch; what arrived whole before a cut is kept.
3. Nothing counts as received by the hub but what a checkpoint says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from node.history.departures import Outgoing
from node.history.room import Outcome, RoomSide
from protocol.envelope import EnvelopeWriter
from protocol.errors import BadSignature
from protocol.frames import PrefixName
from protocol.items import decode_items, encode_item
from protocol.messages import (
    BoxKeyStatement,
    Checkpoint,
    ExtractItem,
    FeedSet,
    FeedStubs,
    Hello,
    Item,
    Results,
    SetItem,
    Verdict,
)
from protocol.openings import open_checkpoint, open_hello, seal_hello
from sync.bodies import (
    BodyCompressor,
    BodyReader,
    ChoosePrefix,
    Source,
    sealed_blocks,
)
from sync.box_keys import BoxKeys

MARGIN_BYTES: Final = 2 * 1024
"""Head, hello and end mark of a body, and what one incompressible frame costs more."""

Moved = Callable[[], None]
"""Called when the hub's word, or a batch of its answer, has been taken in."""


@dataclass(slots=True)
class Tally:
    """What a session did so far."""

    received: int = 0
    """Change-sets of others that came down; at a hub, those that came up."""
    shared: int = 0
    """Heads and parts of extracts that came down."""
    confirmed: int = 0
    """Own change-sets that the hub's order names, with or without an open field."""
    verdicts: Counter[Verdict | int] = field(default_factory=Counter)
    """Verdicts that the hub spelt out; that a set was applied its order says."""
    handed_over: set[bytes] = field(default_factory=set)
    handed_up_to: tuple[bytes, int] | None = None
    """Own log and the highest seq of it that went up."""

    @property
    def sent(self) -> int:
        """Different change-sets that were handed over."""
        return len(self.handed_over)

    @property
    def results(self) -> dict[str, int]:
        """How many sets came to what, by the verdict's name."""
        counts = Counter(self.verdicts)
        counts[Verdict.APPLIED] += max(0, self.confirmed - counts[Verdict.CONFLICT])
        return {_verdict_name(each): n for each, n in sorted(counts.items()) if n}

    def new_among(self, sets: Iterable[Outgoing]) -> int:
        """How many of *sets* have not gone up before."""
        return sum(1 for each in sets if each.hash[:12] not in self.handed_over)

    def note_sent(self, sets: Iterable[Outgoing], own_log: bytes) -> None:
        """Sets go up; one that goes again after a cut counts once."""
        for each in sets:
            self.handed_over.add(each.hash[:12])
            if each.log == own_log:
                self.handed_up_to = (each.log, each.seq)

    def note_verdicts(self, counts: Mapping[Verdict, int]) -> None:
        """At a hub: what was made so far of the sets of one body."""
        self.received = sum(counts.values())
        self.verdicts = Counter(counts)

    def note_item(self, item: Item) -> None:
        """An item came down."""
        if isinstance(item, FeedSet):
            self.received += 1
        elif isinstance(item, ExtractItem):
            self.shared += 1
        elif isinstance(item, FeedStubs):
            self.confirmed += item.count
        elif isinstance(item, Results):
            for run in item.runs:
                self.verdicts[run.verdict] += run.count


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that was read whole."""

    checkpoint: Checkpoint
    outcome: Outcome


class Load:
    """What one request will carry, compressed before its hello is made.

    The hello has to say up to where the request goes: sets that it does not bring
    come back whole in the feed otherwise.
    """

    def __init__(
        self,
        own_log: bytes,
        *,
        limit_bytes: int | None,
        choose_prefix: ChoosePrefix | None = None,
    ) -> None:
        """Without *limit_bytes* everything goes into one body: a bundle."""
        self._own_log = own_log
        self._limit_bytes = limit_bytes
        self._compressor = BodyCompressor(choose_prefix=choose_prefix)
        self.frames: list[bytes] = []
        self.sets: list[Outgoing] = []
        self.left_out_some = False
        """Not everything found room."""

    async def fill(
        self,
        statements: tuple[BoxKeyStatement, ...],
        outgoing: AsyncIterator[Outgoing],
    ) -> None:
        """Take in as much as there is room for."""
        async for frame in self.stream(statements, outgoing):
            self.frames.append(frame)

    async def stream(
        self,
        statements: tuple[BoxKeyStatement, ...],
        outgoing: AsyncIterator[Outgoing],
    ) -> AsyncIterator[bytes]:
        """The frames one by one, not kept."""
        plains = self._plains(statements, outgoing)
        async for frame in self._compressor.frames(plains):
            yield frame

    async def _plains(
        self,
        statements: tuple[BoxKeyStatement, ...],
        outgoing: AsyncIterator[Outgoing],
    ) -> AsyncGenerator[bytes, None]:
        for statement in statements:
            yield encode_item(statement)
        before: tuple[bytes, int] | None = None
        async for each in outgoing:
            plain = encode_item(_travelling(each, before, self._own_log))
            if self.sets and not self._has_room(len(plain)):
                # What was made and not sent stays first in line for the next request.
                self.left_out_some = True
                return
            if each.seq:
                before = (each.log, each.seq)
                self.sets.append(each)
            yield plain

    def _has_room(self, size_bytes: int) -> bool:
        made_bytes = self._compressor.made_bytes
        return self._limit_bytes is None or (
            made_bytes + size_bytes + MARGIN_BYTES <= self._limit_bytes
        )

    def told_by(self, hello: Hello) -> Hello:
        """The hello that says how far this load goes."""
        if not self.left_out_some:
            return hello
        own = [each for each in self.sets if each.log == self._own_log]
        if not own:
            return replace(hello, accepts_bytes=0)
        return replace(hello, head_seq=own[-1].seq, head_hash=own[-1].hash)


class Request:
    """One request of a room, and the reading of its answer."""

    def __init__(
        self,
        room: RoomSide,
        box_keys: BoxKeys,
        envelope: EnvelopeWriter,
        hello: Hello,
        *,
        hub_key: bytes,
        seed: bytes,
        tally: Tally,
    ) -> None:
        self._room = room
        self._box_keys = box_keys
        self._envelope = envelope
        self._hello = hello
        self._hub_key = hub_key
        self._opening = seal_hello(hello, envelope.binding, hub_key, seed)
        self._hello_hash = open_hello(self._opening).hash
        self._tally = tally
        self._scopes = tuple(place.scope for place in hello.scopes)
        self.checkpoint: Checkpoint | None = None
        """The hub's word, once it has come: a cut behind it leaves nothing open."""

    def blocks(self, frames: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The request, block by block."""
        return sealed_blocks(self._envelope, self._opening, frames)

    async def read_answer(
        self, source: Source, moved: Moved | None = None
    ) -> Answered | None:
        """Take in the answer; None where it broke off.

        Raises:
            BadSignature: it is not the hub's answer to this request.
            RemoteProtocolError: it is broken; what stood before that is kept.
        """
        body = BodyReader(source, self._envelope.answer_reader(), self._find_prefix)
        opening = await body.opening()
        if opening is None:
            return None
        checkpoint = open_checkpoint(opening, self._hub_key)
        if checkpoint.hello_hash != self._hello_hash:
            message = "a checkpoint for another hello"
            raise BadSignature(message)
        self.checkpoint = checkpoint
        outcome = await self._room.take_checkpoint(self._hello, checkpoint)
        if moved is not None:
            moved()
        async for batch in body.batches():
            items = [
                item for plain in batch for item in decode_items(plain, self._scopes)
            ]
            await self._commit(items)
            if moved is not None:
                moved()
        return Answered(checkpoint, outcome) if body.is_whole else None

    async def _commit(self, items: list[Item]) -> None:
        await take_items(
            self._room, self._box_keys, items, hub_key=self._hub_key, tally=self._tally
        )

    async def _find_prefix(self, name: PrefixName) -> bytes | None:
        return await self._room.prefix(name.log, name.first_seq, name.last_seq)


async def take_items(
    room: RoomSide,
    box_keys: BoxKeys,
    items: list[Item],
    *,
    hub_key: bytes,
    tally: Tally,
) -> None:
    """Make what the hub sent ours; durable when this returns.

    Raises:
        BadSignature: something in it is not what the hub signed.
    """
    others: list[Item] = []
    for item in items:
        if isinstance(item, BoxKeyStatement):
            await box_keys.learn(item, hub_key)
        else:
            others.append(item)
    if others:
        await room.take(others)
    for item in others:
        tally.note_item(item)


async def nothing_outgoing() -> AsyncIterator[Outgoing]:
    """What goes up with a request that only asks."""
    nothing: tuple[Outgoing, ...] = ()
    for each in nothing:
        yield each


async def listed(frames: list[bytes]) -> AsyncIterator[bytes]:
    """Frames that are made already."""
    for frame in frames:
        yield frame


def _travelling(each: Outgoing, before: tuple[bytes, int] | None, own: bytes) -> Item:
    """The item; without prev where the item before it is its predecessor."""
    if not each.seq:
        return each.item
    follows = before == (each.log, each.seq - 1) and each.log == own
    return SetItem(each.wire_without_prev if follows else each.wire_with_prev)


def _verdict_name(verdict: int) -> str:
    try:
        return Verdict(verdict).name.lower()
    except ValueError:
        return f"verdict-{verdict}"
