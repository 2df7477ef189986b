"""The room's side of an exchange: says where it stands, hands over, follows.

Knows nothing of sockets and frames. What it hands over is sealed, what it has taken is
on the disk. One object serves one session at a time.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from node.clock import Clock, elapsed
from node.errors import IncarnationBehind, SidecarDamaged
from node.history.departures import (
    Outgoing,
    Receipted,
    has_departures,
    outgoing_set,
    own_part,
    put_receipted,
    receipted,
    unnamed_part,
)
from node.history.following import (
    Follower,
    Following,
    Rewind,
    start_places,
)
from node.history.forks import fork_step
from node.history.incarnation import SUSPECT, birth_of, open_incarnation
from node.history.order import chain_at, head_of
from node.history.prefixes import choose_prefix, prefix_of
from node.history.proof import prove_scopes
from node.history.redactions import barred_sets, redact_barred_step
from node.history.results_taken import known_verdicts
from node.history.revocation import cut_step
from node.history.rewinding import HANDED, resend_settled, rewind_step
from node.history.sealing import seal
from node.history.sidecar import Sealed, write_sidecar
from node.history.trust import (
    ListTaken,
    held_list,
    serial_of,
    take_list,
    take_own_scopes,
)
from node.home import Home
from node.keys import KeyFolder, random_bytes
from node.store.port import Rows
from node.store.store import Store
from protocol.boxkeys import decode_statement
from protocol.exchange_limits import BODY_LIMIT_BYTES
from protocol.frames import PrefixName
from protocol.identity import ZERO_HASH, Scope
from protocol.messages import (
    BoxKeyStatement,
    BundleHead,
    Certificate,
    Checkpoint,
    Hello,
    Item,
    Purpose,
    ScopePlace,
    TrustList,
)
from protocol.operations import Value
from protocol.signing import public_key
from protocol.trust import split_trust_list, verify_certificate
from protocol.trust_codec import encode_certificate

HUB_KEY: Final = "hub.key"
"""The hub's Ed25519 key."""
CERTIFICATE: Final = "hub.certificate"
EXCHANGE: Final = "exchange.number"
HUB_TIME: Final = "hub.time"
"""Newest time that the hub has signed."""
TOLD: Final = "box_keys.told"
"""[wire, courier]: serials of own box keys of which the hub has heard."""

STEP_SECONDS: Final = 0.04
_NONCE_BYTES: Final = 16

Until = Mapping[Scope, int]
"""Per scope the place to which a session goes."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a checkpoint meant for this room."""

    is_restored: bool = False
    """The hub has sets of this log that the room has not: a restored copy, or a clone."""
    is_contested: bool = False
    """The hub has other sets than the room's under the same numbers."""
    until: Until = field(default_factory=dict)
    """For the next hello of this session."""


class RoomSide:
    """One room's part in exchanges."""

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
        self._following: Following | None = None
        self._parts: list[TrustList] = []
        self._handed: list[tuple[int, int, bytes]] = []
        self._told: list[int] = []
        self._until: dict[Scope, int] = {}
        self._returns_list = False
        self._has_returned = False
        self._asks_all = False
        self._needs_preparation = True
        self._last_standing: object = None

    async def prepare(self) -> None:
        """Make ready what is to go: finish what was begun, seal the journal."""
        await self._settle()
        while await self._store.write(
            lambda rows: redact_barred_step(rows, self._clock.now(), self._is_secret)
        ):
            pass
        try:
            await self._seal()
        except (IncarnationBehind, SidecarDamaged):
            await self._go_on_as_new()
            await self._seal()
        self._needs_preparation = False

    async def hello(
        self,
        until: Until | None = None,
        *,
        plain: bool = False,
        accepts_bytes: int = BODY_LIMIT_BYTES,
    ) -> tuple[Hello, tuple[BoxKeyStatement, ...]]:
        """The room's first words, and own box keys that the hub has not heard of.

        Without *until* a session begins. The exchange number is on the disk.
        """
        if until is None:
            self._until = {}
            self._has_returned = False
            self._last_standing = None
        else:
            self._until = dict(until)
        if self._needs_preparation:
            await self.prepare()
        self._handed = []
        return await self._store.write(
            lambda rows: self._hello(rows, plain=plain, accepts_bytes=accepts_bytes)
        )

    async def outgoing(self) -> AsyncIterator[Outgoing]:
        """What the hub has not, in the order in which it can be linked.

        A set counts as handed over when the next one is asked for and the answer to
        the hello has come.
        """
        if self._returns_list and not self._has_returned:
            held = await self._store.read(held_list)
            for part in split_trust_list(held) if held is not None else ():
                yield Outgoing(part)
            self._has_returned = True
        after = (0, 0, b"")
        while True:
            found = await self._store.read(partial(unnamed_part, after=after))
            if not found:
                break
            for row in found:
                after = (row.log_no, row.seq, row.hash)
                yield outgoing_set(row)
                self._handed.append(after)
        seq = (await self._store.read(receipted)).seq
        while True:
            rows_left = await self._store.read(partial(own_part, after_seq=seq))
            if not rows_left:
                return
            for row in rows_left:
                seq = row.seq
                yield outgoing_set(row)

    async def take_checkpoint(
        self, hello: Hello, checkpoint: Checkpoint, *, is_live: bool = True
    ) -> Outcome:
        """Take the hub's word about where it stands; its answer's items may follow."""
        outcome, following = await self._store.write(
            lambda rows: self._take_checkpoint(rows, hello, checkpoint, is_live=is_live)
        )
        self._following = following
        self._parts = []
        for head in checkpoint.scopes:
            self._until.setdefault(head.scope, head.head_place)
        if outcome.is_restored:
            self._needs_preparation = True
        return Outcome(outcome.is_restored, outcome.is_contested, dict(self._until))

    async def take_bundle_head(self, head: BundleHead) -> Outcome:
        """Take message 0 of a bundle; its items may follow, as after a checkpoint.

        A bundle for another log, or one that begins above this room's place, brings
        nothing but what the hub's signature alone proves.
        """
        hello = await self._store.read(lambda rows: self._hello_of(rows, head))
        return await self.take_checkpoint(hello, head.checkpoint, is_live=False)

    async def take(self, items: Sequence[Item]) -> None:
        """Make items of the answer ours; durable when this returns.

        Raises:
            BadSignature: something is not what the hub or its author signed.
        """
        left = list(items)
        while left:
            first = left[0]
            if isinstance(first, TrustList):
                await self._take_list(first)
                del left[0]
                continue
            done, rewind = await self._take_some(left)
            del left[:done]
            if rewind is not None:
                await self._rewind(rewind)

    async def is_done(self, checkpoint: Checkpoint) -> bool:
        """Whether a session may end: both sides have what the other had to give."""
        following = self._following
        if following is None:
            return True
        broken = await self._store.write(
            lambda rows: prove_scopes(rows, checkpoint, following.stopped)
        )
        for rewind in broken:
            await self._rewind(rewind)
        is_even, standing = await self._store.read(
            lambda rows: self._is_even(rows, checkpoint, following)
        )
        barred = await self._store.read(barred_sets)
        if is_even and barred:
            self._needs_preparation = True
            is_even = False
        if is_even or standing == self._last_standing:
            return True
        self._last_standing = standing
        return False

    async def adopt(
        self, certificate: Certificate, trust_list: TrustList, hub_key: bytes
    ) -> None:
        """This room belongs to the hub from now on.

        Raises:
            BadSignature: the certificate or the list is not the hub's.
        """
        verify_certificate(certificate, hub_key, public_key(self._keys.machine_seed))

        def do(rows: Rows) -> None:
            take_list(rows, [trust_list], hub_key, may_replace=True)
            rows.settings.put(HUB_KEY, hub_key)
            rows.settings.put(CERTIFICATE, encode_certificate(certificate))
            rows.settings.put(HUB_TIME, certificate.not_before)
            self._take_scopes(rows)

        await self._store.write(do)

    async def hub_key(self) -> bytes | None:
        """The hub's Ed25519 key; None before joining."""
        return await self._store.read(_hub_key)

    async def hub_time(self) -> int:
        """The newest time that the hub has signed; 0 before the first."""
        return await self._store.read(
            lambda rows: int(rows.settings.get(HUB_TIME) or 0)
        )

    async def prefix(self, log: bytes, first_seq: int, last_seq: int) -> bytes | None:
        """The bytes of a compression prefix that an answer names."""
        return await self._store.read(
            lambda rows: prefix_of(rows, log, first_seq, last_seq)
        )

    async def choose_prefix(self) -> tuple[PrefixName, bytes] | None:
        """A prefix for the request: sets for which the last checkpoint has signed."""

        def find(rows: Rows) -> tuple[PrefixName, bytes] | None:
            known = receipted(rows)
            log_no = rows.logs.number_of(known.log)
            if log_no is None or not known.seq:
                return None
            return choose_prefix(rows, log_no, known.seq)

        return await self._store.read(find)

    async def _seal(self) -> None:
        await seal(
            self._store, self._keys, self._home, self._clock, self._is_secret
        )

    async def _go_on_as_new(self) -> None:
        """The database is older than what was sealed: a new incarnation goes on."""
        nonce = random_bytes(_NONCE_BYTES)

        def do(rows: Rows) -> Sealed:
            log_no = open_incarnation(rows, nonce)
            return Sealed(rows.logs.row(log_no).log, 0, ZERO_HASH)

        sealed = await self._store.write(do)
        write_sidecar(self._home, sealed)

    async def _settle(self) -> None:
        """Finish, in short steps, what forks and cuts have left to do."""
        nonce = random_bytes(_NONCE_BYTES)
        while await self._store.write(lambda rows: fork_step(rows, nonce)):
            self._needs_preparation = True
        while await self._store.write(cut_step):
            pass

    def _hello(
        self, rows: Rows, *, plain: bool, accepts_bytes: int
    ) -> tuple[Hello, tuple[BoxKeyStatement, ...]]:
        own = rows.logs.own()
        if own is None:
            message = "this machine has no log yet"
            raise LookupError(message)
        number = int(rows.settings.get(EXCHANGE) or 0) + 1
        rows.settings.put(EXCHANGE, number)
        last = rows.sets.last(own.log_no)
        hub_key = _hub_key(rows) or b""
        wire = rows.box_keys.newest(hub_key, Purpose.WIRE)
        courier = rows.box_keys.newest(hub_key, Purpose.COURIER)
        places = []
        for scope in rows.scopes.all():
            if scope.is_granted:
                head = head_of(rows, scope.scope_no)
                until = self._until.get(scope.scope, 0)
                places.append(ScopePlace(scope.scope, head.epoch, head.place, until))
        hello = Hello(
            log=own.log,
            exchange=number,
            head_seq=0 if last is None else last.seq,
            head_hash=ZERO_HASH if last is None else last.hash,
            scopes=tuple(places),
            verdicts=known_verdicts(rows, own.log),
            trust_serial=0 if self._asks_all else serial_of(rows),
            wire_serial=0 if wire is None else wire.serial,
            courier_serial=0 if courier is None else courier.serial,
            accepts_bytes=accepts_bytes,
            clock=self._clock.now(),
            is_plain=plain,
            birth=None if receipted(rows).seq else birth_of(rows),
        )
        return hello, self._statements(rows)

    def _statements(self, rows: Rows) -> tuple[BoxKeyStatement, ...]:
        told = rows.settings.get(TOLD) or [0, 0]
        mine = public_key(self._keys.machine_seed)
        found = []
        self._told = list(told)
        for place, purpose in enumerate((Purpose.WIRE, Purpose.COURIER)):
            newest = rows.box_keys.newest(mine, purpose)
            if newest is not None and newest.serial > told[place]:
                found.append(decode_statement(newest.statement))
                self._told[place] = newest.serial
        return tuple(found)

    def _take_checkpoint(
        self, rows: Rows, hello: Hello, checkpoint: Checkpoint, *, is_live: bool
    ) -> tuple[Outcome, Following]:
        following = Following(
            log=hello.log,
            checkpoint=checkpoint,
            is_live=is_live,
            is_same_log=False,
            places=start_places(hello.scopes),
        )
        known_time = int(rows.settings.get(HUB_TIME) or 0)
        rows.settings.put(HUB_TIME, max(known_time, checkpoint.hub_time))
        if is_live:
            self._note_handed(rows)
        if not is_live and checkpoint.hub_time <= known_time:
            following.is_same_log = self._is_ours(rows, hello.log, checkpoint)
            return Outcome(), following
        return self._compare(rows, following), following

    def _compare(self, rows: Rows, following: Following) -> Outcome:
        """Compare the hub's receipt with what this room sealed."""
        own = rows.logs.own()
        checkpoint = following.checkpoint
        if own is None or own.log != following.log:
            return Outcome()
        if self._is_ours(rows, own.log, checkpoint):
            following.is_same_log = True
            before = receipted(rows)
            if checkpoint.receipted_seq < before.seq:
                resend_settled(rows)
            put_receipted(
                rows,
                Receipted(
                    log=own.log,
                    seq=checkpoint.receipted_seq,
                    hash=checkpoint.receipted_hash,
                    receipt=checkpoint.receipt,
                    hub_time=checkpoint.hub_time,
                ),
            )
            if checkpoint.receipted_seq:
                rows.sets.set_receipt(
                    own.log_no,
                    checkpoint.receipted_seq,
                    checkpoint.receipted_hash,
                    checkpoint.receipt,
                )
            return Outcome()
        last = rows.sets.last(own.log_no)
        last_seq = 0 if last is None else last.seq
        is_unsure = last_seq > receipted(rows).seq
        if is_unsure:
            rows.settings.put(SUSPECT, own.log)
        if checkpoint.receipted_seq <= last_seq:
            return Outcome(is_contested=True)
        open_incarnation(rows, random_bytes(_NONCE_BYTES))
        return Outcome(is_restored=True)

    def _is_ours(self, rows: Rows, log: bytes, checkpoint: Checkpoint) -> bool:
        log_no = rows.logs.number_of(log)
        if log_no is None:
            return False
        seq, set_hash = checkpoint.receipted_seq, checkpoint.receipted_hash
        return seq == 0 or rows.sets.get(log_no, seq, set_hash) is not None

    def _note_handed(self, rows: Rows) -> None:
        for log_no, seq, set_hash in self._handed:
            row = rows.sets.get(log_no, seq, set_hash)
            if row is not None:
                rows.sets.set_state(log_no, seq, set_hash, row.state, HANDED)
        self._handed = []
        if self._told:
            rows.settings.put(TOLD, self._told)

    def _hello_of(self, rows: Rows, head: BundleHead) -> Hello:
        """The hello that a bundle answers, as far as it matters for reading it."""
        places: dict[Scope, ScopePlace] = {}
        for span in head.spans:
            if span.scope not in places and self._begins_here(rows, span.scope, head):
                places[span.scope] = ScopePlace(span.scope, span.epoch, span.from_place)
        return Hello(
            log=head.log,
            exchange=0,
            head_seq=0,
            head_hash=ZERO_HASH,
            scopes=tuple(places.values()),
            verdicts=0,
            trust_serial=0,
            wire_serial=0,
            courier_serial=0,
            accepts_bytes=0,
            clock=0,
        )

    def _begins_here(self, rows: Rows, scope: Scope, head: BundleHead) -> bool:
        """Whether the bundle's first span of the scope joins the order read here."""
        scope_no = rows.scopes.number_of(scope)
        if scope_no is None:
            return False
        span = next(each for each in head.spans if each.scope == scope)
        chain = chain_at(rows, scope_no, span.epoch, span.from_place)
        return chain is not None and chain == span.from_chain

    async def _take_some(self, items: Sequence[Item]) -> tuple[int, Rewind | None]:
        following = self._following
        if following is None:
            return len(items), None
        at = following.copy()

        def do(rows: Rows) -> tuple[int, Rewind | None]:
            begun = elapsed()
            follower = Follower(rows, at, self._clock.now(), self._suspect)
            for done, item in enumerate(items):
                if isinstance(item, TrustList):
                    return done, None
                rewind = follower.take(item)
                if rewind is not None:
                    return done, rewind
                if elapsed() - begun >= STEP_SECONDS:
                    return done + 1, None
            return len(items), None

        result = await self._store.write(do)
        self._following = at
        return result

    def _suspect(self, rows: Rows) -> None:
        own = rows.logs.own()
        if own is not None:
            rows.settings.put(SUSPECT, own.log)

    async def _take_list(self, part: TrustList) -> None:
        """Trust entries come before the feed, so that its logs are known."""
        hub_key = await self.hub_key()
        if hub_key is None:
            return
        self._parts.append(part)
        is_live = self._following is not None and self._following.is_live

        def do(rows: Rows) -> ListTaken:
            if part.serial < serial_of(rows):
                return ListTaken.FOREIGN if is_live else ListTaken.TAKEN
            taken = take_list(
                rows, self._parts, hub_key, may_replace=self._has_returned
            )
            if taken is ListTaken.TAKEN:
                self._take_scopes(rows)
            elif taken is ListTaken.FOREIGN:
                resend_settled(rows)
            return taken

        taken = await self._store.write(do)
        self._returns_list = taken is ListTaken.FOREIGN
        self._asks_all = taken is ListTaken.PARTIAL
        if taken is ListTaken.TAKEN:
            await self._settle()

    def _take_scopes(self, rows: Rows) -> None:
        for log in rows.logs.all():
            if log.is_own and log.parent_no is None:
                take_own_scopes(rows, log.log)

    async def _rewind(self, rewind: Rewind) -> None:
        while await self._store.write(lambda rows: rewind_step(rows, *rewind)):
            pass
        await self._store.write(resend_settled)

    def _is_even(
        self, rows: Rows, checkpoint: Checkpoint, following: Following
    ) -> tuple[bool, object]:
        own = rows.logs.own()
        own_log = b"" if own is None else own.log
        places = {}
        is_even = not following.stopped and own_log == following.log
        is_even = is_even and not has_departures(rows)
        is_even = is_even and not self._owes_list() and not self._asks_all
        for scope in rows.scopes.all():
            if scope.is_granted:
                head = head_of(rows, scope.scope_no)
                places[scope.scope] = (head.epoch, head.place)
                is_even = is_even and scope.scope in following.places
        for ended in checkpoint.scopes:
            reached = places.get(ended.scope, (0, 0))
            goal = min(self._until.get(ended.scope, 0), ended.head_place)
            is_even = is_even and reached >= (ended.epoch, goal)
        standing = (
            own_log,
            receipted(rows),
            tuple(sorted(places.items())),
            serial_of(rows),
            has_departures(rows),
            self._owes_list(),
            self._asks_all,
            rows.settings.get(SUSPECT),
        )
        return is_even, standing

    def _owes_list(self) -> bool:
        return self._returns_list and not self._has_returned


def _hub_key(rows: Rows) -> bytes | None:
    key = rows.settings.get(HUB_KEY)
    return key if isinstance(key, bytes) else None
