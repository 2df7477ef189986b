"""Saves of one record inside one transaction: operations, act and draft together.

A filed item changes only by a correction: with a reason, which joins its corrections in
the same save.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from node.catalogue.act_errors import FiledNeedsReason
from node.catalogue.act_log import ActKind, note_save
from node.catalogue.drafts import DraftKind, draft_of
from node.catalogue.fields import (
    CORRECTIONS,
    FILED,
    LEGACY_RAW,
    LEVEL_FONDS,
    STATE,
    TITLE,
)
from node.catalogue.pack import Pack
from node.catalogue.reading import dot_of, existence_dots, held_of, state_of
from node.catalogue.record import Seen
from node.catalogue.saving import (
    Held,
    Parsed,
    check_sizes,
    check_text,
    create,
    edits,
    restoration,
    withdrawal,
)
from node.catalogue.secrecy import is_secret
from node.catalogue.values import shown_value
from node.exchange.mending import keep_origin, mark_mended
from node.history.journal import own_log_no, save_all
from node.history.survivors import shown_in
from node.keys import random_bytes
from node.store.port import Rows
from node.store.row_types import RecordFlag, RecordRow
from protocol.identity import FONDS_ID_BYTES, Scope, printed_id
from protocol.limits import TEXT_LIMIT_BYTES
from protocol.operations import Actor, Add, Elements, Operation, Set
from protocol.operations import Remove as RemoveElements

REASON: Final = "reason"
_TITLE_CHARACTERS: Final = 60


class Saver(NamedTuple):
    """Who saves, when and by which rules."""

    actor: Actor
    made_at: int
    pack: Pack
    draft_no: int = 0
    """The draft that the save makes needless; 0 none."""


def save_fonds(rows: Rows, saver: Saver, parsed: Parsed) -> None:
    """A new fonds, with a scope of its own."""
    scope_no = rows.scopes.ensure(Scope(random_bytes(FONDS_ID_BYTES), 0))

    def make(n: int) -> Sequence[Operation]:
        made_at = saver.made_at
        return (create(n, saver.actor, made_at, LEVEL_FONDS, parsed, saver.pack),)

    save_all(rows, scope_no, make)


def save_new(
    rows: Rows, saver: Saver, scope_no: int, level: int, parsed: Parsed
) -> int:
    """A new record; its number."""
    origin = _refused_row(rows, saver)
    if origin is not None:
        parsed = _without_secrets(keep_origin(rows, saver.pack, *origin, parsed))

    def make(n: int) -> Sequence[Operation]:
        made = (create(n, saver.actor, saver.made_at, level, parsed, saver.pack),)
        check_sizes(made, saver.pack)
        return made

    made = save_all(rows, scope_no, make)
    record_no = rows.records.number_of(scope_no, own_log_no(rows), made[0].n) or 0
    title = shown_value(parsed.values.get(TITLE))
    if origin is not None:
        mark_mended(rows, *origin, record_no)
    _note(rows, saver, ActKind.ADD, title, record_no, made)
    return record_no


def save_change(
    rows: Rows,
    saver: Saver,
    row: RecordRow,
    parsed: Parsed,
    seen: Seen | None,
    reason: str,
) -> bool:
    """New values of a record; whether anything was written.

    Raises:
        FiledNeedsReason: it is filed, and no reason is given.
        FieldTooLarge.
    """
    held = held_of(rows, row)
    is_correction = is_filed(held)

    def make(n: int) -> Sequence[Operation]:
        made = change_operations(n, rows, saver, row, held, parsed, seen, reason)
        check_sizes(made, saver.pack)
        return made

    made = save_all(rows, row.scope_no, make)
    origin = _refused_row(rows, saver)
    if origin is not None:
        mark_mended(rows, *origin, row.record_no)
    kind = ActKind.CORRECTION if is_correction else ActKind.SET
    _note(rows, saver, kind, title_of_row(row), row.record_no, made)
    return bool(made)


def change_operations(
    n: int,
    rows: Rows,
    saver: Saver,
    row: RecordRow,
    held: Held,
    parsed: Parsed,
    seen: Seen | None,
    reason: str,
) -> list[Operation]:
    """The operations of a change, and the correction's reason where it is one.

    Raises:
        FiledNeedsReason: it is filed, and no reason is given.
    """
    made = edits(n, saver.actor, saver.made_at, held, parsed, seen)
    if made and is_filed(held):
        text = correction_text(made, saver.pack, reason)
        if not text:
            raise FiledNeedsReason(row.code or printed_id(dot_of(rows, row)))
        added = (Elements(CORRECTIONS, (text,)),)
        number = n + len(made)
        made.append(Add(number, saver.actor, saver.made_at, held.record, added))
    return made


def save_existence(
    rows: Rows, saver: Saver, row: RecordRow, reason: str, *, is_withdrawn: bool
) -> bool:
    """Withdraw or restore a record; whether that changed anything.

    Raises:
        FiledNeedsReason: it is filed, and no reason is given.
    """
    if bool(row.flags & RecordFlag.WITHDRAWN) == is_withdrawn:
        return False
    held, dots = held_of(rows, row), existence_dots(rows, row)
    if is_filed(held) and not reason.strip():
        raise FiledNeedsReason(row.code or printed_id(dot_of(rows, row)))
    build = withdrawal if is_withdrawn else restoration
    made = save_all(
        rows,
        row.scope_no,
        lambda n: (build(n, saver.actor, saver.made_at, held, dots, reason),),
    )
    kind = ActKind.WITHDRAW if is_withdrawn else ActKind.RESTORE
    _note(rows, saver, kind, title_of_row(row), row.record_no, made)
    return True


def is_filed(held: Held) -> bool:
    """Whether the item changes only by correction."""
    return FILED in held.survivors.get(STATE, {}).values()


def correction_text(operations: Sequence[Operation], pack: Pack, reason: str) -> str:
    """What stands in 更正记录: the fields and the reason; nothing without a reason.

    Raises:
        InvalidValue: the reason is no text that can be kept.
    """
    trimmed = check_text(REASON, reason, TEXT_LIMIT_BYTES).strip()
    if not trimmed:
        return ""
    names: dict[str, None] = {}
    for operation in operations:
        for number in _fields_of(operation):
            field = pack.by_number.get(number)
            names[str(number) if field is None else field.zh] = None
    return f"{'、'.join(names)}:{trimmed}"


def title_of_row(row: RecordRow) -> str:
    """The title by which an act on the record is told; its code where it has none."""
    titles = shown_in(state_of(row), TITLE)
    return shown_value(titles[0]) if titles else row.code or ""


def _refused_row(rows: Rows, saver: Saver) -> tuple[int, int] | None:
    """The import and the row of it that the draft mends; None for any other draft."""
    kept = rows.drafts.get(saver.draft_no) if saver.draft_no else None
    if kept is None or kept.kind != DraftKind.REFUSED_ROW:
        return None
    match draft_of(kept).extra:
        case {"batch": int(batch), "row": int(row)}:
            return batch, row
        case _:
            return None


def _without_secrets(parsed: Parsed) -> Parsed:
    """What the mended row leaves in 来源原值, less what may not be kept here."""
    legacy = parsed.values.get(LEGACY_RAW)
    if not isinstance(legacy, tuple) or not is_secret(LEGACY_RAW, legacy):
        return parsed
    kept = [cell for cell in legacy[1:] if not is_secret(LEGACY_RAW, (legacy[0], cell))]
    values = {k: v for k, v in parsed.values.items() if k != LEGACY_RAW}
    if kept:
        values[LEGACY_RAW] = (legacy[0], *kept)
    return Parsed(values, parsed.lists)


def _fields_of(operation: Operation) -> list[int]:
    match operation:
        case Set(writes=writes):
            return [write.field for write in writes]
        case Add(lists=lists):
            return [elements.field for elements in lists]
        case RemoveElements(removals=removals):
            return [removal.field for removal in removals]
        case _:
            return []


def _note(
    rows: Rows,
    saver: Saver,
    kind: ActKind,
    title: str,
    record_no: int,
    made: Sequence[Operation],
) -> None:
    if saver.draft_no:
        rows.drafts.remove(saver.draft_no, saver.actor.name)
    if made:
        short = title[:_TITLE_CHARACTERS]
        name = saver.actor.name
        note_save(rows, name, kind, saver.made_at, short, record_no, made)
