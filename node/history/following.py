"""A room follows the hub's order: entries of the feed become its own.

Items say no places: they follow each other from the place in the hello that the feed
answers. Entries that the room has already are passed over, so a bundle may come twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

from node.history.branches import operations_of
from node.history.extracts import take_extract
from node.history.incarnation import SUSPECT, open_incarnation
from node.history.order import append_opening, append_set, chain_at, head_of
from node.history.projection import apply_set
from node.history.redactions import take_redactions
from node.history.results_taken import take_results
from node.history.revocation import is_cut
from node.store.port import Rows
from node.store.row_types import HeadRow, SetRow, SetState
from protocol.changeset import ChangeSet, from_wire, stored_set, verify_set
from protocol.identity import Scope
from protocol.messages import (
    Checkpoint,
    ExtractItem,
    FeedOpening,
    FeedSet,
    FeedStubs,
    Item,
    Results,
    ScopePlace,
)

_OURS = frozenset({SetState.SEALED, SetState.WAITING, SetState.QUARANTINED})


class Rewind(NamedTuple):
    """The order that was read up to here is no more above this place."""

    scope_no: int
    epoch: int
    place: int


@dataclass(slots=True)
class Following:
    """Where the reading of one answer stands; copied before each transaction."""

    log: bytes
    """Log of the hello that is answered: whose sets the stubs are."""
    checkpoint: Checkpoint
    is_live: bool
    """It answers a hello of this session; else it comes from a bundle."""
    is_same_log: bool
    """The hub's receipt is of a set of ours, so its verdicts are about ours."""
    nonce: bytes
    """Of a new log, should it turn out that somebody else writes in ours."""
    has_new_log: bool = False
    """So it did."""
    places: dict[Scope, tuple[int, int]] = field(default_factory=dict)
    """Place of the last entry read, by the scope's name in the hello."""
    stopped: frozenset[Scope] = frozenset()
    """Scopes of which this answer can give no more."""
    last_hash: bytes | None = None

    def copy(self) -> Following:
        """A copy that may be thrown away with its transaction."""
        return replace(self, places=dict(self.places))


def start_places(scopes: tuple[ScopePlace, ...]) -> dict[Scope, tuple[int, int]]:
    """Where the answer to a hello begins to read."""
    return {place.scope: (place.epoch, place.place) for place in scopes}


class Follower:
    """Takes items inside one transaction."""

    def __init__(
        self,
        rows: Rows,
        at: Following,
        now: int,
    ) -> None:
        self._rows = rows
        self._at = at
        self._now = now

    def take(self, item: Item) -> Rewind | None:
        """Take one item; a Rewind has to be done first, then the item comes again."""
        match item:
            case FeedSet():
                self._take_set(item)
            case FeedStubs():
                self._take_stubs(item)
            case FeedOpening():
                return self._take_opening(item)
            case Results():
                take_results(self._rows, self._at, item)
            case ExtractItem():
                take_extract(self._rows, item)
            case _:
                pass
        return None

    def _next_place(self, scope: Scope) -> tuple[int, HeadRow] | None:
        """The scope's number and head, if the next entry is the one after it."""
        scope_no = self._rows.scopes.number_of(scope)
        known = self._at.places.get(scope)
        if scope_no is None or known is None or scope in self._at.stopped:
            return None
        epoch, place = known[0], known[1] + 1
        head = head_of(self._rows, scope_no)
        if epoch < head.epoch or (epoch == head.epoch and place <= head.place):
            self._at.places[scope] = (epoch, place)
            return None
        if (epoch, place) != (head.epoch, head.place + 1):
            self._stop(scope)
            return None
        return scope_no, head

    def _stop(self, scope: Scope) -> None:
        self._at.stopped |= {scope}

    def _entered(self, scope: Scope, head: HeadRow) -> None:
        self._at.places[scope] = (head.epoch, head.place)

    def _take_set(self, item: FeedSet) -> None:
        change_set = from_wire(item.wire, prev=self._at.last_hash)
        self._at.last_hash = change_set.hash
        found = self._next_place(item.scope)
        if found is None:
            return
        scope_no, _ = found
        root = self._rows.logs.by_id(change_set.header.log)
        if root is None or root.public_key is None:
            self._stop(item.scope)
            return
        verify_set(change_set, root.public_key)
        log_no = root.log_no
        if item.branch:
            branch = self._rows.logs.by_id(item.branch)
            if branch is None or branch.parent_no is None:
                self._stop(item.scope)
                return
            log_no = branch.log_no
        if self._is_contested(log_no, change_set):
            self._rows.settings.put(SUSPECT, root.log)
            self._stop(item.scope)
            return
        self._leave_to_its_writer(log_no, change_set)
        row = self._stored(log_no, scope_no, change_set)
        self._admit(item.scope, row, change_set)

    def _leave_to_its_writer(self, log_no: int, change_set: ChangeSet) -> None:
        """Where our newest log has a set that we have not written, go on under another.

        A clone wrote it, or we did before we were put back from a copy. A receipt says
        so over a link; a bundle may be read whose receipt is not news. Under the same
        log our next numbers would be given twice.
        """
        own = self._rows.logs.own()
        if own is None or own.log_no != log_no:
            return
        if self._rows.sets.get(log_no, change_set.header.seq, change_set.hash) is None:
            open_incarnation(self._rows, self._at.nonce)
            self._at.has_new_log = True

    def _is_contested(self, log_no: int, change_set: ChangeSet) -> bool:
        """Whether the log has another set of ours there; the hub will decide."""
        if not self._rows.logs.row(log_no).is_own:
            return False
        seq = change_set.header.seq
        return any(
            row.hash != change_set.hash and row.state in _OURS
            for row in self._rows.sets.at(log_no, seq)
        )

    def _take_stubs(self, item: FeedStubs) -> None:
        log_no = self._rows.logs.number_of(self._at.log)
        for seq in range(item.first_seq, item.first_seq + item.count):
            found = self._next_place(item.scope)
            if found is None:
                continue
            rows = [] if log_no is None else self._rows.sets.at(log_no, seq)
            if len(rows) != 1:
                self._stop(item.scope)
                return
            row = rows[0]
            change_set = stored_set(row.header, row.signature, row.body)
            self._admit(item.scope, row, change_set)

    def _stored(self, log_no: int, scope_no: int, change_set: ChangeSet) -> SetRow:
        header = change_set.header
        known = self._rows.sets.get(log_no, header.seq, change_set.hash)
        if known is not None:
            if known.scope_no != scope_no and known.state != SetState.ADMITTED:
                self._rows.sets.move(known, log_no, scope_no)
                known = known._replace(scope_no=scope_no)
            return known
        row = SetRow(
            log_no=log_no,
            seq=header.seq,
            hash=change_set.hash,
            scope_no=scope_no,
            first_n=header.first_n,
            op_count=header.count,
            state=SetState.HELD,
            reason="",
            received_at=self._now,
            receipt=0,
            header=change_set.header_bytes,
            signature=change_set.signature,
            body=change_set.body,
        )
        self._rows.sets.add(row)
        return row

    def _admit(self, scope: Scope, row: SetRow, change_set: ChangeSet) -> None:
        """The set stands at the next place of the scope's order."""
        rows = self._rows
        head = append_set(rows, row.scope_no, row)
        self._entered(scope, head)
        state = SetState.ADMITTED
        if row.body is None:
            state = SetState.REMOVED
        elif is_cut(rows, row.log_no, row.seq):
            state = SetState.CUT
        rows.sets.set_state(row.log_no, row.seq, row.hash, state)
        if state != SetState.ADMITTED or change_set.header.is_opaque:
            return
        operations = operations_of(rows, row.log_no, change_set)
        apply_set(
            rows,
            row.log_no,
            row.scope_no,
            operations,
            admitted=True,
            seq=row.seq,
            received_at=row.received_at,
        )
        take_redactions(rows, operations)

    def _take_opening(self, item: FeedOpening) -> Rewind | None:
        """A new epoch begins: what was read above the point it names is no more."""
        scope_no = self._rows.scopes.number_of(item.scope)
        if scope_no is None or item.scope in self._at.stopped:
            return None
        head = head_of(self._rows, scope_no)
        if item.epoch <= head.epoch:
            self._at.places[item.scope] = (item.epoch, item.place)
            return None
        point = (item.from_epoch, item.from_place)
        chain = chain_at(self._rows, scope_no, *point)
        if (head.epoch, head.place) == point and chain == item.from_chain:
            opened = append_opening(
                self._rows, scope_no, item.epoch, *point, item.from_chain
            )
            self._entered(item.scope, opened)
            return None
        if chain == item.from_chain and (head.epoch, head.place) > point:
            return Rewind(scope_no, *point)
        self._stop(item.scope)
        return rewind_below(self._rows, scope_no, point)


def rewind_below(rows: Rows, scope_no: int, point: tuple[int, int]) -> Rewind | None:
    """How far to go back where the hub's order and ours part somewhere before *point*.

    To the end of what an older epoch has here, or to the very beginning.
    """
    head = head_of(rows, scope_no)
    if (head.epoch, head.place) <= (1, 0):
        return None
    if head.epoch > point[0] or head.epoch == 1:
        opening = rows.orders.entry(scope_no, head.epoch, 1)
        if head.epoch > 1 and opening is not None:
            return Rewind(scope_no, opening.from_epoch, opening.from_place)
    return Rewind(scope_no, 1, 0)
