"""Change-sets that reach the hub: verified, stored, receipted, judged, admitted.

- What verifies is stored and gets a receipt, whatever the judgement.
- A set is linked when its predecessor is here, or its log has stated the gap.
- One judgement does not touch the sets behind it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from node.history.admission import Admission
from node.history.branches import ensure_branch, family
from node.history.gaps import stated_gaps
from node.history.succession import leave_to_its_writer
from node.history.trust import decide_fork, entry_of, entry_of_key, issue
from node.store.port import Rows
from node.store.row_types import LogRow, SetRow, SetState
from protocol.changeset import ChangeSet, stored_set, verify_set
from protocol.errors import BadSignature
from protocol.identity import log_id
from protocol.messages import Birth, Fork, LogState, TrustEntry, Verdict
from protocol.operations import Value

RECEIPTS = "receipts.last"
_WAITING_AT_ONCE = 64
FORKS_DECIDED = 64
"""Forks of one log; every machine hears of each. More of its sets have to wait."""

IsSecret = Callable[[int, Value], bool]


class Taken(NamedTuple):
    """What became of one set."""

    log: bytes
    seq: int
    verdict: Verdict
    reason: str = ""


class Intake:
    """Takes sets inside one transaction; ``finish`` before it ends."""

    def __init__(self, rows: Rows, now: int, is_secret: IsSecret) -> None:
        self._rows = rows
        self._now = now
        self._admission = Admission(rows, now, is_secret)
        self._receipt = int(rows.settings.get(RECEIPTS) or 0)
        self._roots: dict[bytes, LogRow] = {}
        self._heads: dict[int, tuple[int, bytes]] = {}

    def finish(self) -> None:
        """Write down the last receipt number."""
        self._rows.settings.put(RECEIPTS, self._receipt)

    def take(self, change_set: ChangeSet) -> Taken:
        """Store the set if it verifies, and judge it as far as that goes today."""
        header = change_set.header
        root = self._root(header.log, header.birth)
        if root is None or root.public_key is None:
            return Taken(header.log, header.seq, Verdict.REFUSED, "unknown-log")
        try:
            verify_set(change_set, root.public_key)
        except BadSignature:
            return Taken(header.log, header.seq, Verdict.REFUSED, "bad-signature")
        if self._is_stored(root, change_set):
            return Taken(header.log, header.seq, Verdict.DUPLICATE)
        leave_to_its_writer(self._rows, root.log_no)
        home = self._home(root, change_set)
        placed = None if home is None else self._place(root, home, change_set)
        self._receipt += 1
        if placed is None:
            reason = "gap" if home is None else "forks"
            row = self._store(root.log_no, change_set, reason)
            self._admission.say(root, row, Verdict.WAITING, reason)
            if header.lost:
                self.close_gaps(header.log)
            return Taken(header.log, header.seq, Verdict.WAITING, reason)
        home, is_fork = placed
        row = self._store(home, change_set)
        self._advance(row)
        taken = self._judge(root, row, change_set, is_fork=is_fork)
        self._follow(root, row)
        return taken

    def take_own(self, row: SetRow) -> Taken:
        """Admit a set that this hub sealed itself."""
        root = self._rows.logs.row(row.log_no)
        self._receipt += 1
        self._rows.sets.set_receipt(row.log_no, row.seq, row.hash, self._receipt)
        change_set = stored_set(row.header, row.signature, row.body)
        verdict, reason = self._admission.judge(root, None, row, change_set)
        return Taken(root.log, row.seq, verdict, reason)

    def rejudge(self, row: SetRow, *, is_forced: bool = False) -> Taken:
        """Judge a quarantined set again; *is_forced*: an operator released it."""
        root = self._root_row(row.log_no)
        change_set = stored_set(row.header, row.signature, row.body)
        verdict, reason = self._admission.judge(
            root, entry_of(self._rows, root.log), row, change_set, is_forced=is_forced
        )
        return Taken(root.log, row.seq, verdict, reason)

    def _judge(
        self, root: LogRow, row: SetRow, change_set: ChangeSet, *, is_fork: bool
    ) -> Taken:
        entry = entry_of(self._rows, root.log)
        if is_fork:
            self._admission.say(root, row, Verdict.FORKED, "")
        verdict, reason = self._admission.judge(root, entry, row, change_set)
        if is_fork:
            return Taken(root.log, row.seq, Verdict.FORKED)
        return Taken(root.log, row.seq, verdict, reason)

    def _root(self, log: bytes, birth: Birth | None) -> LogRow | None:
        """The log of a header; a new incarnation of a known machine becomes known."""
        known = self._roots.get(log)
        if known is None:
            known = ensure_log(self._rows, log, birth)
            if known is not None:
                self._roots[log] = known
        return known

    def _root_row(self, log_no: int) -> LogRow:
        row = self._rows.logs.row(log_no)
        while row.parent_no is not None:
            row = self._rows.logs.row(row.parent_no)
        return row

    def _is_stored(self, root: LogRow, change_set: ChangeSet) -> bool:
        seq, set_hash = change_set.header.seq, change_set.hash
        return any(
            self._rows.sets.get(log.log_no, seq, set_hash) is not None
            for log in family(self._rows, root.log_no)
        )

    def _head(self, log_no: int) -> tuple[int, bytes]:
        head = self._heads.get(log_no)
        if head is None:
            last = self._rows.sets.linked(log_no)
            head = (0, b"") if last is None else (last.seq, last.hash)
            self._heads[log_no] = head
        return head

    def _advance(self, row: SetRow) -> None:
        if self._head(row.log_no)[0] < row.seq:
            self._heads[row.log_no] = (row.seq, row.hash)

    def _home(self, root: LogRow, change_set: ChangeSet) -> int | None:
        """The log or branch that the set goes on; None while that cannot be said."""
        header = change_set.header
        if header.seq == 1:
            return root.log_no
        logs = family(self._rows, root.log_no)
        for log in logs:
            if self._head(log.log_no) == (header.seq - 1, header.prev):
                return log.log_no
        for log in logs:
            for row in self._rows.sets.at(log.log_no, header.seq - 1):
                if row.hash == header.prev and row.state != SetState.WAITING:
                    return log.log_no
        head_seq, _ = self._head(root.log_no)
        if head_seq < header.seq - 1 and self._is_gap_stated(
            root, head_seq + 1, header.seq - 1
        ):
            return root.log_no
        return None

    def _is_gap_stated(self, root: LogRow, first: int, last: int) -> bool:
        missing = first
        for begin, end in sorted(stated_gaps(self._rows, root.log_no)):
            if begin <= missing:
                missing = max(missing, end + 1)
        return missing > last

    def _place(
        self, root: LogRow, home: int, change_set: ChangeSet
    ) -> tuple[int, bool] | None:
        """Where the set is stored, and whether by a fork; None: of too many forks."""
        header = change_set.header
        if self._head(home)[0] < header.seq:
            return home, False
        kept = [
            row
            for row in self._rows.sets.at(home, header.seq)
            if row.state != SetState.WAITING
        ]
        if not kept:
            return home, False
        entry = entry_of(self._rows, root.log)
        if entry is not None and len(entry.forks) >= FORKS_DECIDED:
            return None
        home_log = self._rows.logs.row(home)
        fork = Fork(
            seq=header.seq,
            kept_hash=kept[0].hash,
            forked_hash=change_set.hash,
            first_n=header.first_n,
            branch=b"" if home == root.log_no else home_log.log,
        )
        decide_fork(self._rows, root.log, fork)
        return ensure_branch(self._rows, root.log_no, fork), True

    def _store(self, log_no: int, change_set: ChangeSet, reason: str = "gap") -> SetRow:
        header = change_set.header
        row = SetRow(
            log_no=log_no,
            seq=header.seq,
            hash=change_set.hash,
            scope_no=self._rows.scopes.ensure(header.scope),
            first_n=header.first_n,
            op_count=header.count,
            state=SetState.WAITING,
            reason=reason,
            received_at=self._now,
            receipt=self._receipt,
            header=change_set.header_bytes,
            signature=change_set.signature,
            body=change_set.body,
        )
        self._rows.sets.add(row)
        return row

    def _follow(self, root: LogRow, row: SetRow) -> None:
        """Judge the waiting sets that go on from *row*, one behind the other."""
        pending = [row]
        while pending:
            before = pending.pop()
            for waiting in self._rows.sets.at(root.log_no, before.seq + 1):
                if waiting.state != SetState.WAITING:
                    continue
                change_set = stored_set(waiting.header, waiting.signature, waiting.body)
                if change_set.header.prev == before.hash:
                    linked = self._link(root, before.log_no, waiting, change_set)
                    pending += [] if linked is None else [linked]

    def close_gaps(self, log: bytes) -> None:
        """Link what waits behind gaps that were stated."""
        root = self._root(log, None)
        if root is None:
            return
        while True:
            found = self._rows.sets.in_state(
                root.log_no, SetState.WAITING, _WAITING_AT_ONCE
            )
            linked = 0
            for waiting in found:
                change_set = stored_set(waiting.header, waiting.signature, waiting.body)
                home = self._home(root, change_set)
                if home is not None:
                    row = self._link(root, home, waiting, change_set)
                    linked += row is not None
            if not linked:
                return

    def _link(
        self, root: LogRow, home: int, waiting: SetRow, change_set: ChangeSet
    ) -> SetRow | None:
        placed = self._place(root, home, change_set)
        if placed is None:
            return None
        home, is_fork = placed
        if home != waiting.log_no:
            self._rows.sets.move(waiting, home, waiting.scope_no)
        row = waiting._replace(log_no=home)
        self._advance(row)
        self._judge(root, row, change_set, is_fork=is_fork)
        return row


def ensure_log(rows: Rows, log: bytes, birth: Birth | None) -> LogRow | None:
    """The log, if its key is known; a new incarnation gets a trust entry of its own."""
    row = rows.logs.by_id(log)
    if row is not None and row.public_key is not None:
        return row
    if birth is None or log_id(birth.public_key, birth.nonce) != log:
        return None
    log_no = rows.logs.ensure(log)
    rows.logs.identify(log_no, birth.public_key, birth.nonce)
    machine = entry_of_key(rows, birth.public_key)
    if machine is not None and machine.state == LogState.ACTIVE:
        issue(
            rows,
            TrustEntry(
                serial=0,
                log=log,
                public_key=birth.public_key,
                nonce=birth.nonce,
                name=machine.name,
                scopes=machine.scopes,
            ),
        )
    return rows.logs.row(log_no)
