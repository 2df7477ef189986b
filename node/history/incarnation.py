"""Incarnations: when one installation goes on under a new log.

A machine whose database was put back from a copy, or whose card was cloned, opens a
new log under the same key. What it had not sealed is issued again there, and what it
had named keeps its meaning; nothing that was saved is lost. But an operator's signature
is over log and number, and nobody holds the operator's key here: what is issued again
has none, and is shown as not signed. So decisions are sealed at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import groupby

from node.history.journal import keep, number_from, take_back
from node.store.port import Rows
from node.store.row_types import JournalRow
from protocol.changeset import renamed
from protocol.identity import ZERO_HASH, Dot, log_id
from protocol.messages import AliasRun, Birth, Parent
from protocol.operation_codec import decode_operation
from protocol.operations import Operation

BIRTH = "incarnation.birth"
"""[parent log, last n of the parent, alias runs] of the newest incarnation."""
PASSAGES = "incarnation.passages"
"""What became of own dots, in order: [log in force before, log of the dots, first n,
log of the new dots, alias runs]."""
SUSPECT = "incarnation.suspect"
"""Whether own sets may be a clone's branch; nothing is sealed until the hub decides."""
SEALED_UP_TO = "sealed_up_to_n"
"""Own numbers up to here are sealed, or refused for good."""
_JOURNAL_AT_ONCE = 1000

Rename = Callable[[Dot], Dot]


def begin(rows: Rows, public_key: bytes, nonce: bytes) -> int:
    """The first log of a new installation; its number."""
    log_no = rows.logs.ensure(log_id(public_key, nonce))
    rows.logs.identify(log_no, public_key, nonce)
    rows.logs.own_it(log_no)
    number_from(rows, 1)
    rows.settings.put(SEALED_UP_TO, 0)
    return log_no


def may_seal(rows: Rows) -> bool:
    """False while the hub has not decided to which branch own sets belong."""
    return not rows.settings.get(SUSPECT)


def birth_of(rows: Rows) -> Birth | None:
    """What the first set of the newest incarnation says of itself."""
    own = rows.logs.own()
    if own is None or own.public_key is None or own.nonce is None:
        return None
    found = rows.settings.get(BIRTH)
    if found is None or found[0] != own.log:
        return Birth(own.public_key, own.nonce)
    _, parent_log, last_n, runs = found
    parent_no = rows.logs.number_of(parent_log)
    last = None if parent_no is None else rows.sets.last(parent_no)
    parent = Parent(
        log=parent_log,
        seq=0 if last is None else last.seq,
        hash=ZERO_HASH if last is None else last.hash,
        n=last_n,
    )
    aliases = tuple(AliasRun(old, count, new) for old, count, new in runs)
    return Birth(own.public_key, own.nonce, parent, aliases)


def open_incarnation(
    rows: Rows, nonce: bytes, branch: tuple[int, int] | None = None
) -> int:
    """Go on under a new log; unsealed work is issued again there. Its number.

    *branch*: number and first n of the branch that the former log's newest sets
    turned out to be; dots of those mean the branch from now on.
    """
    former = rows.logs.own()
    if former is None or former.public_key is None:
        message = "an installation without a log has nothing to go on from"
        raise LookupError(message)
    pending = _journal(rows)
    acts = [[(row, decode_operation(row.op)) for row in act] for act in _acts(pending)]
    take_back(rows, [row.n for row in pending])
    if branch is not None:
        rows.logs.own_it(branch[0])
    log_no = begin(rows, former.public_key, nonce)
    new_log = rows.logs.row(log_no).log
    numbers = {row.n: place + 1 for place, row in enumerate(pending)}
    runs = _runs(sorted(numbers.items()))
    parent = former.log if branch is None else rows.logs.row(branch[0]).log
    last_n = max(numbers, default=0)
    rows.settings.put(BIRTH, [new_log, parent, last_n, runs])
    note_passage(rows, former.log, former.log, new_log, runs=runs)
    renames: list[Rename] = [_renumber(former.log, new_log, numbers)]
    if branch is not None:
        branch_log = rows.logs.row(branch[0]).log
        root = root_log(rows, branch[0])
        note_passage(rows, former.log, root, branch_log, first_n=branch[1])
        renames.append(_from_n(root, branch[1], branch_log))
    _issue_again(rows, acts, numbers, renames)
    number_from(rows, len(numbers) + 1)
    return log_no


def note_passage(
    rows: Rows,
    in_force: bytes,
    log: bytes,
    new_log: bytes,
    *,
    first_n: int = 0,
    runs: Iterable[list[int]] = (),
) -> None:
    """Dots of *log* mean *new_log* from now on: those of *runs*, or from *first_n*."""
    known = rows.settings.get(PASSAGES) or []
    known.append([in_force, log, first_n, new_log, [list(run) for run in runs]])
    rows.settings.put(PASSAGES, known)


def rename_journal(rows: Rows, rename: Rename) -> None:
    """Give the dots in unsealed operations the names that they have now."""
    for act in _acts(_journal(rows)):
        before = [decode_operation(row.op) for row in act]
        after = [renamed(operation, rename) for operation in before]
        if after != before:
            take_back(rows, [row.n for row in act])
            keep(
                rows,
                act[0].scope_no,
                after,
                import_no=act[0].import_no,
                signatures=[
                    row.signatures if now == then else b""
                    for row, then, now in zip(act, before, after, strict=True)
                ],
            )


def renamed_now(
    rows: Rows, operation: Operation, filled_under: bytes | None
) -> Operation:
    """An operation whose dots were read when the own log was *filled_under*."""
    passages = rows.settings.get(PASSAGES) or []
    is_past = False
    for in_force, log, first_n, new_log, runs in passages:
        is_past = is_past or filled_under in (None, in_force)
        if not is_past:
            continue
        if first_n:
            operation = renamed(operation, _from_n(log, first_n, new_log))
        else:
            numbers = {
                old + step: new + step
                for old, count, new in runs
                for step in range(count)
            }
            operation = renamed(operation, _renumber(log, new_log, numbers))
    return operation


def root_log(rows: Rows, log_no: int) -> bytes:
    """The LogId that stands in the headers of the sets of *log_no*."""
    row = rows.logs.row(log_no)
    while row.parent_no is not None:
        row = rows.logs.row(row.parent_no)
    return row.log


def _issue_again(
    rows: Rows,
    acts: list[list[tuple[JournalRow, Operation]]],
    numbers: dict[int, int],
    renames: list[Rename],
) -> None:
    for act in acts:
        again = []
        for row, operation in act:
            moved = operation
            for rename in renames:
                moved = renamed(moved, rename)
            again.append(replace(moved, n=numbers[row.n]))
        first = act[0][0]
        keep(rows, first.scope_no, again, import_no=first.import_no)


def _acts(journal: list[JournalRow]) -> list[list[JournalRow]]:
    """The journal, act by act."""
    grouped = groupby(journal, key=lambda row: (row.act, row.scope_no, row.import_no))
    return [list(rows) for _, rows in grouped]


def _journal(rows: Rows) -> list[JournalRow]:
    found: list[JournalRow] = []
    while True:
        last = found[-1].n if found else 0
        part = rows.journal.between(last + 1, 1 << 53, _JOURNAL_AT_ONCE)
        if not part:
            return found
        found += part


def _renumber(log: bytes, new_log: bytes, numbers: dict[int, int]) -> Rename:
    def rename(dot: Dot) -> Dot:
        if dot.log == log and dot.n in numbers:
            return Dot(new_log, numbers[dot.n])
        return dot

    return rename


def _from_n(log: bytes, first_n: int, new_log: bytes) -> Rename:
    def rename(dot: Dot) -> Dot:
        return Dot(new_log, dot.n) if dot.log == log and dot.n >= first_n else dot

    return rename


def _runs(pairs: list[tuple[int, int]]) -> list[list[int]]:
    """[old n, count, new n] of numbers that rise side by side."""
    runs: list[list[int]] = []
    for old, new in pairs:
        if runs and old == runs[-1][0] + runs[-1][1]:
            runs[-1][1] += 1
        else:
            runs.append([old, 1, new])
    return runs
