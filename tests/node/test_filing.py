"""Filing: arranging, numbering without gaps, checking, filing and taking it back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.catalogue.act_errors import (
    ActBusy,
    ArrangementStale,
    CannotUndo,
    FilingBlocked,
    UnknownCodeRule,
)
from node.catalogue.door import Catalogue
from node.catalogue.matters import Paper, in_order, matter_of
from node.catalogue.numbering import FilingKey
from node.home import FileLock, Home
from node.machine import Machine
from protocol.operations import Actor

CLERK = Actor("其其格")
OTHER = Actor("白音")
KEY = FilingKey("0073", 2020, "D30", "BGS")
PREFIX = "0073-WS·2020-D30-BGS-"


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    opened = await Machine.init_room(
        Home(tmp_path / "home"), "库伦镇档案室", {"0073": "库伦街道办事处"}
    )
    yield opened
    await opened.close()


@pytest.fixture
def catalogue(machine: Machine) -> Catalogue:
    return machine.catalogue


async def enter(catalogue: Catalogue, title: str, date: str, **more: str) -> str:
    values = {
        "title": title,
        "date": date,
        "creators": "库伦旗人民政府",
        "pages": "2",
        "year": "2020",
        "retention_code": "D30",
        "org_code": "BGS",
        **more,
    }
    record = await catalogue.add(
        CLERK, "0073", {k: v for k, v in values.items() if v}, at_desk=True
    )
    return record.id


async def codes(catalogue: Catalogue) -> list[tuple[str | None, object]]:
    found = await catalogue.filing.arrangement(CLERK, KEY)
    return [(line.record.code, line.record.fields["title"]) for line in found.lines]


def rules(findings: Sequence[object]) -> set[str]:
    return {str(finding.rule) for finding in findings}  # type: ignore[attr-defined]


async def test_a_class_is_arranged_numbered_and_filed(catalogue: Catalogue) -> None:
    await enter(catalogue, "关于同意防汛经费的批复", "20200612")
    await enter(catalogue, "2020年工作总结", "20201231")
    await enter(catalogue, "关于防汛经费的请示", "20200601")
    await enter(catalogue, "关于植树造林的通知", "20200610")
    await enter(catalogue, "别的年度", "20190601", year="2019")
    (older, group) = sorted(
        await catalogue.filing.groups(CLERK, "0073"), key=lambda g: g.key.year or 0
    )
    assert (older.key.year, group.key, group.waiting) == (2019, KEY, 4)
    arranged = await catalogue.filing.arrangement(CLERK, KEY)
    assert [line.record.fields["title"] for line in arranged.lines] == [
        "关于防汛经费的请示",
        "关于同意防汛经费的批复",
        "关于植树造林的通知",
        "2020年工作总结",
    ]
    assert [line.code for line in arranged.lines] == [
        f"{PREFIX}{number:04d}" for number in range(1, 5)
    ]
    findings = await catalogue.filing.check(CLERK, arranged)
    assert not any(finding.is_blocking for finding in findings)
    filed = await catalogue.filing.file(CLERK, arranged)
    assert (filed.filed, filed.numbered) == (4, 4)
    assert (filed.first_code, filed.last_code) == (f"{PREFIX}0001", f"{PREFIX}0004")
    found = await catalogue.filing.arrangement(CLERK, KEY)
    assert all(line.is_filed for line in found.lines)
    assert found.lines[1].record.fields["state"] == "filed"
    assert found.lines[1].record.fields["open_status"] == "未审核"
    assert (await catalogue.filing.file(CLERK, found)).act_no == 0
    (group, _) = await catalogue.filing.groups(CLERK, "0073")
    assert (group.waiting, group.filed, group.last_item_no) == (0, 4, 4)


async def test_a_hand_moves_what_is_new_and_numbers_follow(
    catalogue: Catalogue,
) -> None:
    first = await enter(catalogue, "甲件", "20200101")
    second = await enter(catalogue, "乙件", "20200102")
    arranged = await catalogue.filing.arrangement(CLERK, KEY)
    moved = arranged.moved(first, +1)
    assert moved.fresh == (second, first)
    assert [line.number for line in moved.lines] == [1, 2]
    assert moved.moved(first, +5).fresh == (second, first)
    assert moved.moved("none", 1) is moved
    await catalogue.filing.file(CLERK, arranged, [second, first])
    assert await codes(catalogue) == [
        (f"{PREFIX}0001", "乙件"),
        (f"{PREFIX}0002", "甲件"),
    ]


async def test_what_has_a_number_keeps_it_and_new_ones_go_on_from_the_last(
    catalogue: Catalogue,
) -> None:
    await enter(catalogue, "已编号", "20201201", code=f"{PREFIX}0003")
    await enter(catalogue, "新来的", "20200101")
    arranged = await catalogue.filing.arrangement(CLERK, KEY)
    assert [line.number for line in arranged.lines] == [3, 4]
    findings = await catalogue.filing.check(CLERK, arranged)
    gaps = [f.found for f in findings if f.rule == "number-gap"]
    assert gaps == ["1-2"]
    await catalogue.filing.file(CLERK, arranged)
    await enter(catalogue, "补件", "20200102")
    arranged = await catalogue.filing.arrangement(CLERK, KEY)
    assert [line.number for line in arranged.lines] == [3, 4, 5]
    filed = await catalogue.filing.file(CLERK, arranged)
    assert (filed.filed, filed.first_code) == (1, f"{PREFIX}0005")


async def test_what_lacks_something_is_not_filed(catalogue: Catalogue) -> None:
    bad = await enter(catalogue, "缺页数", "20200101", pages="", creators="")
    await enter(catalogue, "日期不在年度", "20190101", doc_no="库政发〔2020〕1号")
    await enter(catalogue, "文号重复", "20200101", doc_no="库政发〔2020〕1号")
    arranged = await catalogue.filing.arrangement(CLERK, KEY)
    findings = await catalogue.filing.check(CLERK, arranged)
    blocking = {(f.record, f.field) for f in findings if f.is_blocking}
    assert blocking == {(bad, "pages"), (bad, "creators")}
    assert rules(findings) == {"required", "date-year", "doc-no-twice"}
    with pytest.raises(FilingBlocked) as caught:
        await catalogue.filing.file(CLERK, arranged)
    assert (caught.value.rule, caught.value.wanted) == ("required", "缺页数")
    assert all(code is None for code, _ in await codes(catalogue))


async def test_a_class_without_a_code_says_for_which_field(
    catalogue: Catalogue,
) -> None:
    await enter(catalogue, "甲", "20200101", org_code="督查室")
    key = KEY._replace(org="督查室")
    (group,) = await catalogue.filing.groups(CLERK, "0073")
    assert (group.key, group.lacks) == (key, "org_code")
    arranged = await catalogue.filing.arrangement(CLERK, key)
    with pytest.raises(FilingBlocked):
        await catalogue.filing.file(CLERK, arranged)
    with pytest.raises(UnknownCodeRule):
        await catalogue.filing.choose_code_rule(CLERK, "0073", "legacy")
    await catalogue.filing.choose_code_rule(CLERK, "0073", "dat13-item")
    assert (await catalogue.filing.code_rule(CLERK, "0073")).name == "dat13-item"
    arranged = await catalogue.filing.arrangement(CLERK, key)
    filed = await catalogue.filing.file(CLERK, arranged)
    assert filed.first_code == "0073-WS·2020·D30·督查室-0001"


async def test_an_office_by_its_name_is_numbered_under_its_letters(
    catalogue: Catalogue,
) -> None:
    await enter(catalogue, "甲件", "20200101", org_code="办公室")
    key = KEY._replace(org="办公室")
    arranged = await catalogue.filing.arrangement(CLERK, key)
    assert [line.code for line in arranged.lines] == [f"{PREFIX}0001"]
    code = "0073-WS·2019-D30-JJK-0001"
    await enter(
        catalogue, "旧件", "20190101", org_code="经济科", code=code, year="2019"
    )
    await enter(catalogue, "乙件", "20200101", org_code="经济科")
    arranged = await catalogue.filing.arrangement(CLERK, KEY._replace(org="经济科"))
    filed = await catalogue.filing.file(CLERK, arranged)
    assert filed.first_code == "0073-WS·2020-D30-JJK-0001"
    act = (await catalogue.acts.last(CLERK))[0]
    assert act.can_undo


async def test_a_fonds_numbers_by_the_rule_of_its_codes_unless_one_is_chosen(
    catalogue: Catalogue,
) -> None:
    code = "0073-WS·2019·D30·督查室-0001"
    await enter(catalogue, "旧件", "20190101", code=code, year="2019", org_code="")
    assert (await catalogue.filing.code_rule(CLERK, "0073")).name == "dat13-item"
    await catalogue.filing.choose_code_rule(CLERK, "0073", "dat22")
    assert (await catalogue.filing.code_rule(CLERK, "0073")).name == "dat22"


async def test_a_record_that_changed_since_is_named_and_nothing_is_filed(
    catalogue: Catalogue,
) -> None:
    first = await enter(catalogue, "甲件", "20200101")
    await enter(catalogue, "乙件", "20200102")
    arranged = await catalogue.filing.arrangement(CLERK, KEY)
    await catalogue.set(OTHER, first, {"pages": "3"}, at_desk=True)
    with pytest.raises(ArrangementStale) as caught:
        await catalogue.filing.file(CLERK, arranged)
    assert caught.value.wanted == "甲件"
    assert all(code is None for code, _ in await codes(catalogue))
    assert [act.kind for act in await catalogue.acts.last(CLERK)] == ["add", "add"]
    arranged = await catalogue.filing.arrangement(CLERK, KEY)
    await enter(catalogue, "占号", "20200103", code=f"{PREFIX}0001")
    with pytest.raises(ArrangementStale):
        await catalogue.filing.file(CLERK, arranged)


async def test_two_desks_do_not_file_one_class_twice(machine: Machine) -> None:
    await enter(machine.catalogue, "甲件", "20200101")
    other = await Machine.open(machine.home)
    try:
        mine = await machine.catalogue.filing.arrangement(CLERK, KEY)
        theirs = await other.catalogue.filing.arrangement(OTHER, KEY)
        lock = FileLock(machine.home.act_lock)
        assert lock.try_acquire()
        with pytest.raises(ActBusy):
            await other.catalogue.filing.file(OTHER, theirs)
        lock.release()
        await machine.catalogue.filing.file(CLERK, mine)
        with pytest.raises(ArrangementStale):
            await other.catalogue.filing.file(OTHER, theirs)
        assert await codes(other.catalogue) == [(f"{PREFIX}0001", "甲件")]
    finally:
        await other.close()


@pytest.mark.parametrize("is_sealed", [False, True])
async def test_a_filing_is_taken_back_while_nothing_stands_on_it(
    machine: Machine, *, is_sealed: bool
) -> None:
    catalogue = machine.catalogue
    for number in range(30):
        await enter(catalogue, f"第{number}件的通知", f"202001{number + 1:02d}")
    before = await codes(catalogue)
    await catalogue.filing.file(CLERK, await catalogue.filing.arrangement(CLERK, KEY))
    if is_sealed:
        await catalogue.premises.seal()
    act = (await catalogue.acts.last(CLERK))[0]
    assert (act.kind, act.records, act.can_undo) == ("filing", 30, True)
    undone = await catalogue.acts.undo(CLERK, act.act_no)
    assert (undone.records, undone.kept) == (30, 0)
    assert await codes(catalogue) == before
    await catalogue.filing.file(CLERK, await catalogue.filing.arrangement(CLERK, KEY))
    assert len({code for code, _ in await codes(catalogue)}) == 30


async def test_a_filing_with_numbers_or_corrections_behind_it_stays(
    catalogue: Catalogue,
) -> None:
    first = await enter(catalogue, "甲件", "20200101")
    await catalogue.filing.file(CLERK, await catalogue.filing.arrangement(CLERK, KEY))
    act = (await catalogue.acts.last(CLERK))[0]
    await enter(catalogue, "乙件", "20200102")
    await catalogue.filing.file(CLERK, await catalogue.filing.arrangement(CLERK, KEY))
    later = (await catalogue.acts.last(CLERK))[0]
    with pytest.raises(CannotUndo) as caught:
        await catalogue.acts.undo(CLERK, act.act_no)
    assert caught.value.reason == "numbers-follow"
    await catalogue.acts.undo(CLERK, later.act_no)
    await catalogue.set(CLERK, first, {"pages": "3"}, reason="数错", at_desk=True)
    with pytest.raises(CannotUndo) as caught:
        await catalogue.acts.undo(CLERK, act.act_no)
    assert caught.value.reason == "corrected-since"


async def test_a_withdrawn_filed_number_is_not_given_again(
    catalogue: Catalogue,
) -> None:
    first = await enter(catalogue, "甲件", "20200101")
    await catalogue.filing.file(CLERK, await catalogue.filing.arrangement(CLERK, KEY))
    await catalogue.withdraw(CLERK, first, "重复归档")
    await enter(catalogue, "乙件", "20200102")
    arranged = await catalogue.filing.arrangement(CLERK, KEY)
    assert [line.number for line in arranged.lines] == [2]
    findings = await catalogue.filing.check(CLERK, arranged)
    assert "withdrawn-number" in rules(findings)
    assert "number-gap" not in rules(findings)


async def test_one_number_twice_is_found(catalogue: Catalogue) -> None:
    await enter(catalogue, "甲件", "20200101", code=f"{PREFIX}0001")
    await enter(catalogue, "乙件", "20200102", code=f"{PREFIX}0001")
    arranged = await catalogue.filing.arrangement(CLERK, KEY)
    findings = await catalogue.filing.check(CLERK, arranged)
    assert [f.found for f in findings if f.rule == "number-twice"] == [f"{PREFIX}0001"]
    with pytest.raises(FilingBlocked):
        await catalogue.filing.file(CLERK, arranged)


@pytest.mark.parametrize(
    ("title", "matter"),
    [
        ("库伦旗人民政府关于做好防汛工作的通知", "做好防汛工作"),
        ("关于转发《通辽市人民政府关于做好防汛工作的通知》的通知", "做好防汛工作"),
        ("关于同意防汛经费的批复", "防汛经费"),
        ("关于防汛经费的请示", "防汛经费"),
        ("关于印发2020年工作要点的通知", "2020年工作要点"),
        ("总结", ""),
        ("", ""),
    ],
)
def test_the_matter_is_read_from_the_title(title: str, matter: str) -> None:
    assert matter_of(title) == matter


DATES = st.sampled_from(["", "2020", "202003", "20200301", "[20200302]", "20200101/2"])
PAPERS = st.lists(
    st.builds(
        Paper,
        st.sampled_from(
            ["关于防汛经费的请示", "关于防汛经费的批复", "通知", "甲乙丙丁"]
        ),
        st.sampled_from(["", "库政发〔2020〕2号", "库政发〔2020〕10号"]),
        DATES,
        st.integers(1, 99),
    ),
    max_size=30,
)


@given(PAPERS)
def test_arranging_loses_nothing_and_keeps_matters_together(
    papers: list[Paper],
) -> None:
    order = in_order(papers)
    assert sorted(order) == list(range(len(papers)))
    matters = [matter_of(papers[index].title) for index in order]
    runs = [
        m for at, m in enumerate(matters) if m and (at == 0 or matters[at - 1] != m)
    ]
    assert len(runs) == len(set(runs))
