"""Sealing: the journal becomes signed change-sets, in order of n.

Laws:

- Numbers rise from set to set; a set holds one scope.
- Operators' signatures travel in the set that holds their operation; their bytes count.
- An act stays together; one that is larger than a set has sets of its own, which
  carry its number as their group.
- Operations of an import under way, and all above them, wait.
- What the secrecy rule refuses is never sealed: it stays behind alone.
- The sidecar is written after the commit, before the seal lock is released; and what
  leaves has sealed first, so it has waited for that lock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from node.clock import Clock, elapsed
from node.errors import IncarnationBehind, SealBusy
from node.history.effects import effect_of
from node.history.incarnation import SEALED_UP_TO, birth_of, may_seal
from node.history.operator_signatures import signatures_of
from node.history.sidecar import (
    Standing,
    last_sealed,
    read_sidecar,
    standing,
    write_sidecar,
)
from node.home import FileLock, Home
from node.keys import KeyFolder
from node.store.catalogue_port import ImportState
from node.store.port import Rows
from node.store.row_types import EditRow, JournalRow, LogRow, SetRow, SetState
from node.store.store import Store
from protocol.changeset import SET_TAG, ChangeSet, seal_set
from protocol.identity import ZERO_HASH
from protocol.limits import (
    COUNT_LIMIT,
    SET_OPERATIONS,
    SET_SPAN_DOTS,
    SET_TARGET_BYTES,
)
from protocol.operation_codec import decode_operation
from protocol.operation_values import values_of
from protocol.operations import Operation, Value
from protocol.signing import sign

IsSecret = Callable[[int, Value], bool]
"""Whether a field's value is a state secret by the rule."""

SEAL_WAIT_SECONDS: Final = 30.0
STEP_SECONDS: Final = 0.04
SIDECAR_SECONDS: Final = 1.0
"""A long sealing writes the sidecar so often, and at its end."""
_LOOK_AHEAD: Final = SET_OPERATIONS + SET_OPERATIONS // 4


class Pending(NamedTuple):
    """A journalled operation, read."""

    row: JournalRow
    operation: Operation


class Bundle(NamedTuple):
    """Operations that go into one set."""

    members: list[Pending]
    group: int | None = None
    more_follows: bool = False


async def seal(
    store: Store,
    keys: KeyFolder,
    home: Home,
    clock: Clock,
    is_secret: IsSecret | None = None,
) -> int:
    """Seal what can be sealed; the number of new sets.

    Raises:
        SealBusy: another process of this machine seals without end.
        IncarnationBehind: the database is an older copy; nothing was sealed.
    """
    lock = FileLock(home.seal_lock)
    if not await store.wait(lambda: lock.acquire(SEAL_WAIT_SECONDS)):
        raise SealBusy(SEAL_WAIT_SECONDS)
    try:
        await _catch_up(store, home)
        seed = keys.machine_seed
        received_at = clock.now()
        total = 0
        written = elapsed()
        while True:
            done, made = await store.write(
                lambda rows: _seal_step(rows, seed, received_at, is_secret)
            )
            total += made
            if (done and total) or elapsed() - written >= SIDECAR_SECONDS:
                await _write_last(store, home)
                written = elapsed()
            if done:
                return total
    finally:
        lock.release()


def sealable(rows: Rows) -> tuple[int, int]:
    """First and last n that may be sealed now; a live import holds back the rest."""
    live = rows.imports.in_state(ImportState.LIVE)
    starts = [each.first_n for each in live if each.first_n]
    first = rows.settings.get(SEALED_UP_TO)
    return (first or 0) + 1, min(starts, default=COUNT_LIMIT + 1) - 1


async def _catch_up(store: Store, home: Home) -> None:
    """Go on only with a sidecar that is level; write it where it lags behind.

    It is written before the first set, so that a missing one always means something.
    """
    found = await store.wait(lambda: read_sidecar(home))
    where, known = await store.read(
        lambda rows: (standing(rows, found), last_sealed(rows))
    )
    if known is None:
        return
    match where:
        case Standing.LEVEL:
            if found is None:
                await store.wait(lambda: write_sidecar(home, known))
        case Standing.BEHIND:
            await store.wait(lambda: write_sidecar(home, known))
        case Standing.AHEAD | Standing.MISSING | Standing.FOREIGN:
            raise IncarnationBehind(known.seq, 0 if found is None else found.seq)


async def _write_last(store: Store, home: Home) -> None:
    known = await store.read(last_sealed)
    if known is not None:
        await store.wait(lambda: write_sidecar(home, known))


def _seal_step(
    rows: Rows, seed: bytes, received_at: int, is_secret: IsSecret | None
) -> tuple[bool, int]:
    """Seal sets for a moment; whether all is done, and how many sets were made."""
    begun = elapsed()
    own = rows.logs.own()
    if own is None or not may_seal(rows):
        return True, 0
    made = 0
    while True:
        first, last = sealable(rows)
        found = rows.journal.between(first, last, _LOOK_AHEAD)
        if not found:
            return True, made
        read = [Pending(row, decode_operation(row.op)) for row in found]
        allowed = [each for each in read if not _is_refused(each, is_secret)]
        is_whole = len(found) < _LOOK_AHEAD
        bundles = list(bundled(allowed))
        if not is_whole and len(bundles) > 1:
            bundles.pop()
        for bundle in bundles:
            _store_set(rows, own, bundle, seed, received_at)
            made += 1
            up_to = bundle.members[-1].row.n
            rows.settings.put(SEALED_UP_TO, up_to)
            if elapsed() - begun >= STEP_SECONDS:
                return False, made
        if not bundles:
            rows.settings.put(SEALED_UP_TO, found[-1].n)


def _is_refused(pending: Pending, is_secret: IsSecret | None) -> bool:
    if is_secret is None:
        return False
    return any(is_secret(field, value) for field, value in values_of(pending.operation))


def bundled(pending: Sequence[Pending]) -> Iterator[Bundle]:
    """Operations in order of n, set by set; acts stay together."""
    current: list[Pending] = []
    for act in _acts(pending):
        if current and (_is_continued(act) or not _fits(current, act)):
            yield Bundle(current)
            current = []
        if _fits(current, act) and not _is_continued(act):
            current = current + act
            continue
        parts = list(_split(act))
        for number, part in enumerate(parts):
            yield Bundle(part, act[0].row.act, number < len(parts) - 1)
    if current:
        yield Bundle(current)


def _acts(pending: Sequence[Pending]) -> Iterator[list[Pending]]:
    act: list[Pending] = []
    for each in pending:
        if act and (each.row.act, each.row.scope_no) != _act_of(act[0]):
            yield act
            act = []
        act.append(each)
    if act:
        yield act


def _is_continued(act: Sequence[Pending]) -> bool:
    """Whether the act's beginning is in a set already."""
    return act[0].row.n != act[0].row.act


def _act_of(pending: Pending) -> tuple[int, int]:
    return pending.row.act, pending.row.scope_no


def _fits(current: Sequence[Pending], more: Sequence[Pending]) -> bool:
    """Whether one set can hold both."""
    first = current[0] if current else more[0]
    size = sum(each.row.size for each in current) + sum(each.row.size for each in more)
    amount = len(current) + len(more)
    return (
        first.row.scope_no == more[0].row.scope_no
        and amount <= SET_OPERATIONS
        and more[-1].row.n - first.row.n < SET_SPAN_DOTS
        and (size <= SET_TARGET_BYTES or amount == 1)
    )


def _split(act: Sequence[Pending]) -> Iterator[list[Pending]]:
    part: list[Pending] = []
    for each in act:
        if part and not _fits(part, [each]):
            yield part
            part = []
        part.append(each)
    yield part


def _store_set(
    rows: Rows, own: LogRow, bundle: Bundle, seed: bytes, received_at: int
) -> None:
    last = rows.sets.last(own.log_no)
    scope_no = bundle.members[0].row.scope_no
    operations = [each.operation for each in bundle.members]
    head = rows.orders.head(scope_no)
    seq = 1 if last is None else last.seq + 1
    change_set = seal_set(
        log=own.log,
        seq=seq,
        prev=ZERO_HASH if last is None else last.hash,
        scope=rows.scopes.row(scope_no).scope,
        operations=operations,
        signatures=[
            signed
            for each in bundle.members
            if each.row.signatures
            for signed in signatures_of(each.row)
        ],
        sign=lambda header: sign(seed, SET_TAG, header),
        cursor_epoch=0 if head is None else head.epoch,
        cursor_place=0 if head is None else head.place,
        group=bundle.group,
        more_follows=bundle.more_follows,
        birth=birth_of(rows) if last is None else None,
    )
    rows.sets.add(_row(own.log_no, scope_no, change_set, received_at))
    rows.journal.remove([each.row.n for each in bundle.members])
    _enter_seq(rows, own.log_no, scope_no, seq, operations)


def _row(log_no: int, scope_no: int, change_set: ChangeSet, received_at: int) -> SetRow:
    header = change_set.header
    return SetRow(
        log_no,
        header.seq,
        change_set.hash,
        scope_no,
        header.first_n,
        header.count,
        SetState.SEALED,
        "",
        received_at,
        0,
        change_set.header_bytes,
        change_set.signature,
        change_set.body,
    )


def _enter_seq(
    rows: Rows, log_no: int, scope_no: int, seq: int, operations: Sequence[Operation]
) -> None:
    """From now on these edits are found in the set *seq*."""
    edits = []
    for operation in operations:
        effect = effect_of(operation, log_no, rows.logs.ensure)
        if effect is None or effect.is_create:
            continue
        number = rows.records.number_of(scope_no, *effect.record)
        if number is not None:
            edits.append(EditRow(number, log_no, operation.n, seq))
    rows.edits.add(edits)
