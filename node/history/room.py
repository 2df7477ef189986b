"""The room's side of an exchange: says where it stands, hands over, follows.

Knows nothing of sockets and frames. What it hands over is sealed, what it has taken is
on the disk. One object serves one session at a time.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from typing import Final

from node.clock import Clock, elapsed
from node.errors import IncarnationBehind, SidecarDamaged
from node.history.departures import (
    Outgoing,
    note_handed,
    outgoing_set,
    own_part,
    receipted,
    unnamed_part,
)
from node.history.evenness import Standing, is_even, standing_of
from node.history.extracts import tidy_extracts
from node.history.following import (
    Follower,
    Following,
    Rewind,
    start_places,
)
from node.history.forks import fork_step
from node.history.greeting import (
    TOLD,
    Until,
    hello_of_bundle,
    hub_time_of,
    make_hello,
    note_hub_time,
    note_membership,
    untold_statements,
)
from node.history.incarnation import open_incarnation
from node.history.preamble import first_items
from node.history.prefixes import prefix_of, receipted_prefix
from node.history.proof import parted_scopes, prove_scopes
from node.history.receipts import Outcome, clear_suspicion, compare_receipt, is_ours
from node.history.registers import hub_key_of
from node.history.revocation import cut_step
from node.history.rewinding import resend_settled, rewind_step
from node.history.sealing import seal
from node.history.sidecar import Sealed, write_sidecar
from node.history.trust import (
    ListTaken,
    serial_of,
    take_granted_scopes,
    take_list,
)
from node.history.unattended import is_owing, work_off
from node.home import Home
from node.keys import KeyFolder, random_bytes
from node.store.port import Rows
from node.store.store import Store
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
    TrustList,
)
from protocol.operations import Value
from protocol.signing import public_key
from protocol.trust import verify_certificate

STEP_SECONDS: Final = 0.04
_NONCE_BYTES: Final = 16

__all__ = ["Outcome", "Outgoing", "RoomSide", "Until"]


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
        self._last_standing: Standing | None = None

    async def prepare(self) -> None:
        """Make ready what is to go: finish what was begun, seal the journal."""
        await self._settle()
        while await self._store.write(
            lambda rows: work_off(rows, self._clock.now(), self._is_secret)
        ):
            pass
        parts = (self._store, self._keys, self._home, self._clock, self._is_secret)
        try:
            await seal(*parts)
        except (IncarnationBehind, SidecarDamaged):
            await self._go_on_as_new()
            await seal(*parts)
        self._needs_preparation = False

    async def hello(
        self,
        until: Until | None = None,
        *,
        plain: bool = False,
        introduces: bool = False,
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
        mine = public_key(self._keys.machine_seed)

        def do(rows: Rows) -> tuple[Hello, tuple[BoxKeyStatement, ...]]:
            made = make_hello(
                rows,
                self._until,
                clock=self._clock.now(),
                accepts_bytes=accepts_bytes,
                is_plain=plain,
                asks_all=self._asks_all,
                introduces=introduces,
            )
            statements, self._told = untold_statements(rows, mine)
            return made, statements

        return await self._store.write(do)

    async def outgoing(self) -> AsyncIterator[Outgoing]:
        """What the hub has not, in the order in which it can be linked.

        A set counts as handed over when the next one is asked for and the answer to
        the hello has come.
        """
        owes_list = self._returns_list and not self._has_returned
        for item in await self._store.read(partial(first_items, owes_list=owes_list)):
            yield Outgoing(item)
        self._has_returned |= owes_list
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
        only what the hub's signature proves, a parted order among it.
        """
        checkpoint = head.checkpoint
        parted = await self._store.read(partial(parted_scopes, checkpoint=checkpoint))
        hello = await self._store.read(lambda rows: hello_of_bundle(rows, head))
        outcome = await self.take_checkpoint(hello, checkpoint, is_live=False)
        for rewind in parted:
            await self._rewind(rewind)
        return outcome

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
        if not following.stopped and await self._store.write(clear_suspicion):
            self._needs_preparation = True
        await tidy_extracts(self._store)
        owes = (self._returns_list and not self._has_returned) or self._asks_all
        standing = await self._store.read(partial(standing_of, owes_trust=owes))
        ends = is_even(standing, checkpoint, following, self._until)
        if ends and await self._store.read(is_owing):
            self._needs_preparation = True
            ends = False
        if ends or standing == self._last_standing:
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
            note_membership(rows, certificate, hub_key)
            take_granted_scopes(rows)

        await self._store.write(do)

    async def hub_key(self) -> bytes | None:
        """The hub's Ed25519 key; None before joining."""
        return await self._store.read(hub_key_of)

    async def hub_time(self) -> int:
        """The newest time that the hub has signed; 0 before the first."""
        return await self._store.read(hub_time_of)

    async def prefix(self, log: bytes, first_seq: int, last_seq: int) -> bytes | None:
        """The bytes of a compression prefix that an answer names."""
        return await self._store.read(
            lambda rows: prefix_of(rows, log, first_seq, last_seq)
        )

    async def choose_prefix(self) -> tuple[PrefixName, bytes] | None:
        """A prefix for the request: sets for which the last checkpoint has signed."""
        return await self._store.read(receipted_prefix)

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
        await tidy_extracts(self._store)

    def _take_checkpoint(
        self, rows: Rows, hello: Hello, checkpoint: Checkpoint, *, is_live: bool
    ) -> tuple[Outcome, Following]:
        nonce = random_bytes(_NONCE_BYTES)
        following = Following(
            log=hello.log,
            checkpoint=checkpoint,
            is_live=is_live,
            is_same_log=False,
            nonce=nonce,
            places=start_places(hello.scopes),
        )
        own_time = self._clock.now() if is_live else None
        known_time = note_hub_time(rows, checkpoint.hub_time, own_time)
        if is_live:
            note_handed(rows, self._handed)
            self._handed = []
            if self._told:
                rows.settings.put(TOLD, self._told)
        if not is_live and checkpoint.hub_time <= known_time:
            following.is_same_log = is_ours(rows, hello.log, checkpoint)
            return Outcome(), following
        return compare_receipt(rows, following, nonce), following

    async def _take_some(self, items: Sequence[Item]) -> tuple[int, Rewind | None]:
        following = self._following
        if following is None:
            return len(items), None
        at = following.copy()

        def do(rows: Rows) -> tuple[int, Rewind | None]:
            begun = elapsed()
            follower = Follower(rows, at, self._clock.now())
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
        self._needs_preparation |= at.has_new_log
        return result

    async def _take_list(self, part: TrustList) -> None:
        """Trust entries come before the feed, so that its logs are known."""
        hub_key = await self.hub_key()
        if hub_key is None:
            return
        self._parts.append(part)
        is_live = self._following is not None and self._following.is_live

        def do(rows: Rows) -> ListTaken:
            if part.serial < serial_of(rows):
                if is_live:
                    resend_settled(rows)
                return ListTaken.FOREIGN if is_live else ListTaken.TAKEN
            taken = take_list(
                rows, self._parts, hub_key, may_replace=self._has_returned
            )
            if taken is ListTaken.TAKEN:
                take_granted_scopes(rows)
            elif taken is ListTaken.FOREIGN:
                resend_settled(rows)
            return taken

        taken = await self._store.write(do)
        self._returns_list = taken is ListTaken.FOREIGN
        self._asks_all = taken is ListTaken.PARTIAL
        if taken is ListTaken.TAKEN:
            await self._settle()

    async def _rewind(self, rewind: Rewind) -> None:
        while await self._store.write(lambda rows: rewind_step(rows, *rewind)):
            pass
        await self._store.write(resend_settled)
