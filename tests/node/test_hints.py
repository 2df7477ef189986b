"""Hints: what a form offers while somebody types."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.catalogue.door import Catalogue
from node.home import Home
from node.machine import Machine
from protocol.operations import Actor

CLERK = Actor("其其格")
CLASS = {"year": "2020", "retention_code": "D30", "org_code": "BGS"}


@pytest.fixture
async def catalogue(tmp_path: Path) -> AsyncIterator[Catalogue]:
    machine = await Machine.init_room(
        Home(tmp_path / "home"),
        "库伦镇档案室",
        {"0073": "库伦街道办事处", "0074": "库伦镇"},
    )
    yield machine.catalogue
    await machine.close()


async def enter(catalogue: Catalogue, fonds: str = "0073", **values: str) -> str:
    return (await catalogue.add(CLERK, fonds, {"title": "甲", **values})).id


async def test_the_issuers_mark_suggests_the_usual_creators(
    catalogue: Catalogue,
) -> None:
    for number, name in (
        (1, "库伦旗政府"),
        (2, "库伦旗人民政府"),
        (3, "库伦旗人民政府"),
    ):
        await enter(catalogue, doc_no=f"库政发〔2020〕{number}号", creators=name)
    await enter(catalogue, doc_no="库政办发〔2020〕1号", creators="政府办")
    await enter(catalogue, "0074", doc_no="库政发〔2020〕9号", creators="别处")
    hints = catalogue.hints
    assert await hints.issuer(CLERK, "0073", "库政发[2021] 7号") == ("库伦旗人民政府",)
    assert await hints.issuer(CLERK, "0073", "库政办发〔2021〕7号") == ("政府办",)
    assert await hints.issuer(CLERK, "0073", "通政发〔2021〕7号") == ()
    assert await hints.issuer(CLERK, "0073", "库政发") == ()


async def test_the_next_code_goes_on_behind_those_that_wait(
    catalogue: Catalogue,
) -> None:
    hints = catalogue.hints
    found = await hints.next_code(CLERK, "0073", CLASS)
    assert (found.code, found.item_no) == ("0073-WS·2020-D30-BGS-0001", 1)
    await enter(catalogue, code="0073-WS·2020-D30-BGS-0007", org_code="BGS")
    await enter(catalogue, **CLASS)
    found = await hints.next_code(CLERK, "0073", {**CLASS, "title": "乙"})
    assert (found.code, found.last_item_no, found.waiting) == (
        "0073-WS·2020-D30-BGS-0009",
        7,
        1,
    )
    other = await hints.next_code(
        CLERK, "0073", {"year": "2020", "retention_code": "永久"}
    )
    assert other.code == "0073-WS·2020-Y-0001"


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        ({}, ("year", "retention_code")),
        ({"year": "2020"}, ("retention_code",)),
        ({"year": "二", "retention_code": "D30"}, ("year",)),
        ({**CLASS, "org_code": "督查室"}, ("org_code",)),
        ({**CLASS, "retention_code": "D25"}, ("retention_code",)),
    ],
)
async def test_what_a_code_still_lacks_is_named(
    catalogue: Catalogue, values: dict[str, str], missing: tuple[str, ...]
) -> None:
    found = await catalogue.hints.next_code(CLERK, "0073", values)
    assert (found.code, found.missing) == ("", missing)


async def test_old_terms_number_by_the_older_edition(catalogue: Catalogue) -> None:
    found = await catalogue.hints.next_code(
        CLERK, "0073", {"year": "2001", "retention_code": "长期"}
    )
    assert found.code == "0073-WS·2001-C-0001"


async def test_records_like_this_one_are_named(catalogue: Catalogue) -> None:
    by_number = await enter(catalogue, doc_no="库政发〔2020〕12号", title="甲")
    by_title = await enter(catalogue, title="防汛 通知", date="20200601")
    await enter(catalogue, title="防汛 通知", date="20200602")
    await enter(catalogue, "0074", doc_no="库政发〔2020〕12号")
    hints = catalogue.hints
    found = await hints.like(CLERK, "0073", doc_no="库政发[2020]12号")
    assert [record.id for record in found] == [by_number]
    assert not await hints.like(CLERK, "0073", doc_no="库政发〔2020〕1号")
    found = await hints.like(CLERK, "0073", title="防汛 通知", date="2020.6.1")
    assert [record.id for record in found] == [by_title]
    assert not await hints.like(CLERK, "0073", title="防汛 通知")
    assert not await hints.like(
        CLERK, "0073", title="防汛 通知", date="20200601", but_id=by_title
    )


async def test_values_in_use_come_the_most_used_first(catalogue: Catalogue) -> None:
    for org in ("BGS", "CWK", "BGS"):
        await enter(catalogue, org_code=org, creators="甲局、乙局")
    hints = catalogue.hints
    assert await hints.values(CLERK, "0073", "org_code") == ("BGS", "CWK")
    assert await hints.values(CLERK, "0073", "责任者") == ("甲局", "乙局")
    assert await hints.values(CLERK, "0073", "location") == ()
    assert await hints.values(CLERK, "0074", "org_code") == ()


def test_a_text_is_validated_without_the_store(catalogue: Catalogue) -> None:
    assert catalogue.hints.validate("date", "20200601") is None
    fault = catalogue.hints.validate("件号", "许多")
    assert fault is not None
    assert fault.reason == "number-unreadable"
