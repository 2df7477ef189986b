"""The door's face for papers that may be one, on one machine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.catalogue.likeness.digest_list import DigestList, Held, make_digest_list
from node.catalogue.likeness.errors import DigestListDamaged, SameFonds
from node.catalogue.likeness.papers import Papers, Wanted
from node.catalogue.likeness.refreshing import known_of
from node.errors import UnknownRecord
from node.home import Home
from node.machine import Machine
from node.store.catalogue_port import ImportRow, ImportState
from node.store.port import Rows
from node.store.ticket_port import TicketClass
from protocol.operations import Actor

CLERK = Actor("其其格")
TITLE = "库伦旗人民政府关于做好防汛抗旱工作的通知"
NUMBER = "库政发〔2019〕12号"
OTHER_BRACKETS = "库政发[2019] 012 号"


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    opened = await Machine.init_hub(Home(tmp_path / "home"), "库伦旗档案馆")
    for code, title in (("0073", "库伦街道办事处"), ("0074", "扣河子镇人民政府")):
        await opened.catalogue.open_fonds(CLERK, code, title)
    await opened.hub.prepare()
    yield opened
    await opened.close()


@pytest.fixture
def papers(machine: Machine) -> Papers:
    return machine.catalogue.papers


async def add(
    machine: Machine, fonds: str = "0073", title: str = TITLE, **values: str
) -> str:
    record = await machine.catalogue.add(CLERK, fonds, {"title": title, **values})
    return record.id


async def tickets(machine: Machine) -> int:
    def count(rows: Rows) -> int:
        return rows.tickets.amounts().get(TicketClass.DUPLICATE, 0)

    return await machine.store.read(count)


async def test_a_paper_catalogued_twice_is_shown_with_its_grounds(
    machine: Machine, papers: Papers
) -> None:
    first = await add(machine, doc_no=NUMBER, date="2019-03-05")
    second = await add(machine, doc_no=OTHER_BRACKETS, date="2019")
    await add(machine, "0074", doc_no=NUMBER, date="2019-03-05")
    assert await papers.refresh(CLERK) >= 3
    assert await papers.refresh(CLERK) == 0
    found = await papers.candidates(CLERK)
    assert (found.total, found.waiting) == (1, 0)
    (candidate,) = found.found
    assert {record.id for record in candidate.records} == {first, second}
    assert candidate.grounds.number
    assert candidate.grounds.title_percent == 100
    (mine,) = await papers.candidates_of(CLERK, second)
    assert [record.id for record in mine.records] == [second, first]
    assert await tickets(machine) == 1
    with pytest.raises(UnknownRecord):
        await papers.candidates_of(CLERK, "K3Q7ZT-1-M")


async def test_a_pair_follows_what_is_changed_withdrawn_and_restored(
    machine: Machine, papers: Papers
) -> None:
    first = await add(machine, doc_no=NUMBER)
    await add(machine, doc_no=NUMBER)
    seen = []
    catalogue = machine.catalogue
    for change in (
        catalogue.set(CLERK, first, {"doc_no": "库政发〔2019〕13号"}),
        catalogue.set(CLERK, first, {"doc_no": OTHER_BRACKETS}),
        catalogue.withdraw(CLERK, first, "录重了"),
        catalogue.restore(CLERK, first, "没有录重"),
    ):
        await change
        await papers.refresh(CLERK)
        seen.append(await tickets(machine))
    assert seen == [0, 1, 0, 1]


async def test_a_title_that_many_bear_says_nothing_and_is_heard_again(
    machine: Machine, papers: Papers
) -> None:
    ids = [await add(machine, year="2019") for _ in range(12)]
    await papers.refresh(CLERK)
    assert await tickets(machine) == 12 * 11 // 2
    ids.append(await add(machine, year="2019"))
    await papers.refresh(CLERK)
    assert await tickets(machine) == 0
    await machine.catalogue.withdraw(CLERK, ids[3], "")
    await papers.refresh(CLERK)
    assert await tickets(machine) == 12 * 11 // 2


async def test_records_of_an_older_program_are_looked_at_once(
    machine: Machine, papers: Papers
) -> None:
    """Nobody noted them when they were written."""
    await add(machine, doc_no=NUMBER)
    await add(machine, doc_no=NUMBER)

    def forget(rows: Rows) -> None:
        rows.papers.done(rows.papers.waiting(100))
        rows.settings.put("papers.version", None)

    await machine.store.write(forget)
    await papers.refresh(CLERK)
    assert await tickets(machine) == 1


async def test_nothing_is_looked_at_while_an_import_goes_on(
    machine: Machine, papers: Papers
) -> None:
    await add(machine, doc_no=NUMBER)
    await add(machine, doc_no=NUMBER)
    live = ImportRow(
        0, ImportState.LIVE, 0, 0, 0, "目录.xlsx", b"", "其其格", 0, 0, 0, 0, 0, 0, b""
    )
    import_no = await machine.store.write(lambda rows: rows.imports.add(live))
    assert await papers.refresh(CLERK) == 0
    done = live._replace(import_no=import_no, state=ImportState.DONE)
    await machine.store.write(lambda rows: rows.imports.update(done))
    await papers.refresh(CLERK)
    assert await tickets(machine) == 1


async def test_an_import_that_is_taken_back_leaves_no_pair(
    machine: Machine, papers: Papers, tmp_path: Path
) -> None:
    await add(machine, doc_no=NUMBER)
    book = tmp_path / "目录.csv"
    book.write_text(f"题名,文号\n{TITLE[7:]},{NUMBER}\n", "utf-8-sig")
    result = await machine.catalogue.import_workbook(CLERK, book, "0073")
    await papers.refresh(CLERK)
    assert await tickets(machine) == 1
    await machine.catalogue.undo_import(CLERK, result.batch)
    await papers.refresh(CLERK)
    assert await tickets(machine) == 0
    assert (await papers.candidates(CLERK)).total == 0


async def test_the_same_text_in_another_fonds_is_listed_and_linked_never_merged(
    machine: Machine, papers: Papers
) -> None:
    here = await add(machine, "0073", doc_no=NUMBER, date="2019-03-05")
    there = await add(machine, "0074", doc_no=OTHER_BRACKETS, date="2019-03-05")
    await add(machine, "0074", title="关于别的事情的通知", doc_no="国发〔2019〕1号")
    await papers.refresh(CLERK)
    assert await tickets(machine) == 0
    found = await papers.elsewhere(CLERK)
    (group,) = found.groups
    assert found.next == b""
    assert {record.id for record in group.records} == {here, there}
    assert {record.fonds for record in group.records} == {"0073", "0074"}
    assert group.linked == (False,)
    await papers.links.link(CLERK, None, (here, there), "同一份来文")
    await papers.links.link(CLERK, None, (there, here))
    await papers.refresh(CLERK)
    assert (await papers.elsewhere(CLERK)).groups == ()
    (group,) = (await papers.elsewhere(CLERK, is_whole=True)).groups
    assert group.linked == (True,)
    assert all(record.state == "active" for record in group.records)
    await papers.links.unlink(CLERK, None, (there, here))
    await papers.refresh(CLERK)
    assert len((await papers.elsewhere(CLERK)).groups) == 1


async def test_in_one_fonds_nothing_is_linked_as_the_same_text(
    machine: Machine, papers: Papers
) -> None:
    one, other = await add(machine), await add(machine)
    with pytest.raises(SameFonds):
        await papers.links.link(CLERK, None, (one, other))


async def test_what_is_digitised_elsewhere_is_told_by_the_list_alone(
    machine: Machine, papers: Papers
) -> None:
    """As in a room: it has the list, and none of the other fonds' records."""
    await add(machine, "0074", doc_no=NUMBER, date="2019-03-05", origin="数字化")
    await add(
        machine, "0074", title="关于加强全旗道路交通安全管理工作的意见",
        date="2019-04-01", origin="数字化",
    )  # fmt: skip
    await add(machine, "0074", doc_no="库政发〔2019〕77号", origin="原生")
    await add(machine, "0073", doc_no="库政发〔2019〕88号", origin="数字化")
    await papers.refresh(CLERK)
    listed = await machine.store.read(make_digest_list)
    assert "防汛".encode() not in listed
    by_number = await add(machine, doc_no=OTHER_BRACKETS, year="2019")
    by_title = await add(
        machine, title="库伦旗关于加强全旗道路交通安全管理工作的意见",
        date="2019-04-01", year="2019",
    )  # fmt: skip
    await add(machine, doc_no="库政发〔2019〕77号", year="2019")
    await add(machine, doc_no="库政发〔2019〕88号", year="2019")
    await add(machine, doc_no=NUMBER, year="2018")
    wanted = Wanted(fonds="0073", year=2019)
    answer = await papers.ask(CLERK, wanted, listed)
    assert answer.asked == 4
    assert {each.record.id: each.held for each in answer.found} == {
        by_number: (Held("0074", "扣河子镇人民政府", by_number=True),),
        by_title: (Held("0074", "扣河子镇人民政府", by_number=False),),
    }
    await papers.refresh(CLERK)
    here = await papers.ask(CLERK, Wanted(ids=(by_number,)))
    assert [(each.fonds, each.by_number) for each in here.found[0].held] == [
        ("0074", True)
    ]


async def test_a_list_of_many_finds_each_and_nothing_else(machine: Machine) -> None:
    def fill(rows: Rows) -> tuple[bytes, list[int]]:
        listed = make_digest_list(rows)
        return listed, [row.record_no for row in rows.records.after(0, 1_000)]

    for n in range(60):
        origin = "数字化" if n % 2 else "原生"
        await machine.catalogue.add(
            CLERK,
            "0074",
            {"title": TITLE, "doc_no": f"库政发〔2019〕{n + 1}号", "origin": origin},
            at_desk=True,
        )
    await machine.catalogue.papers.refresh(CLERK)
    listed, numbers = await machine.store.read(fill)
    known = DigestList.load(listed)
    assert len(known) == 30

    def look(rows: Rows) -> dict[int, bool]:
        found = {}
        for number in numbers:
            paper = known_of(rows, number)
            if paper is not None:
                (each,) = paper.paper.numbers
                found[each.digits[-1]] = bool(known.find(paper.paper))
        return found

    held = await machine.store.read(look)
    assert held == {n + 1: bool(n % 2) for n in range(60)}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: b"",
        lambda data: data[:-1],
        lambda data: b"X" + data[1:],
        lambda data: data[:9] + b"\xc1" + data[10:],
    ],
)
async def test_a_damaged_list_is_refused(machine: Machine, spoil: object) -> None:
    await add(machine, doc_no=NUMBER, origin="数字化")
    await machine.catalogue.papers.refresh(CLERK)
    listed = await machine.store.read(make_digest_list)
    with pytest.raises(DigestListDamaged):
        DigestList.load(spoil(listed))  # type: ignore[operator]
