"""Two rooms file one sequence for a year and do not hear of each other.

No code is lost, every collision is one ticket, and all machines agree who holds a
code before anybody has decided anything.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from node.catalogue.fields import CODE, LEVEL_ITEM
from node.catalogue.numbering import FilingKey
from node.history.claims import holder_of
from node.history.state_packing import unpack_state
from node.history.survivors import confirmed
from node.history.tickets import code_subject, unpack_sides
from node.store.port import Rows
from node.store.ticket_port import TicketClass
from protocol.identity import Scope
from tests.support.conflict_county import ConflictCounty, Office
from tests.support.exchanges import CLERK, Site, digest_of

FONDS = "0152"
KEY = FilingKey(FONDS, 2020, "D30", "BGS")
MONTHS = 12
ITEMS = {"a": 3, "b": 2}
"""What each room files in a month."""

Stamped = dict[str, str]
"""Printed id of an item to its code."""


async def file_a_month(office: Office, month: int, amount: int) -> None:
    """Enter some items, then arrange, number and file them."""
    catalogue = office.whole.catalogue
    for number in range(amount):
        values = {
            "title": f"{office.name}室{month}月第{number}件关于春耕的通知",
            "date": f"2020{month:02d}{number + 1:02d}",
            "creators": "库伦旗人民政府",
            "pages": "2",
            "year": "2020",
            "retention_code": "D30",
            "org_code": "BGS",
        }
        await catalogue.add(CLERK, FONDS, values, at_desk=True)
    arranged = await catalogue.filing.arrangement(CLERK, KEY)
    filed = await catalogue.filing.file(CLERK, arranged)
    assert (filed.filed, filed.numbered) == (amount, amount)


async def stamped_at(office: Office) -> Stamped:
    """Codes of what is filed, as the room stamped them on paper."""
    found = await office.whole.catalogue.filing.arrangement(CLERK, KEY)
    return {line.record.id: line.code for line in found.lines if line.is_filed}


async def claims_at(site: Site, scope: Scope) -> dict[str, set[str]]:
    """Every code that stands on a record, and the titles of the records."""

    def read(rows: Rows) -> dict[str, set[str]]:
        scope_no = rows.scopes.number_of(scope)
        assert scope_no is not None
        found: dict[str, set[str]] = {}
        for row in rows.records.in_scope(scope_no, 0, 1_000):
            if row.level != LEVEL_ITEM:
                continue
            state = unpack_state((row.log_no, row.n), row.state)
            for code in confirmed(state, CODE).values():
                found.setdefault(str(code), set()).add(row.search_text)
        return found

    return await site.store.read(read)


async def holders_at(site: Site, scope: Scope) -> dict[str, tuple[bytes, int, str]]:
    """Who holds each code, and why."""

    def read(rows: Rows) -> dict[str, tuple[bytes, int, str]]:
        scope_no = rows.scopes.number_of(scope)
        assert scope_no is not None
        found = {}
        for row in rows.records.in_scope(scope_no, 0, 1_000):
            if row.level != LEVEL_ITEM or row.code is None:
                continue
            held = holder_of(rows, scope_no, row.code)
            assert held is not None
            holder = rows.records.row(held.record_no)
            assert holder is not None
            log = rows.logs.id_of(holder.log_no)
            found[row.code] = (log, holder.n, held.why.value)
        return found

    return await site.store.read(read)


async def tickets_at(site: Site) -> dict[bytes, tuple[int, bytes, int]]:
    """Class, version and number of sides of every ticket, by subject."""
    rows_of = await site.store.read(lambda rows: list(rows.tickets.all()))
    return {
        row.subject: (row.ticket_class, row.version, len(unpack_sides(row.sides)))
        for row in rows_of
    }


async def test_two_rooms_file_for_a_year(tmp_path: Path) -> None:
    county = await ConflictCounty.make(tmp_path)
    scope = county.scopes["s"]
    stamped: dict[str, Stamped] = {}
    try:
        for month in range(1, MONTHS + 1):
            for name, amount in ITEMS.items():
                office = county.rooms[name]
                assert isinstance(office, Office)
                await file_a_month(office, month, amount)
                stamped[name] = await stamped_at(office)
        for name, amount in ITEMS.items():
            codes = [f"{FONDS}-WS·2020-D30-BGS-{n:04d}" for n in range(1, 999)]
            assert sorted(stamped[name].values()) == codes[: amount * MONTHS]
        given = Counter(code for each in stamped.values() for code in each.values())
        twice = {code for code, number in given.items() if number == 2}
        assert len(twice) == MONTHS * min(ITEMS.values())

        for room in "abcabc":
            await county.meet(room)
        sites = [county.hub, *county.rooms.values()]
        expected = await tickets_at(county.hub)
        assert set(expected) == {code_subject(code) for code in twice}
        assert {(kind, sides) for kind, _, sides in expected.values()} == {
            (TicketClass.CODE, 2)
        }
        holders = await holders_at(county.hub, scope)
        assert set(holders) == set(given)
        digest = await digest_of(county.hub, scope)
        for site in sites:
            claims = await claims_at(site, scope)
            assert {code: len(titles) for code, titles in claims.items()} == given
            assert await tickets_at(site) == expected
            assert await holders_at(site, scope) == holders
            assert await digest_of(site, scope) == digest
        assert not await county.hub.store.read(lambda rows: rows.decisions.newest(0, 1))
    finally:
        await county.close()
