"""A decision done and rolled back: exactly what it writes and what is shown then."""

from __future__ import annotations

from collections.abc import Mapping

from node.catalogue.deciding.case import Case, find_ticket, open_case
from node.catalogue.deciding.doing import decider_of, do_decision, readied
from node.catalogue.deciding.ruling import Ruling
from node.catalogue.deciding.telling import text_of
from node.catalogue.deciding.views import FieldChange, Preview
from node.catalogue.pack import Pack
from node.catalogue.premises import Premises
from node.catalogue.reading import records_of
from node.catalogue.record import Record, title_of
from node.history.logbook import DecodedSets
from node.store.port import Rows
from protocol.operations import Actor

_STATE = "state"
_NOTHING: Mapping[str, object] = {}


class _RolledBack(Exception):
    """Carries what was seen out of the transaction that is given up."""

    def __init__(self, preview: Preview) -> None:
        super().__init__()
        self.preview = preview


async def preview_of(
    premises: Premises, actor: Actor, ticket_id: str, ruling: Ruling
) -> Preview:
    """What the ruling would come to.

    Raises:
        UnknownTicket, StaleTicket, RulingNotOffered.
        UnknownField, InvalidValue, SecretRefused: a value cannot be kept.
    """
    reason = readied(ruling, "")

    def work(rows: Rows) -> None:
        ticket = find_ticket(rows, ticket_id)
        case = open_case(rows, ticket, DecodedSets())
        pack = premises.pack
        before = _told(rows, _numbers(case), pack)
        decider = decider_of(rows, premises, actor, reason)
        done = do_decision(rows, ticket, ruling, decider, None)
        after = _told(rows, (*_numbers(case), *done.record_nos), pack)
        changes: list[FieldChange] = []
        for number, record in after.items():
            changes += _changes(before.get(number), record, pack)
        raise _RolledBack(
            Preview(
                ticket_id=ticket_id,
                ruling=ruling,
                reason=reason,
                changes=tuple(changes),
                records_after=tuple(after.values()),
                new_records=len(set(after) - set(before)),
            )
        )

    try:
        await premises.store.write(work)
    except _RolledBack as rolled_back:
        return rolled_back.preview
    message = "a preview ends by rolling back"
    raise AssertionError(message)


def _numbers(case: Case) -> tuple[int, ...]:
    return (case.record.record_no, *(row.record_no for row in case.others))


def _told(rows: Rows, numbers: tuple[int, ...], pack: Pack) -> dict[int, Record]:
    wanted = list(dict.fromkeys(numbers))
    return dict(zip(wanted, records_of(rows, wanted, pack), strict=True))


def _changes(before: Record | None, after: Record, pack: Pack) -> list[FieldChange]:
    """What is shown otherwise of one record."""
    had = _NOTHING if before is None else before.fields
    found = []
    known = "" if before is None else after.id
    for name in dict.fromkeys([*after.fields, *had]):
        one = _text(name, had.get(name), pack)
        other = _text(name, after.fields.get(name), pack)
        if one != other:
            found.append(_change(known, after, name, (one, other)))
    state = "" if before is None else before.state
    if before is not None and state != after.state:
        found.append(_change(known, after, _STATE, (state, after.state)))
    return found


def _change(
    known: str, record: Record, name: str, texts: tuple[str, str]
) -> FieldChange:
    return FieldChange(known, record.code or "", title_of(record), name, *texts)


def _text(name: str, value: object, pack: Pack) -> str:
    field = pack.by_name.get(name)
    return text_of(-1 if field is None else field.number, value, pack)
