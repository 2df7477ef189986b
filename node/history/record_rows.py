"""From a record's state to its row: flags, leaf, text."""

from __future__ import annotations

from typing import Final, NamedTuple

from node.history.assessing import UNTOUCHED, Assessed
from node.history.copies import stand_in
from node.history.effects import is_copy
from node.history.leaf import birth_leaf, bucket_of, leaf_of, record_bytes
from node.history.logbook import DecodedSets, value_given
from node.history.state_packing import pack_birth, pack_pending_birth, pack_state
from node.history.survivors import RecordState, existence, shown
from node.store.port import Rows
from node.store.row_types import RecordFlag, RecordRow, RowText
from protocol.identity import Scope
from protocol.operations import EXISTENCE_FIELD, Create, Value

LEVEL_FIELD: Final = 3
"""1 fonds · 2 volume · 3 item; the same in every rule pack."""
LEVEL_REGISTER: Final = 9
"""What is said about the fonds, and shown to nobody (node/history/registers.py)."""
_NO_TEXT: Final = RowText(code=None, sort_date=None, search_text="", tokens="")
_CREATED: Final = int(RecordFlag.CREATED)
_PENDING: Final = int(RecordFlag.PENDING)
_REGISTER: Final = int(RecordFlag.REGISTER)


class Made(NamedTuple):
    """A row, and the index tokens where they have to be written anew."""

    row: RecordRow
    tokens: str | None


class RowMaker:
    """Makes rows of one scope inside one transaction."""

    def __init__(self, rows: Rows, scope_no: int) -> None:
        self._rows = rows
        self._scope_no = scope_no
        self._scope: Scope = rows.scopes.row(scope_no).scope

    def born(
        self,
        record_no: int,
        log_no: int,
        create: Create,
        *,
        is_admitted: bool,
        import_no: int,
    ) -> Made:
        """The row of a record of which only the create is known."""
        record = record_bytes(self._rows.logs.id_of(log_no), create.n)
        values: dict[int, list[Value]] = {
            field: [value] for field, value in create.values
        }
        for part in create.lists:
            if part.values:
                values.setdefault(part.field, []).extend(part.values)
        if create.lists:
            values = dict(sorted(values.items()))
        level = _level(values)
        is_register = level == LEVEL_REGISTER
        text = _NO_TEXT if is_register else self._rows.describe(values, self._scope_no)
        standing = _REGISTER if is_register else _CREATED
        row = RecordRow(
            record_no,
            self._scope_no,
            log_no,
            create.n,
            standing if is_admitted else standing | _PENDING,
            level,
            bucket_of(record),
            import_no,
            birth_leaf(self._scope, record, create.values, create.lists)
            if is_admitted
            else b"",
            text.code,
            text.sort_date,
            text.search_text,
            pack_birth(create.values, create.lists)
            if is_admitted
            else pack_pending_birth((log_no, create.n), create.values, create.lists),
            self._class_no(level, text, standing),
            text.shelf_key,
        )
        return Made(row, text.tokens)

    def made(
        self,
        record_no: int,
        state: RecordState,
        old: RecordRow | None,
        *,
        assessed: Assessed = UNTOUCHED,
        is_shown_same: bool = False,
        import_no: int = 0,
    ) -> Made:
        """The row of *state* in place of *old*, which may show the same values."""
        log_no, n = state.birth
        record = record_bytes(self._rows.logs.id_of(log_no), n)
        first_level = self._first_level(record_no, state)
        flags = flags_of(state, assessed, first_level)
        tokens: str | None = None
        is_same = (
            is_shown_same
            and old is not None
            and old.flags & _CREATED == (flags & _CREATED)
        )
        class_no, key = 0, b""
        if is_same and old is not None:
            level, class_no, key = old.level, old.class_no, old.shelf_key
            text = RowText(old.code, old.sort_date, old.search_text, "")
        else:
            values = _with_standing(shown(state), state, assessed)
            level = _level_by(values, first_level)
            text = _NO_TEXT
            if flags & _CREATED:
                text = self._rows.describe(values, self._scope_no)
                class_no = self._class_no(level, text, flags)
                key = text.shelf_key
            tokens = text.tokens
        row = RecordRow(
            record_no,
            self._scope_no,
            log_no,
            n,
            flags,
            level,
            bucket_of(record) if old is None else old.bucket,
            import_no if old is None else old.import_no,
            leaf_of(self._scope, record, state, self._rows.logs.id_of),
            text.code,
            text.sort_date,
            text.search_text,
            pack_state(state),
            class_no,
            key,
        )
        return Made(row, tokens)

    def _first_level(self, record_no: int, state: RecordState) -> Value:
        """The level that the create gave, also where a write replaced it since."""
        own = state.pending.get(state.birth)
        if own is not None:
            found = (w.value for w in own.writes if w.field == LEVEL_FIELD)
            return next(found, None)
        live = state.live.get(LEVEL_FIELD, {})
        if state.birth in live or not live or not state.is_created:
            return live.get(state.birth)
        record = stand_in(record_no, self._scope_no, state.birth)
        given = value_given(self._rows, record, state.birth, LEVEL_FIELD, DecodedSets())
        return given[1]

    def _class_no(self, level: int, text: RowText, flags: int) -> int:
        """The class of a record that people are shown; 0 of one that they are not."""
        if not flags & _CREATED:
            return 0
        return self._rows.classes.number(self._scope_no, level, text.place)


def is_simple(create: Create) -> bool:
    """Whether ``RowMaker.born`` may make its row: neither existence nor a copy."""
    if create.values and create.values[0][0] == EXISTENCE_FIELD:
        return False
    for _, value in create.values:
        if type(value) is tuple and is_copy(value):
            return False
    return True


def flags_of(
    state: RecordState, assessed: Assessed = UNTOUCHED, first_level: Value = None
) -> int:
    """What the record's row says at a glance; *first_level*: its create's."""
    flags = 0
    if state.is_shown:
        flags |= _REGISTER if first_level == LEVEL_REGISTER else _CREATED
    if state.pending:
        flags |= _PENDING
    if EXISTENCE_FIELD in state.live or state.pending:
        is_withdrawn, is_contested = existence(state, assessed.ignored)
        if is_withdrawn:
            flags |= RecordFlag.WITHDRAWN
        if is_contested:
            flags |= RecordFlag.CONTESTED
    if assessed.is_open:
        flags |= RecordFlag.OPEN
    return int(flags)


def _with_standing(
    values: dict[int, list[Value]], state: RecordState, assessed: Assessed
) -> dict[int, list[Value]]:
    """What stands of a field comes before what is only proposed for it."""
    if not assessed.standing:
        return values
    own = {w.field for effect in state.pending.values() for w in effect.writes}
    for field, cell in assessed.standing.items():
        if field in own:
            continue
        rest = [value for value in values.get(field, []) if value not in cell]
        values[field] = cell + rest
    return dict(sorted(values.items()))


def is_visible(flags: int) -> bool:
    """Whether a record counts: created, and not withdrawn."""
    wanted = RecordFlag.CREATED
    return flags & (wanted | RecordFlag.WITHDRAWN) == wanted


def _level_by(values: dict[int, list[Value]], first: Value) -> int:
    """The level: a register is one from birth to the end, and nothing becomes one."""
    found = values.get(LEVEL_FIELD, [])
    if first == LEVEL_REGISTER or (len(found) > 1 and isinstance(first, int)):
        return int(first)
    level = _level(values)
    if level != LEVEL_REGISTER:
        return level
    return first if isinstance(first, int) else 0


def _level(values: dict[int, list[Value]]) -> int:
    found = values.get(LEVEL_FIELD)
    if found and isinstance(found[0], int):
        return found[0]
    return 0
