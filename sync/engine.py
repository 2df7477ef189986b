"""The room's half of an exchange: makes one request, and reads its answer.

Sans-HTTP: blocks go out, bytes come from a source. Laws of this file
(docs/protocol.md, Exchange):

1. A request is half-duplex and bounded, in bytes and in time.
2. An answer is committed batch by batch; what arrived whole before a cut is kept.
3. Nothing counts as received by the hub but what a checkpoint says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from node.clock import elapsed
from node.history.departures import Outgoing
from node.history.room import Outcome, RoomSide
from protocol.envelope import EnvelopeWriter
from protocol.errors import BadSignature
from protocol.exchange_limits import BODY_LIMIT_BYTES
from protocol.frames import PrefixName
from protocol.items import decode_items, encode_item
from protocol.messages import (
    BoxKeyStatement,
    Checkpoint,
    FeedSet,
    FeedStubs,
    Hello,
    Item,
    Results,
    SetItem,
    Verdict,
)
from protocol.openings import open_checkpoint, open_hello, seal_hello
from sync.bodies import BodyReader, BodyWriter, ChoosePrefix, Source
from sync.box_keys import BoxKeys

BODY_SECONDS: Final = 60.0
"""A request stops growing after so long; proxies hold back whole bodies."""
MESSAGE_MARGIN_BYTES: Final = 1024
"""What an incompressible message and the end mark may cost beside the plain text."""

Progress = Callable[[int, int], None]
"""Called with how many sets have gone up and come down."""


@dataclass(slots=True)
class Tally:
    """What a session did so far."""

    received: int = 0
    """Change-sets of others that came down; at a hub, those that came up."""
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

    def note_sent(self, each: Outgoing, own_log: bytes) -> None:
        """A set goes up; one that goes again after a cut counts once."""
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
        is_bounded: bool = True,
    ) -> None:
        """Without *is_bounded* everything goes into one body: a bundle."""
        self._is_bounded = is_bounded
        self._room = room
        self._box_keys = box_keys
        self._envelope = envelope
        self._hello = hello
        self._hub_key = hub_key
        self._opening = seal_hello(hello, envelope.binding, hub_key, seed)
        self._hello_hash = open_hello(self._opening).hash
        self._tally = tally
        self._scopes = tuple(place.scope for place in hello.scopes)
        self._writer: BodyWriter | None = None
        self._begun = elapsed()
        self._is_closed = False
        self.checkpoint: Checkpoint | None = None
        """The hub's word, once it has come: a cut behind it leaves nothing open."""
        self.left_out_some = False
        """The request stopped growing before all had gone up."""
        self.has_sent_sets = False

    def close(self) -> None:
        """No more goes up; whoever still draws blocks finds the end."""
        self._is_closed = True

    async def blocks(
        self,
        statements: tuple[BoxKeyStatement, ...],
        outgoing: AsyncIterator[Outgoing] | None,
        choose_prefix: ChoosePrefix | None = None,
    ) -> AsyncGenerator[bytes, None]:
        """The request, block by block; without *outgoing* it only asks."""
        self._writer = BodyWriter(self._envelope, choose_prefix=choose_prefix)
        plains = self._plains(statements, outgoing)
        async for block in self._writer.blocks(self._opening, plains):
            yield block

    async def _plains(
        self,
        statements: tuple[BoxKeyStatement, ...],
        outgoing: AsyncIterator[Outgoing] | None,
    ) -> AsyncGenerator[bytes, None]:
        for statement in statements:
            yield encode_item(statement)
        if outgoing is None:
            return
        before: tuple[bytes, int] | None = None
        async for each in outgoing:
            plain = encode_item(_travelling(each, before, self._hello.log))
            if self.has_sent_sets and not self._has_room(len(plain)):
                # What was made and not sent stays first in line for the next request.
                self.left_out_some = True
                return
            yield plain
            if self._is_closed:
                return
            if each.seq:
                self.has_sent_sets = True
                before = (each.log, each.seq)
                self._tally.note_sent(each, self._hello.log)

    def _has_room(self, size_bytes: int) -> bool:
        if not self._is_bounded:
            return True
        made_bytes = 0 if self._writer is None else self._writer.made_bytes
        return (
            made_bytes + size_bytes + MESSAGE_MARGIN_BYTES <= BODY_LIMIT_BYTES
            and elapsed() - self._begun < BODY_SECONDS
        )

    async def read_answer(
        self, source: Source, progress: Progress | None
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
        async for batch in body.batches():
            items = [
                item for plain in batch for item in decode_items(plain, self._scopes)
            ]
            await self._commit(items)
            if progress is not None:
                progress(self._tally.sent, self._tally.received)
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
