"""From a record's state to its row: flags, leaf, text."""

from __future__ import annotations

from typing import Final, NamedTuple

from node.history.effects import is_copy
from node.history.leaf import birth_leaf, bucket_of, leaf_of, record_bytes
from node.history.state_packing import pack_birth, pack_pending_birth, pack_state
from node.history.survivors import RecordState, existence, shown
from node.history.tickets import open_fields
from node.store.port import Rows
from node.store.row_types import RecordFlag, RecordRow, RowText
from protocol.identity import Scope
from protocol.operations import EXISTENCE_FIELD, Create, Value

LEVEL_FIELD: Final = 3
"""1 fonds · 2 volume · 3 item; the same in every rule pack."""
_NO_TEXT: Final = RowText(code=None, sort_date=None, search_text="", tokens="")
_CREATED: Final = int(RecordFlag.CREATED)
_PENDING: Final = int(RecordFlag.PENDING)


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
        text = self._rows.describe(values, self._scope_no)
        level = _level(values)
        row = RecordRow(
            record_no,
            self._scope_no,
            log_no,
            create.n,
            _CREATED if is_admitted else _CREATED | _PENDING,
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
            self._rows.classes.number(self._scope_no, level, text.place),
            text.shelf_key,
        )
        return Made(row, text.tokens)

    def made(
        self,
        record_no: int,
        state: RecordState,
        old: RecordRow | None,
        *,
        is_shown_same: bool = False,
        import_no: int = 0,
    ) -> Made:
        """The row of *state* in place of *old*, which may show the same values."""
        log_no, n = state.birth
        record = record_bytes(self._rows.logs.id_of(log_no), n)
        flags = flags_of(state)
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
            values = shown(state)
            level = _level(values)
            text = _NO_TEXT
            if flags & _CREATED:
                text = self._rows.describe(values, self._scope_no)
                class_no = self._rows.classes.number(self._scope_no, level, text.place)
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


def is_simple(create: Create) -> bool:
    """Whether ``RowMaker.born`` may make its row: neither existence nor a copy."""
    if create.values and create.values[0][0] == EXISTENCE_FIELD:
        return False
    for _, value in create.values:
        if type(value) is tuple and is_copy(value):
            return False
    return True


def flags_of(state: RecordState) -> int:
    """What the record's row says at a glance."""
    flags = 0
    if state.is_shown:
        flags |= RecordFlag.CREATED
    if state.pending:
        flags |= RecordFlag.PENDING
    if EXISTENCE_FIELD in state.live or state.pending:
        is_withdrawn, is_contested = existence(state)
        if is_withdrawn:
            flags |= RecordFlag.WITHDRAWN
        if is_contested:
            flags |= RecordFlag.CONTESTED
    if open_fields(state):
        flags |= RecordFlag.OPEN
    return int(flags)


def is_visible(flags: int) -> bool:
    """Whether a record counts: created, and not withdrawn."""
    wanted = RecordFlag.CREATED
    return flags & (wanted | RecordFlag.WITHDRAWN) == wanted


def _level(values: dict[int, list[Value]]) -> int:
    found = values.get(LEVEL_FIELD)
    if found and isinstance(found[0], int):
        return found[0]
    return 0
