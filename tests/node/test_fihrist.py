"""Records that two people really changed at once: nothing one-sided is lost.

``fihrist_merges`` beside the repository holds 154 records with their base, both
people's versions and what a third person made of them by hand; 34 one-sided changes
were lost then. Here the two people are two rooms that worked offline.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from node.history.journal import save_all
from node.history.state_packing import unpack_state
from node.history.survivors import confirmed, resolved
from node.history.tickets import unpack_sides
from node.store.port import Rows
from node.store.ticket_port import TicketClass
from protocol.identity import Dot, Scope
from protocol.operations import Create, Set, Value, Write
from tests.support.conflict_county import ConflictCounty
from tests.support.exchanges import CLERK, LEVEL, TITLE, Site, digest_of
from tests.support.real_data import real_data_folder

FIRST_UNKNOWN = 1000
"""Fields of theirs that no rule pack knows; people decide such fields too."""

pytestmark = pytest.mark.realdata


@dataclass(frozen=True, slots=True)
class Field:
    """What two people made of one field."""

    base: str
    ours: str
    theirs: str
    kind: str
    """ours, theirs, both_same, conflict; merge_only: nobody but the third person."""

    @property
    def expected(self) -> set[str | None]:
        """The values that must survive; None: cleared, or never there."""
        return {
            "ours": {self.ours or None},
            "theirs": {self.theirs or None},
            "both_same": {self.ours or None},
            "conflict": {self.ours or None, self.theirs or None},
            "merge_only": {self.base or None},
        }[self.kind]


Case = dict[int, Field]
"""The fields of one record, by number."""
Held = dict[int, dict[int, set[Value]]]
"""Case to field to the values that survive."""


def cases() -> list[Case]:
    """All records of which both versions could be read."""
    folder = real_data_folder()
    assert folder is not None
    source = folder / "merge_cases" / "fihrist_merges.jsonl.xz"
    with lzma.open(source, "rt", encoding="utf-8") as lines:
        read = [json.loads(line) for line in lines]
    merges = [merge["fields"] for merge in read if "fields" in merge]
    names = sorted({name for fields in merges for name in fields})
    numbers = {name: FIRST_UNKNOWN + place for place, name in enumerate(names)}
    numbers["header_title"] = TITLE
    wanted = ("base", "ours", "theirs", "kind")
    return [
        {
            numbers[name]: Field(*(told[each] for each in wanted))
            for name, told in fields.items()
        }
        for fields in merges
    ]


async def base_of(site: Site, scope: Scope, wanted: list[Case]) -> list[Dot]:
    """The records as both people had them."""

    def do(rows: Rows) -> list[Dot]:
        own = rows.logs.own()
        scope_no = rows.scopes.number_of(scope)
        assert own is not None
        assert scope_no is not None

        def make(n: int) -> Iterator[Create]:
            for step, case in enumerate(wanted):
                given = sorted((no, each.base) for no, each in case.items())
                values = tuple((no, text) for no, text in given if text)
                yield Create(n + step, CLERK, site.clock.now(), ((LEVEL, 3), *values))

        made = save_all(rows, scope_no, lambda n: list(make(n)), is_one_act=False)
        return [Dot(own.log, operation.n) for operation in made]

    return await site.store.write(do)


async def edit(
    site: Site, scope: Scope, records: list[Dot], wanted: list[Case], version: str
) -> None:
    """One person's version of every record, each a save."""

    def do(rows: Rows) -> None:
        scope_no = rows.scopes.number_of(scope)
        assert scope_no is not None
        for record, case in zip(records, wanted, strict=True):
            writes = tuple(
                Write(number, getattr(field, version) or None, (record,))
                for number, field in sorted(case.items())
                if getattr(field, version) != field.base
            )
            if writes:
                save_all(
                    rows,
                    scope_no,
                    lambda n, record=record, writes=writes: (  # type: ignore[misc]
                        Set(n, CLERK, site.clock.now(), record, writes),
                    ),
                )

    await site.store.write(do)


async def held_at(site: Site, scope: Scope, records: list[Dot]) -> Held:
    """What survives at a machine."""

    def read(rows: Rows) -> Held:
        scope_no = rows.scopes.number_of(scope)
        assert scope_no is not None
        found: Held = {}
        for case, record in enumerate(records):
            log_no = rows.logs.number_of(record.log)
            assert log_no is not None
            number = rows.records.number_of(scope_no, log_no, record.n)
            assert number is not None
            row = rows.records.row(number)
            assert row is not None
            state = unpack_state((log_no, record.n), row.state)
            found[case] = {
                field: {resolved(value) for value in confirmed(state, field).values()}
                for field in state.live
            }
        return found

    return await site.store.read(read)


async def tickets_at(
    site: Site,
) -> dict[tuple[bytes, bytes], tuple[int, int, set[Value]]]:
    """Class, field and values of every ticket, by subject and version."""

    def read(rows: Rows) -> dict[tuple[bytes, bytes], tuple[int, int, set[Value]]]:
        return {
            (row.subject, row.version): (
                row.ticket_class,
                row.field,
                {side.shown for side in unpack_sides(row.sides)},
            )
            for row in rows.tickets.all()
        }

    return await site.store.read(read)


async def test_what_two_people_changed_at_once(tmp_path: Path) -> None:
    wanted = cases()
    kinds = [field.kind for case in wanted for field in case.values()]
    assert len(wanted) == 154
    assert kinds.count("conflict") == 142
    county = await ConflictCounty.make(tmp_path)
    scope = county.scopes["s"]
    try:
        records = await base_of(county.rooms["a"], scope, wanted)
        await county.meet("a")
        await county.meet("b")
        await edit(county.rooms["a"], scope, records, wanted, "ours")
        await edit(county.rooms["b"], scope, records, wanted, "theirs")
        for room in "aba":
            await county.meet(room)
        tickets = await tickets_at(county.hub)
        digest = await digest_of(county.hub, scope)
        for site in (county.hub, county.rooms["a"], county.rooms["b"]):
            held = await held_at(site, scope, records)
            for case, fields in enumerate(wanted):
                for number, field in fields.items():
                    assert held[case].get(number, {None}) == field.expected
            assert await tickets_at(site) == tickets
            assert await digest_of(site, scope) == digest
    finally:
        await county.close()
    conflicts = sorted(
        (number, sorted(map(str, field.expected)))
        for case in wanted
        for number, field in case.items()
        if field.kind == "conflict"
    )
    assert conflicts == sorted(
        (number, sorted(map(str, values))) for _, number, values in tickets.values()
    )
    assert {found for found, _, _ in tickets.values()} == {TicketClass.FIELD}
