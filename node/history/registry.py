"""What a hub's operator does about machines: founding, inviting, granting, cutting."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from node.clock import Clock
from node.history.branches import find_set, root_no
from node.history.enrolment import (
    ROLE_ROOM,
    Invited,
    Joined,
    admit_machine,
    find_invitation,
    keep_invitation,
)
from node.history.epochs import open_epochs
from node.history.gaps import state_gap
from node.history.granting import appoint_first
from node.history.intake import Intake, Taken
from node.history.journal import save
from node.history.registers import COMMON
from node.history.revocation import cut_step, revoke_log
from node.history.trust import entry_of, grant_scopes, issue, signed_list
from node.keys import KeyFolder, random_bytes
from node.store.port import Rows
from node.store.row_types import SetState
from node.store.store import Store
from protocol.header import decode_header
from protocol.hello_codec import decode_hello
from protocol.identity import FONDS_ID_BYTES, Scope
from protocol.messages import (
    Certificate,
    GrantedScope,
    Hello,
    Invitation,
    JoinStatement,
    TrustEntry,
)
from protocol.operations import Actor, ActorKind, Create, Value
from protocol.signing import key_hash, public_key
from protocol.trust import sign_certificate

_NAME = "machine.name"
_RELEASED_AT_ONCE = 8
_SET_ASIDE = 1000
"""Sets of one log that are looked at; no log's stand in the way of another's."""
_BY_RIGHT = frozenset({"scope", "unknown-log"})
"""Reasons of quarantine that a grant may lift."""


class HubRegistry:
    """The hub's own words about machines; every word is a trust entry."""

    def __init__(
        self,
        store: Store,
        keys: KeyFolder,
        clock: Clock,
        is_secret: Callable[[int, Value], bool],
    ) -> None:
        self._store = store
        self._keys = keys
        self._clock = clock
        self._is_secret = is_secret

    async def found(self, name: str, values: Sequence[tuple[int, Value]] = ()) -> Scope:
        """Make the scope that all machines read, with one record of *values*.

        The hub's own log gets its trust entry. Once only; the hub's log is there.
        """
        fonds = random_bytes(FONDS_ID_BYTES)

        def do(rows: Rows) -> Scope:
            known = rows.settings.get(COMMON)
            if known is not None:
                return Scope(known[0], known[1])
            scope = Scope(fonds, 0)
            scope_no = rows.scopes.ensure(scope)
            rows.scopes.set_granted(scope_no, is_granted=True)
            rows.settings.put(COMMON, [scope.fonds, scope.compartment])
            own = rows.logs.own()
            if own is not None and own.public_key is not None:
                entry = TrustEntry(
                    serial=0,
                    log=own.log,
                    public_key=own.public_key,
                    nonce=own.nonce or b"",
                    name=name,
                    scopes=(GrantedScope(scope),),
                )
                issue(rows, entry)
            if values:
                actor = Actor(name, ActorKind.PROGRAM)
                now = self._clock.now()
                save(
                    rows,
                    scope_no,
                    lambda n: Create(
                        n=n, actor=actor, made_at=now, values=tuple(values)
                    ),
                )
            return scope

        return await self._store.write(do)

    async def invite(
        self, name: str, fonds: Mapping[str, str], address: str = ""
    ) -> Invitation:
        """A one-time invitation for the machine *name* and its fonds (code: title)."""
        invitation, secret = random_bytes(16), random_bytes(16)
        now = self._clock.now()
        await self._store.write(
            lambda rows: keep_invitation(rows, invitation, secret, name, fonds, now)
        )
        hub_hash = key_hash(public_key(self._keys.machine_seed))
        return Invitation(invitation, secret, hub_hash, address)

    async def invited(self, invitation: bytes) -> Invited | None:
        """What an invitation promises; None where it was never given out."""
        return await self._store.read(lambda rows: find_invitation(rows, invitation))

    async def join(
        self, statement: JoinStatement, scopes: Mapping[str, Scope], site: str = ""
    ) -> Joined:
        """Take a machine in that proved to hold the invitation's secret.

        Raises:
            UnexpectedMessage: another machine used the invitation.
        """
        seed = self._keys.machine_seed

        def do(rows: Rows) -> Joined:
            entry = admit_machine(rows, statement, scopes)
            own = Actor(str(rows.settings.get(_NAME) or ""), ActorKind.PROGRAM)
            for scope in scopes.values():
                number = rows.scopes.ensure(scope)
                appoint_first(rows, number, entry.public_key, own, self._clock.now())
            certificate = Certificate(
                node_key=entry.public_key,
                name=entry.name,
                site=site,
                scopes=entry.scopes,
                role=ROLE_ROOM,
                serial=entry.serial,
                not_before=self._clock.now(),
            )
            return Joined(
                sign_certificate(certificate, seed), signed_list(rows, 0, seed)
            )

        joined = await self._store.write(do)
        await self.settle()
        return joined

    async def grant(self, log: bytes, granted: Sequence[GrantedScope]) -> bool:
        """Let a machine write and read more scopes; what waited for that is judged.

        *log* is any of its logs; False where the hub has not heard of it.
        """
        is_done = await self._store.write(lambda rows: grant_scopes(rows, log, granted))
        await self.settle()
        return is_done

    async def revoke(
        self, log: bytes, cut_seq: int | None = None, cut_hash: bytes = b""
    ) -> bool:
        """Trust a machine no more; its log counts up to the cut (default: all)."""
        is_done = await self._store.write(
            lambda rows: revoke_log(rows, log, cut_seq, cut_hash)
        )
        await self.settle()
        return is_done

    async def release(self, log: bytes, seq: int, set_hash: bytes) -> Taken | None:
        """Admit a quarantined set by an operator's word; None where it is not one."""

        def do(rows: Rows) -> Taken | None:
            row = find_set(rows, log, seq, set_hash)
            if row is None or row.state != SetState.QUARANTINED:
                return None
            intake = Intake(rows, self._clock.now(), self._is_secret)
            return intake.rejudge(row, is_forced=True)

        return await self._store.write(do)

    async def state_lost(self, log: bytes, first_seq: int, last_seq: int) -> None:
        """Say that these sets of a log will never come; what waits behind is linked."""

        def do(rows: Rows) -> None:
            log_no = rows.logs.number_of(log)
            if log_no is not None:
                state_gap(rows, log_no, first_seq, last_seq)
                intake = Intake(rows, self._clock.now(), self._is_secret)
                intake.close_gaps(log)
                intake.finish()

        await self._store.write(do)

    async def raise_epoch(self) -> None:
        """The hub was restored from an older copy: open a new epoch everywhere."""
        await self._store.write(open_epochs)

    async def settle(self) -> None:
        """Finish, in short steps, what grants and cuts have left to do."""
        while await self._store.write(cut_step):
            pass
        after = (0, 0, b"")
        while True:
            work = partial(self._rejudge_some, after=after)
            found = await self._store.write(work)
            if found is None:
                return
            after = found

    def last_hello(self, rows: Rows, log: bytes) -> tuple[Hello, bytes] | None:
        """The newest hello heard of a log, and its hash."""
        log_no = rows.logs.number_of(log)
        peer = None if log_no is None else rows.peers.get(log_no)
        if peer is None or peer.hello is None:
            return None
        return decode_hello(peer.hello), peer.hello_hash

    def _rejudge_some(
        self, rows: Rows, after: tuple[int, int, bytes]
    ) -> tuple[int, int, bytes] | None:
        """Judge some sets again whose log may have got the right meanwhile."""
        intake = Intake(rows, self._clock.now(), self._is_secret)
        left = (
            row
            for log in rows.logs.all()
            if log.log_no >= after[0]
            for row in rows.sets.in_state(log.log_no, SetState.QUARANTINED, _SET_ASIDE)
            if (row.log_no, row.seq, row.hash) > after
        )
        done = 0
        for row in left:
            after = (row.log_no, row.seq, row.hash)
            if row.reason in _BY_RIGHT and self._has_right(
                rows, row.log_no, row.header
            ):
                intake.rejudge(row)
                done += 1
            if done >= _RELEASED_AT_ONCE:
                break
        return after if done else None

    def _has_right(self, rows: Rows, log_no: int, header: bytes) -> bool:
        root = rows.logs.row(root_no(rows, log_no))
        entry = entry_of(rows, root.log)
        if entry is None:
            return False
        scope_no = rows.scopes.number_of(decode_header(header).scope)
        return scope_no in {rows.scopes.ensure(each.scope) for each in entry.scopes}
