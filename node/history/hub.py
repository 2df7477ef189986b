"""The hub's side of an exchange: takes change-sets, answers hellos.

Knows nothing of sockets and frames. What it says it has, it has on the disk.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from node.clock import Clock, elapsed
from node.errors import IncarnationBehind, SidecarDamaged
from node.history.digest import refresh_buckets
from node.history.epochs import (
    is_ahead,
    is_newer,
    is_trust_behind,
    note_hello,
    raise_for,
    rise_above,
)
from node.history.extracts import ExtractSource, held_by, note_held
from node.history.feed import FeedPlan, Sent, feed_part, plan_feed
from node.history.intake import Intake, Taken, ensure_log
from node.history.order import scope_named
from node.history.prefixes import choose_prefix, prefix_of
from node.history.reception import Answer, Received
from node.history.registry import HubRegistry
from node.history.results import results_for
from node.history.returned import LIST_PARTS, adopt_list, is_lost_word
from node.history.sealing import seal
from node.history.succession import succeed
from node.history.trust import entry_of, entry_of_key, serial_of, signed_list
from node.history.unattended import hub_is_owing, hub_work
from node.home import Home
from node.keys import KeyFolder
from node.store.port import Rows
from node.store.row_types import SetState
from node.store.store import Store
from protocol.changeset import from_wire
from protocol.errors import BadSignature, ProtocolError
from protocol.frames import PrefixName
from protocol.identity import ZERO_HASH, log_id
from protocol.messages import (
    Checkpoint,
    ExtractsHeld,
    Hello,
    Item,
    LogState,
    SetItem,
    TrustEntry,
    TrustList,
    Verdict,
)
from protocol.operations import Value
from protocol.signing import public_key
from protocol.trust import split_trust_list

COMMIT_SECONDS: Final = 0.02
"""Sets that came together are committed together, for at most so long."""
_OWN_AT_ONCE: Final = 20
_NO_HASH: Final = bytes(16)

__all__ = ["Answer", "HubSide", "Received"]


@dataclass(frozen=True, slots=True)
class _Plan:
    feed: FeedPlan
    checkpoint: Checkpoint
    first: tuple[Item, ...]
    reader: bytes
    """Key of the machine that may get extracts; empty: none."""
    received: Received


class HubSide:
    """One hub's part in exchanges; as many at a time as the store can serve."""

    def __init__(
        self,
        store: Store,
        keys: KeyFolder,
        home: Home,
        clock: Clock,
        is_secret: Callable[[int, Value], bool],
    ) -> None:
        self._store = store
        self._keys = keys
        self._home = home
        self._clock = clock
        self._is_secret = is_secret
        self.extracts: ExtractSource | None = None
        """What rooms may see of others' fonds; set by who knows the catalogue."""
        self.registry = HubRegistry(store, keys, clock, is_secret)
        """Machines and what they may: founding, invitations, grants, cuts."""

    async def prepare(self) -> None:
        """Seal what this hub wrote itself, and admit it to the order."""
        await self._settle_numbers()
        parts = (self._store, self._keys, self._home, self._clock)
        try:
            await seal(*parts)
        except (IncarnationBehind, SidecarDamaged):
            await succeed(self._store, self._home)
            await seal(*parts)
        while await self._store.write(self._admit_own):
            pass
        await self.registry.settle()

    async def _prepare_if_due(self) -> None:
        """As `prepare`, where this hub has written something itself."""

        def is_due(rows: Rows) -> bool:
            own = rows.logs.own()
            if own is None:
                return False
            sealed = rows.sets.in_state(own.log_no, SetState.SEALED, 1)
            return bool(sealed) or rows.journal.amount()[0] > 0

        if await self._store.read(hub_is_owing):
            await self._settle_numbers()
        if await self._store.read(is_due):
            await self.prepare()

    async def _settle_numbers(self) -> None:
        """Name holders of contested codes, and lend what was asked for."""
        now = self._clock.now()
        while await self._store.write(partial(hub_work, made_at=now)):
            pass

    async def sender(self, hello: Hello) -> TrustEntry | None:
        """Who says this hello; None where no such machine has joined."""

        def find(rows: Rows) -> TrustEntry | None:
            known = entry_of(rows, hello.log)
            birth = hello.birth
            if known is not None or birth is None:
                return known
            if log_id(birth.public_key, birth.nonce) != hello.log:
                return None
            return entry_of_key(rows, birth.public_key)

        return await self._store.read(find)

    async def receive(
        self, hello: Hello, items: Sequence[Item], received: Received
    ) -> None:
        """Take what came up; durable when this returns.

        Nothing is taken while the room knows a newer trust list than this hub, but
        the list itself: the hub was restored, and must not decide a fork anew.
        """
        if not received.is_heard:
            received.is_heard = True
            await self._store.write(lambda rows: self._notice(rows, hello))
        for item in items:
            if isinstance(item, ExtractsHeld):
                received.held = item.payload
        parts = [item for item in items if isinstance(item, TrustList)]
        if parts:
            take = partial(self._take_list, received=received, parts=parts)
            if await self._store.write(take):
                await self.registry.settle()
        wires = [item.wire for item in items if isinstance(item, SetItem)]
        done = 0
        while done < len(wires):
            left = wires[done:]
            work = partial(self._take_some, hello=hello, wires=left, received=received)
            done += await self._store.write(work)

    async def answer(
        self,
        hello: Hello,
        hello_hash: bytes,
        *,
        budget_bytes: int,
        received: Received | None = None,
    ) -> Answer:
        """What the hub says to a hello whose request was read to its end."""
        await self._prepare_if_due()
        is_stale = await self._store.write(
            lambda rows: self._hear(rows, hello, hello_hash)
        )
        return await self._answer(
            hello, hello_hash, budget_bytes, received or Received(), is_stale=is_stale
        )

    async def bundle_answer(self, log: bytes, *, budget_bytes: int) -> Answer | None:
        """The same for a bundle: to the newest hello heard; None where none was."""
        await self._prepare_if_due()
        found = await self._store.read(lambda rows: self.registry.last_hello(rows, log))
        if found is None:
            return None
        hello, hello_hash = found
        held = await self._store.read(lambda rows: held_by(rows, log))
        received = Received(held=held, is_bundle=True)
        return await self._answer(
            hello, hello_hash, budget_bytes, received, is_stale=True
        )

    async def prefix(self, log: bytes, first_seq: int, last_seq: int) -> bytes | None:
        """The bytes of a compression prefix that a request names."""
        return await self._store.read(
            lambda rows: prefix_of(rows, log, first_seq, last_seq)
        )

    async def choose_prefix(self, hello: Hello) -> tuple[PrefixName, bytes] | None:
        """A prefix for the answer: sets of the room's log that its hello proves."""
        if hello.is_plain or hello.head_seq == 0:
            return None

        def find(rows: Rows) -> tuple[PrefixName, bytes] | None:
            log_no = rows.logs.number_of(hello.log)
            if log_no is None:
                return None
            head = rows.sets.get(log_no, hello.head_seq, hello.head_hash)
            return None if head is None else choose_prefix(rows, log_no, head.seq)

        return await self._store.read(find)

    def _admit_own(self, rows: Rows) -> bool:
        own = rows.logs.own()
        if own is None:
            return False
        found = rows.sets.in_state(own.log_no, SetState.SEALED, _OWN_AT_ONCE)
        if not found:
            return False
        intake = Intake(rows, self._clock.now(), self._is_secret)
        for row in found:
            intake.take_own(row)
        intake.finish()
        return True

    def _take_list(
        self, rows: Rows, received: Received, parts: Sequence[TrustList]
    ) -> bool:
        """Whether this hub's lost word is back.

        A returned list that is not this hub's, or not whole yet, changes nothing.
        """
        hub_key = public_key(self._keys.machine_seed)
        lost = [part for part in parts if is_lost_word(rows, part, hub_key)]
        if not lost or len(received.lists) + len(lost) > LIST_PARTS:
            return False
        received.lists += lost
        try:
            is_adopted = adopt_list(rows, received.lists, hub_key)
        except BadSignature:
            return False
        received.has_list = True
        return is_adopted

    def _take_some(
        self, rows: Rows, hello: Hello, wires: Sequence[bytes], received: Received
    ) -> int:
        """Take sets for a moment, in one commit; how many were taken."""
        begun = elapsed()
        ensure_log(rows, hello.log, hello.birth)
        is_behind = is_trust_behind(rows, hello) and not received.has_list
        intake = Intake(rows, self._clock.now(), self._is_secret)
        done = 0
        for wire in wires:
            done += 1
            try:
                change_set = from_wire(wire, prev=received.last_hash)
            except ProtocolError as error:
                received.last_hash = None
                taken = Taken(b"", 0, Verdict.REFUSED, error.code)
                received.note(taken, hello)
                continue
            received.last_hash = change_set.hash
            if not is_behind:
                received.note(intake.take(change_set), hello)
            if elapsed() - begun >= COMMIT_SECONDS:
                break
        intake.finish()
        return done

    def _hear(self, rows: Rows, hello: Hello, hello_hash: bytes) -> bool:
        """Remember a hello; where it is ahead of this hub, open a new epoch."""
        self._notice(rows, hello)
        return not note_hello(rows, hello, hello_hash, self._clock.now())

    def _notice(self, rows: Rows, hello: Hello) -> None:
        """Where a hello newer than all before is ahead of this hub, say so at once.

        Nothing may be admitted to an epoch of which the room knows more.
        """
        ensure_log(rows, hello.log, hello.birth)
        if not is_newer(rows, hello):
            return
        rise_above(rows, hello)
        if is_ahead(rows, hello):
            raise_for(rows, hello)

    async def _answer(
        self,
        hello: Hello,
        hello_hash: bytes,
        budget_bytes: int,
        received: Received,
        *,
        is_stale: bool,
    ) -> Answer:
        await self._refresh(hello)
        plan = await self._store.write(
            lambda rows: self._plan(rows, hello, hello_hash, budget_bytes, received)
        )
        return Answer(
            plan.checkpoint, self._items(plan), plan.feed.spans, is_stale=is_stale
        )

    async def _refresh(self, hello: Hello) -> None:
        """Bring the digests up to date in short steps."""
        for place in hello.scopes:
            find = partial(scope_named, scope=place.scope)
            scope_no = await self._store.read(find)
            is_fresh = scope_no is None
            while scope_no is not None and not is_fresh:
                refresh = partial(refresh_buckets, scope_no=scope_no)
                is_fresh = await self._store.write(refresh)

    def _plan(
        self,
        rows: Rows,
        hello: Hello,
        hello_hash: bytes,
        budget_bytes: int,
        received: Received,
    ) -> _Plan:
        serial = serial_of(rows)
        entry = entry_of(rows, hello.log)
        is_known = entry is not None and entry.state == LogState.ACTIVE
        feed = FeedPlan((), (), (), None)
        if entry is not None and is_known:
            feed = plan_feed(rows, hello, entry, serial, budget_bytes)
        log_no = rows.logs.number_of(hello.log)
        last = None if log_no is None else rows.sets.linked(log_no)
        checkpoint = Checkpoint(
            hub_time=self._clock.now(),
            scopes=feed.heads,
            receipted_seq=0 if last is None else last.seq,
            receipted_hash=ZERO_HASH if last is None else last.hash,
            receipt=0 if last is None else last.receipt,
            hello_hash=hello_hash or _NO_HASH,
        )
        first: list[Item] = []
        if log_no is not None:
            results = results_for(rows, log_no, hello.verdicts, received.results)
            if results is not None:
                first.append(results)
        if serial != hello.trust_serial:
            known = 0 if is_trust_behind(rows, hello) else hello.trust_serial
            trust = signed_list(rows, known, self._keys.machine_seed)
            first += split_trust_list(trust)
        if not received.is_bundle:
            note_held(rows, hello, received.held)
        reader = entry.public_key if entry is not None and is_known else b""
        return _Plan(feed, checkpoint, tuple(first), reader, received)

    async def _items(self, plan: _Plan) -> AsyncIterator[Item]:
        for item in plan.first:
            yield item
        before: Sent = None
        for stretch in plan.feed.stretches:
            place = stretch.segment.after
            while place < stretch.segment.last:
                work = partial(
                    feed_part,
                    stretch=stretch,
                    after=place,
                    before=before,
                    plan=plan.feed,
                )
                part, place, before = await self._store.read(work)
                for item in part:
                    yield item
        left_bytes = plan.feed.left_bytes
        if self.extracts is not None and plan.reader and left_bytes > 0:
            held, is_live = plan.received.held, not plan.received.is_bundle
            async for each in self.extracts.items(
                plan.reader, held, left_bytes, is_live=is_live
            ):
                yield each
