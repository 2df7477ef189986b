"""The state of one record: what of its history is still needed.

Laws, in any order of arrival:

- The survivors of a field are the values written to it, less every dot that a write to
  the same field names. Elements of lists likewise, less those that were removed.
- A confirmed state is a function of the *set* of admitted operations: a dot that is
  named before it arrived is kept as absent until it comes.
- Own operations that are not admitted yet stand beside the confirmed state, whole, and
  count only in what this machine shows.

Pure; merge classes, owners and clocks are not known here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from operator import itemgetter
from typing import Final

from node.history.effects import (
    WITHDRAWN,
    DotNo,
    Effect,
    ElementNo,
    copied_dot,
)
from protocol.operations import (
    CLAIMS_FIELD,
    EXISTENCE_FIELD,
    LINKS_FIELD,
    Value,
)

HasArrived = Callable[[DotNo], bool]
"""Whether an admitted operation with that dot has been applied to the record."""

_ABOUT_THE_RECORD: Final = frozenset({LINKS_FIELD, CLAIMS_FIELD, 47, 48})
"""Links, claims, questions and rulings are no edits of what a withdrawal saw."""

_Cells = (
    dict[int, dict[DotNo, Value]]
    | dict[int, set[DotNo]]
    | dict[int, dict[ElementNo, Value]]
    | dict[int, set[ElementNo]]
)


class RecordState:
    """Confirmed survivors, names still absent, and own work under way."""

    __slots__ = ("absent", "birth", "elements", "gone", "is_created", "live", "pending")

    def __init__(self, birth: DotNo) -> None:
        self.birth = birth
        self.is_created = False
        """Its create is admitted."""
        self.live: dict[int, dict[DotNo, Value]] = {}
        """Confirmed survivors of each field."""
        self.absent: dict[int, set[DotNo]] = {}
        """Dots named in a field by admitted writes, not arrived yet."""
        self.elements: dict[int, dict[ElementNo, Value]] = {}
        """Confirmed elements of each list field."""
        self.gone: dict[int, set[ElementNo]] = {}
        """Elements removed by admitted operations before they arrived."""
        self.pending: dict[DotNo, Effect] = {}
        """Own operations that are not admitted, by dot."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is known of the record."""
        return not (
            self.is_created
            or self.live
            or self.absent
            or self.elements
            or self.gone
            or self.pending
        )

    @property
    def has_confirmed(self) -> bool:
        """Whether a survivor of the record is confirmed: then it has a leaf."""
        return self.is_created or bool(self.live) or bool(self.elements)

    @property
    def is_shown(self) -> bool:
        """Whether its create is here, admitted or own."""
        return self.is_created or self.birth in self.pending


def apply_effect(state: RecordState, effect: Effect, has_arrived: HasArrived) -> None:
    """An admitted operation joins the confirmed state; each dot once.

    *has_arrived* is asked for dots other than the effect's own and must not know the
    effect itself yet.
    """
    dot = effect.dot
    state.pending.pop(dot, None)
    if effect.is_create:
        state.is_created = True
    for field, value, names in effect.writes:
        live = state.live.setdefault(field, {})
        absent = state.absent.setdefault(field, set())
        if dot not in absent and dot not in names:
            live[dot] = value
        for name in names:
            if name in live:
                del live[name]
            elif not _is_here(state, name, dot, has_arrived):
                absent.add(name)
    for field, position, value in effect.adds:
        element = (*dot, position)
        if element not in state.gone.get(field, ()):
            state.elements.setdefault(field, {})[element] = value
    for field, removed in effect.removals:
        present = state.elements.get(field, {})
        gone = state.gone.setdefault(field, set())
        for element in removed:
            if element in present:
                del present[element]
            elif not _is_here(state, element[:2], dot, has_arrived):
                gone.add(element)
    _forget_absent(state, dot)


def _is_here(
    state: RecordState, name: DotNo, dot: DotNo, has_arrived: HasArrived
) -> bool:
    if name == dot:
        return True
    if name == state.birth:
        return state.is_created
    return name not in state.pending and has_arrived(name)


def _forget_absent(state: RecordState, dot: DotNo) -> None:
    """*dot* has arrived: no field waits for it any more; drop what is empty."""
    for absent in state.absent.values():
        absent.discard(dot)
    for gone in state.gone.values():
        if gone:
            gone.difference_update([e for e in gone if e[:2] == dot])
    for cells in (state.live, state.absent, state.elements, state.gone):
        _drop_empty(cells)


def _drop_empty(cells: _Cells) -> None:
    for field in [field for field, cell in cells.items() if not cell]:
        del cells[field]


def redact_effect(state: RecordState, effect: Effect) -> None:
    """What is left of an applied operation takes the place of its values.

    Names and elements stay as they were; only values that still survive change.
    """
    for field, value, _ in effect.writes:
        live = state.live.get(field)
        if live is not None and effect.dot in live:
            live[effect.dot] = value
    for field, position, value in effect.adds:
        elements = state.elements.get(field)
        element = (*effect.dot, position)
        if elements is not None and element in elements:
            elements[element] = value


def add_pending(state: RecordState, effect: Effect) -> None:
    """An own operation that is not admitted yet."""
    state.pending[effect.dot] = effect


def confirmed(state: RecordState, field: int) -> dict[DotNo, Value]:
    """The confirmed survivors of a field."""
    return dict(state.live.get(field, {}))


def survivors(state: RecordState, field: int) -> dict[DotNo, Value]:
    """The survivors of a field as this machine sees them, own work included."""
    live = confirmed(state, field)
    if not state.pending:
        return live
    dead = set(state.absent.get(field, ()))
    for effect in _pending(state):
        for write in effect.writes:
            if write.field == field:
                live[effect.dot] = write.value
                dead.update(write.names)
    return {dot: value for dot, value in live.items() if dot not in dead}


def confirmed_elements(state: RecordState, field: int) -> dict[ElementNo, Value]:
    """The confirmed elements of a list field."""
    return dict(state.elements.get(field, {}))


def surviving_elements(state: RecordState, field: int) -> dict[ElementNo, Value]:
    """The elements of a list field as this machine sees them."""
    present = confirmed_elements(state, field)
    if not state.pending:
        return present
    removed = set(state.gone.get(field, ()))
    for effect in _pending(state):
        for added in effect.adds:
            if added.field == field:
                present[(*effect.dot, added.position)] = added.value
        for removal in effect.removals:
            if removal.field == field:
                removed.update(removal.elements)
    return {key: value for key, value in present.items() if key not in removed}


def fields_of(state: RecordState) -> list[int]:
    """Fields that may have survivors, rising; not those of lists."""
    found = set(state.live)
    for effect in state.pending.values():
        found.update(write.field for write in effect.writes)
    return sorted(found)


def list_fields_of(state: RecordState) -> list[int]:
    """List fields that may have elements, rising."""
    found = set(state.elements)
    for effect in state.pending.values():
        found.update(added.field for added in effect.adds)
    return sorted(found)


def shown(state: RecordState) -> dict[int, list[Value]]:
    """Surviving values of all fields, by field, in order of dot; copies resolved.

    Existence is not among them; elements stand in order of dot and position.
    """
    values: dict[int, list[Value]] = {}
    if state.pending:
        for field in sorted({*fields_of(state), *list_fields_of(state)}):
            found = shown_in(state, field)
            if found:
                values[field] = found
        return values
    for field, live in state.live.items():
        if len(live) == 1:
            (value,) = live.values()
            values[field] = [value if type(value) is not tuple else resolved(value)]
        else:
            values[field] = _in_order(live)
    for field, present in state.elements.items():
        values.setdefault(field, []).extend(_in_order(present))
    values.pop(EXISTENCE_FIELD, None)
    return dict(sorted(values.items()))


def shown_in(state: RecordState, field: int) -> list[Value]:
    """What ``shown`` has of one field."""
    if field == EXISTENCE_FIELD:
        return []
    values = _in_order(survivors(state, field))
    return values + _in_order(surviving_elements(state, field))


def _in_order(cell: Mapping[DotNo, Value] | Mapping[ElementNo, Value]) -> list[Value]:
    return [resolved(value) for _, value in sorted(cell.items(), key=itemgetter(0))]


def resolved(value: Value) -> Value:
    """A copy's own value where it is known; any other value as it is."""
    if type(value) is tuple and len(value) == 4 and copied_dot(value) is not None:
        return value[3]
    return value


def existence(
    state: RecordState,
    ignored: frozenset[DotNo] = frozenset(),
    *,
    is_confirmed: bool = False,
) -> tuple[bool, bool]:
    """Whether the record counts as withdrawn, and whether that is contested.

    It is withdrawn while a withdrawal survives in field 0 and every surviving dot but
    the birth is in its list; contested where one is not. Withdrawals that are *ignored*
    do not count; *is_confirmed* leaves own work aside.
    """
    if is_confirmed and state.pending:
        bare = RecordState(state.birth)
        bare.live, bare.elements = state.live, state.elements
        state = bare
    withdrawals = [
        value
        for dot, value in survivors(state, EXISTENCE_FIELD).items()
        if dot not in ignored and isinstance(value, tuple) and value[0] == WITHDRAWN
    ]
    if not withdrawals:
        return False, False
    written = set(written_dots(state))
    is_withdrawn = any(written <= seen_in(value) for value in withdrawals)
    return is_withdrawn, not is_withdrawn


def seen_in(value: Value) -> set[tuple[int, DotNo]]:
    """(Field, dot) of everything that a withdrawal has seen."""
    found: set[tuple[int, DotNo]] = set()
    if not isinstance(value, tuple) or not isinstance(value[2], tuple):
        return found
    for entry in value[2]:
        match entry:
            case (int(field), tuple(dots)):
                for dot in dots:
                    match dot:
                        case (int(log_no), int(n)):
                            found.add((field, (log_no, n)))
                        case _:
                            continue
            case _:
                continue
    return found


def written_dots(state: RecordState) -> Iterable[tuple[int, DotNo]]:
    """(field, dot) of all surviving edits: not the birth's, nor those of existence."""
    for field in fields_of(state):
        if field != EXISTENCE_FIELD and field not in _ABOUT_THE_RECORD:
            for dot in survivors(state, field):
                if dot != state.birth:
                    yield field, dot
    for field in list_fields_of(state):
        if field in _ABOUT_THE_RECORD:
            continue
        for element in surviving_elements(state, field):
            if element[:2] != state.birth:
                yield field, element[:2]


def _pending(state: RecordState) -> list[Effect]:
    return [state.pending[dot] for dot in sorted(state.pending)]
