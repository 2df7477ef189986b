"""同文关联 as a decision: a person says that two records of two fonds are one paper.

It is one element of the first record's links (kind 1). Both records stay whole, each in
its fonds; taking it back removes the element.
"""

from __future__ import annotations

from typing import Final

from node.catalogue.deciding.doing import require_hub, settle_own
from node.catalogue.likeness.errors import SameFonds
from node.catalogue.likeness.paper import SAME_TEXT_AS
from node.catalogue.premises import Premises
from node.catalogue.reading import dot_of, find_record, records_of, state_of
from node.catalogue.record import Record
from node.catalogue.saves import REASON
from node.catalogue.saving import check_actor, check_text
from node.catalogue.unsealed import hidden_imports
from node.history.journal import save
from node.history.operators import require_operator
from node.history.survivors import surviving_elements
from node.operator_keys import Operator
from node.store.port import Rows
from node.store.row_types import RecordRow
from protocol.identity import Dot, Element
from protocol.limits import TEXT_LIMIT_BYTES
from protocol.operations import LINKS_FIELD, Actor, Link, Removal, Remove

_NOTHING: Final = ""


class SameTextLinks:
    """Links between records of several fonds."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises

    async def link(
        self,
        actor: Actor,
        operator: Operator | None,
        ids: tuple[str, str],
        reason: str = _NOTHING,
    ) -> tuple[Record, Record]:
        """The two are the same text; said once, it is not said again.

        Raises:
            OperatorNeeded, OperatorRevoked, DecidedAtHub: not by this person, or here.
            UnknownRecord, AmbiguousRecord, InvalidValue.
            SameFonds: in one fonds it is a duplicate, and decided as a ticket.
        """
        by = _by(actor, operator)
        note = check_text(REASON, reason, TEXT_LIMIT_BYTES)
        now = self._premises.clock.now()

        def work(rows: Rows) -> tuple[int, int]:
            one, other = self._both(rows, operator, ids)
            if not (_elements(rows, one, other) or _elements(rows, other, one)):
                scope = rows.scopes.row(other.scope_no).scope
                record, target = dot_of(rows, one), dot_of(rows, other)
                save(
                    rows,
                    one.scope_no,
                    lambda n: Link(
                        n, by, now, record, SAME_TEXT_AS, scope, target, note
                    ),
                    signer=operator,
                )
            return one.record_no, other.record_no

        return await self._done(await self._premises.store.write(work))

    async def unlink(
        self, actor: Actor, operator: Operator | None, ids: tuple[str, str]
    ) -> tuple[Record, Record]:
        """The two are not said to be the same text any more.

        Raises:
            OperatorNeeded, OperatorRevoked, DecidedAtHub, SameFonds.
            UnknownRecord, AmbiguousRecord.
        """
        by = _by(actor, operator)
        now = self._premises.clock.now()

        def work(rows: Rows) -> tuple[int, int]:
            one, other = self._both(rows, operator, ids)
            for row, target in ((one, other), (other, one)):
                elements = _elements(rows, row, target)
                if elements:
                    gone = (Removal(LINKS_FIELD, elements),)
                    record = dot_of(rows, row)
                    save(
                        rows,
                        row.scope_no,
                        lambda n, record=record, gone=gone: Remove(  # type: ignore[misc]
                            n, by, now, record, gone
                        ),
                        signer=operator,
                    )
            return one.record_no, other.record_no

        return await self._done(await self._premises.store.write(work))

    def _both(
        self, rows: Rows, operator: Operator | None, ids: tuple[str, str]
    ) -> tuple[RecordRow, RecordRow]:
        require_operator(rows, operator)
        require_hub(rows)
        hidden = hidden_imports(rows)
        one, other = (find_record(rows, each, hidden) for each in ids)
        if one.scope_no == other.scope_no:
            raise SameFonds
        return one, other

    async def _done(self, numbers: tuple[int, int]) -> tuple[Record, Record]:
        await settle_own(self._premises)
        pack = self._premises.pack
        one, other = await self._premises.store.read(
            lambda rows: records_of(rows, numbers, pack)
        )
        return one, other


def _by(actor: Actor, operator: Operator | None) -> Actor:
    check_actor(actor)
    return actor if operator is None else operator.actor


def _elements(rows: Rows, row: RecordRow, target: RecordRow) -> tuple[Element, ...]:
    """The links of kind 1 from one record to another."""
    wanted = dot_of(rows, target)
    found = []
    elements = surviving_elements(state_of(row), LINKS_FIELD)
    for (log_no, n, position), value in elements.items():
        match value:
            case (kind, _, _, bytes(log), int(number), *_) if kind == SAME_TEXT_AS:
                if Dot(log, number) == wanted:
                    found.append(Element(Dot(rows.logs.id_of(log_no), n), position))
            case _:
                continue
    return tuple(sorted(found))
