"""Proof that what is stored is what was signed, in order, and that the rows agree.

Everything is read from the stored bytes and public keys alone. A body that was removed
by order is no fault: its header, hash and signature still verify. With *rebuild* the
rows are made anew from the log and compared; what differed is reported and mended.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from node.errors import HistoryDamaged, SidecarDamaged
from node.history.branches import root_no
from node.history.logbook import read_body
from node.history.operator_checks import SignatureTally, check_signatures
from node.history.operators import Roster, SignatureWord, read_roster
from node.history.reprojection import Reprojection
from node.history.sidecar import Standing, read_sidecar, standing
from node.home import Home
from node.keys import KeyFolder
from node.store.port import Rows
from node.store.row_types import OrderRow, ScopeRow, SetRow, SetState
from node.store.store import Store
from protocol.changeset import ChangeSet, stored_set, verify_set
from protocol.errors import ProtocolError
from protocol.identity import ZERO_HASH, log_id, printed_log
from protocol.messages import EntryKind
from protocol.order import chain_after_opening, chain_after_set, first_chain

Progress = Callable[[int, int], None]

_SETS_AT_ONCE: Final = 20
_ENTRIES_AT_ONCE: Final = 500
_BODILESS: Final = frozenset({SetState.BARRED, SetState.REMOVED})


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that does not hold."""

    what: str
    """``store``, ``sidecar``, ``set``, ``signature``, ``order`` or ``record``."""
    where: str
    """A set's log and seq (a signature's with the number it is over), a place of an
    order, or the number of a record, a class or a scope."""
    reason: str
    """A slug."""


@dataclass(slots=True)
class CheckReport:
    """What was looked at, and what does not hold."""

    sets: int = 0
    operations: int = 0
    records: int = 0
    bodies_removed: int = 0
    """Bodies that were taken out by order or never let in."""
    rebuilt: int = 0
    """Rows that had been different from the log and were mended."""
    operators: SignatureTally = field(default_factory=SignatureTally)
    """Operators' signatures; a bad one is a fault where the hub itself sealed it."""
    faults: list[Fault] = field(default_factory=list)


async def check(
    store: Store,
    keys: KeyFolder,
    home: Home,
    *,
    rebuild: bool = False,
    progress: Progress | None = None,
) -> CheckReport:
    """Check database, sidecar, every set and every order; and the rows.

    Nothing is changed but rows that differ from the log, with *rebuild*.
    """
    report = CheckReport()
    for reason in await store.damage():
        report.faults.append(Fault("store", home.database.name, reason))
    await _check_sidecar(store, home, report)
    sets, records = await store.read(
        lambda rows: (rows.sets.count(), rows.records.count())
    )
    report.records = records
    total = sets + (records if rebuild else 0)
    roster = await store.read(read_roster)
    place = (0, 0, b"")
    while True:
        start = place
        found = await store.read(
            lambda rows: _check_some(rows, start, roster, report)  # noqa: B023
        )
        if found is None:
            break
        place = found
        if progress is not None:
            progress(report.sets, total)
    for bad in report.operators.bad:
        if bad.is_hubs and bad.word is SignatureWord.BAD:
            report.faults.append(Fault("signature", bad.where, "bad-signature"))
    await store.read(lambda rows: _check_orders(rows, report))
    if rebuild:
        await _rebuild(store, report, progress, total)
    return report


async def _check_sidecar(store: Store, home: Home, report: CheckReport) -> None:
    try:
        found = read_sidecar(home)
    except SidecarDamaged as error:
        report.faults.append(Fault("sidecar", home.sidecar.name, error.code))
        return
    where = await store.read(lambda rows: standing(rows, found))
    if where not in (Standing.LEVEL, Standing.BEHIND):
        report.faults.append(Fault("sidecar", home.sidecar.name, where.value))


def _check_some(
    rows: Rows, place: tuple[int, int, bytes], roster: Roster, report: CheckReport
) -> tuple[int, int, bytes] | None:
    """Check the sets behind *place*; where it goes on, None at the end."""
    found = rows.sets.after(*place, _SETS_AT_ONCE)
    for row in found:
        report.sets += 1
        for reason in _faults_of(rows, row, roster, report):
            where = f"{printed_log(rows.logs.id_of(row.log_no))} {row.seq}"
            report.faults.append(Fault("set", where, reason))
    if not found:
        return None
    last = found[-1]
    return last.log_no, last.seq, last.hash


def _faults_of(
    rows: Rows, row: SetRow, roster: Roster, report: CheckReport
) -> list[str]:
    try:
        change_set = stored_set(row.header, row.signature, row.body)
        reasons = _signature_faults(rows, row, change_set)
    except ProtocolError as error:
        return [error.code]
    reasons += _link_faults(rows, row, change_set)
    if row.body is None:
        report.bodies_removed += 1
        if row.state not in _BODILESS:
            reasons.append("body-missing")
        return reasons
    try:
        body = read_body(rows, row)
        report.operations += len(body.operations)
        check_signatures(rows, row, body, roster, report.operators)
    except HistoryDamaged as error:
        reasons.append(error.detail)
    return reasons


def _signature_faults(rows: Rows, row: SetRow, change_set: ChangeSet) -> list[str]:
    """Faults of key, hash and columns.

    Raises:
        ProtocolError: the signature is not the owner's, or the body not the set's.
    """
    root = rows.logs.row(root_no(rows, row.log_no))
    if root.public_key is None or root.nonce is None:
        return ["key-unknown"]
    reasons = []
    if log_id(root.public_key, root.nonce) != root.log:
        reasons.append("key-foreign")
    verify_set(change_set, root.public_key)
    header = change_set.header
    columns = (header.log, header.seq, header.first_n, header.count)
    if columns != (root.log, row.seq, row.first_n, row.op_count):
        reasons.append("columns-differ")
    if change_set.hash != row.hash:
        reasons.append("hash-differs")
    return reasons


def _link_faults(rows: Rows, row: SetRow, change_set: ChangeSet) -> list[str]:
    """Whether the set follows the one before it, as far as that is here."""
    prev = change_set.header.prev
    if row.seq == 1:
        return [] if prev == ZERO_HASH else ["chain-broken"]
    log = rows.logs.row(row.log_no)
    numbers = [row.log_no]
    while log.parent_no is not None:
        log = rows.logs.row(log.parent_no)
        numbers.append(log.log_no)
    if any(rows.sets.get(number, row.seq - 1, prev) for number in numbers):
        return []
    is_gap = not any(rows.sets.states_at(number, row.seq - 1) for number in numbers)
    if is_gap:
        return ["gap"] if log.is_own else []
    return ["chain-broken"]


def _check_orders(rows: Rows, report: CheckReport) -> None:
    """Every order's chain, and that its sets are here."""
    for scope in rows.scopes.all():
        head = rows.orders.head(scope.scope_no)
        if head is None:
            continue
        for epoch in range(1, head.epoch + 1):
            _check_epoch(rows, scope, epoch, report)


def _check_epoch(rows: Rows, scope: ScopeRow, epoch: int, report: CheckReport) -> None:
    chain = first_chain(scope.scope, epoch)
    place = 0
    while True:
        entries = rows.orders.range(
            scope.scope_no, epoch, place, place + _ENTRIES_AT_ONCE
        )
        if not entries:
            return
        for entry in entries:
            reason = ""
            chain = _chain_after(rows, chain, entry)
            if entry.place != place + 1:
                reason = "place-missing"
            elif entry.chain != chain:
                reason = "chain-broken"
            elif not _has_set(rows, entry):
                reason = "set-missing"
            if reason:
                where = f"{scope.scope.fonds.hex()} {epoch}/{entry.place}"
                report.faults.append(Fault("order", where, reason))
            chain, place = entry.chain, entry.place


def _chain_after(rows: Rows, chain: bytes, entry: OrderRow) -> bytes:
    if entry.kind == EntryKind.OPENING:
        return chain_after_opening(
            chain, entry.from_epoch, entry.from_place, entry.hash
        )
    log = None if entry.log_no is None else rows.logs.row(entry.log_no)
    is_branch = log is not None and log.parent_no is not None
    branch = log.log if log is not None and is_branch else b""
    return chain_after_set(chain, entry.place, entry.hash, branch)


def _has_set(rows: Rows, entry: OrderRow) -> bool:
    if entry.log_no is None or entry.seq is None:
        return True
    return rows.sets.get(entry.log_no, entry.seq, entry.hash) is not None


async def _rebuild(
    store: Store, report: CheckReport, progress: Progress | None, total: int
) -> None:
    """Make every row anew in short steps; what had been different is reported."""
    work = Reprojection()
    while not await store.write(work.step):
        if progress is not None:
            progress(min(report.sets + work.records, total), total)
    report.rebuilt = len(work.different)
    report.records = work.records
    for record_no in work.different:
        report.faults.append(Fault("record", str(record_no), "row-differs"))
    for record_no in work.wrong_tickets:
        report.faults.append(Fault("record", str(record_no), "ticket-differs"))
    for class_no in work.wrong_classes:
        report.faults.append(Fault("record", str(class_no), "amount-differs"))
    for scope_no in work.wrong_digests:
        report.faults.append(Fault("record", str(scope_no), "digest-differs"))
