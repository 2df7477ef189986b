"""One paper, catalogued twice: one record takes over, the other becomes its alias.

What stays of each field is chosen field by field; members of lists are united. The
record that goes is withdrawn, with a link by which its id and its code still lead to
the one that stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from node.catalogue.aliases import ALIAS
from node.catalogue.deciding.case import Case
from node.catalogue.deciding.faults import RulingNotOffered
from node.catalogue.deciding.plan import DECIDED, Plan
from node.catalogue.deciding.ruling import Choice, Ruling
from node.catalogue.fields import CATEGORY, CORRECTIONS, LEGACY_RAW, LEVEL, STATE
from node.catalogue.pack import Field, Pack
from node.catalogue.reading import dot_of, state_of
from node.catalogue.saving import parse_typed
from node.catalogue.shown import values_shown
from node.history.docket import DISPUTE_FIELD
from node.history.survivors import list_fields_of, surviving_elements
from node.store.port import Rows
from node.store.row_types import RecordRow
from protocol.operations import Elements, Value

FIRST_FIELD: Final = 4
"""Links and claims, below, are said of one record alone."""
_OF_ONE: Final = frozenset({LEVEL, CATEGORY, STATE, LEGACY_RAW, DECIDED})
_LISTS_OF_ONE: Final = frozenset({CORRECTIONS, DISPUTE_FIELD})


class Difference(NamedTuple):
    """A field in which two records differ."""

    number: int
    stays: Value
    """Of the record that stays."""
    goes: Value


def merge(plan: Plan, ruling: Ruling) -> RecordRow:
    """Plan the merge; the record that stays.

    Raises:
        RulingNotOffered: the ticket is not about just two records.
        UnknownField, InvalidValue, SecretRefused: a picked value cannot be kept.
    """
    rows, case, pack = plan.rows, plan.case, plan.decider.pack
    stays, goes = _both(case, ruling)
    picks = {pack.field(name).number: pick for name, pick in ruling.picks.items()}
    goes_side = 2 if ruling.side == 1 else 1
    for difference in differences(rows, stays, goes, pack):
        field = pack.by_number[difference.number]
        pick = picks.get(difference.number)
        value, choice = difference.stays, Choice.ONE_OF_THEM
        if isinstance(pick, str):
            value, choice = typed_value(field, pick, pack), Choice.ANOTHER
        elif pick == goes_side or (pick is None and difference.stays is None):
            value = difference.goes
        if value != difference.stays:
            plan.resolve(stays, difference.number, value, choice)
            plan.correct(stays, difference.number)
    plan.add(dot_of(rows, stays), united(stays, goes))
    plan.withdraw(goes)
    plan.link(ALIAS, dot_of(rows, goes), dot_of(rows, stays))
    return stays


def differences(
    rows: Rows, stays: RecordRow, goes: RecordRow, pack: Pack
) -> list[Difference]:
    """Fields in which the records differ, in the order of the pack."""
    first = values_shown(rows, stays, state_of(stays), pack)
    second = values_shown(rows, goes, state_of(goes), pack)
    found = []
    for field in pack.fields:
        number = field.number
        if field.is_list or number in _OF_ONE or not field.is_shown:
            continue
        one = next(iter(first.get(number, ())), None)
        other = next(iter(second.get(number, ())), None)
        if one != other:
            found.append(Difference(number, one, other))
    return found


def united(stays: RecordRow, goes: RecordRow) -> tuple[Elements, ...]:
    """Members of lists that only the record has that goes."""
    first, second = state_of(stays), state_of(goes)
    found = []
    for number in list_fields_of(second):
        if number < FIRST_FIELD or number in _LISTS_OF_ONE:
            continue
        present = set(surviving_elements(first, number).values())
        members = dict(sorted(surviving_elements(second, number).items())).values()
        fresh = tuple(dict.fromkeys(each for each in members if each not in present))
        if fresh:
            found.append(Elements(number, fresh))
    return tuple(found)


def typed_value(field: Field, text: str, pack: Pack) -> Value:
    """The value that a person wrote.

    Raises:
        UnknownField, InvalidValue, SecretRefused.
    """
    return parse_typed({field.name: text}, pack).values.get(field.number)


def _both(case: Case, ruling: Ruling) -> Sequence[RecordRow]:
    records = [side.record for side in case.sides]
    if len(records) != 2 or ruling.side not in (1, 2):
        raise RulingNotOffered(ruling.kind, case.id)
    return records if ruling.side == 1 else records[::-1]
