"""Operators of a hub for tests of the lower floors: named, deciding, read back."""

from __future__ import annotations

from node.history.journal import save
from node.history.logbook import DecodedSets, entries_of
from node.history.operators import (
    SignatureWord,
    common_scope_no,
    read_roster,
    require_operator,
)
from node.history.registering import say
from node.history.registers import OPERATOR
from node.operator_keys import Operator
from node.store.port import Rows
from protocol.identity import Dot, Scope
from protocol.operations import Resolve, Write
from tests.support.exchanges import CLERK, TITLE, Site

WANG = Operator("王芳", b"operator wang, 32 bytes of seed.")
LI = Operator("李四", b"operator li, 32 bytes of a seed.")


async def name_operator(
    hub: Site, operator: Operator, *, is_in_force: bool = True
) -> None:
    """The hub's word that this is an operator, or is one no more."""

    def do(rows: Rows) -> None:
        scope_no = common_scope_no(rows)
        assert scope_no is not None
        element = (operator.name, operator.public_key, int(is_in_force))
        say(rows, scope_no, CLERK, hub.clock.now(), {OPERATOR: [element]})

    await hub.store.write(do)
    await hub.hub.prepare()


async def decide(
    site: Site,
    scope: Scope,
    record: Dot,
    title: str,
    operator: Operator | None,
    *,
    is_asked: bool = False,
) -> Dot:
    """A decision on the record's title by *operator*; its dot, not sealed yet.

    *is_asked*: as the door does it, which asks first whether the operator may.
    """

    def do(rows: Rows) -> Dot:
        if is_asked:
            require_operator(rows, operator)
        own = rows.logs.own()
        scope_no = rows.scopes.number_of(scope)
        assert own is not None
        assert scope_no is not None
        write = Write(TITLE, title, (record,))
        made = save(
            rows,
            scope_no,
            lambda n: Resolve(
                n, CLERK, site.clock.now(), record, write, 2, b"v" * 16, "以原件为准"
            ),
            signer=operator,
        )
        return Dot(own.log, made.n)

    return await site.store.write(do)


async def words_of(
    site: Site, scope: Scope, record: Dot
) -> list[tuple[SignatureWord, str]]:
    """What the machine tells of every signature on the record, in order of time."""

    def read(rows: Rows) -> list[tuple[SignatureWord, str]]:
        scope_no = rows.scopes.number_of(scope)
        log_no = rows.logs.number_of(record.log)
        assert scope_no is not None
        assert log_no is not None
        number = rows.records.number_of(scope_no, log_no, record.n)
        assert number is not None
        row = rows.records.row(number)
        assert row is not None
        roster = read_roster(rows)
        found = []
        for entry in entries_of(rows, row, DecodedSets()):
            told = roster.tell(
                rows,
                entry.log_no,
                entry.operation,
                entry.signed,
                is_left=entry.is_left,
            )
            if told.word is not None:
                found.append((told.word, told.signer))
        return found

    return await site.store.read(read)
