"""Filed items change only by correction, with a reason that stays beside them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.catalogue.act_errors import FiledNeedsReason
from node.catalogue.act_log import ActKind
from node.catalogue.door import Catalogue
from node.catalogue.numbering import FilingKey
from node.errors import InvalidValue, UnknownField
from node.home import Home
from node.machine import Machine
from protocol.operations import Actor

CLERK = Actor("其其格")
KEY = FilingKey("0073", 2020, "D30", "")
VALUES = {
    "title": "关于做好防汛工作的通知",
    "date": "20200601",
    "creators": "库伦旗人民政府",
    "pages": "2",
    "year": "2020",
    "retention_code": "D30",
}


@pytest.fixture
async def catalogue(tmp_path: Path) -> AsyncIterator[Catalogue]:
    machine = await Machine.init_room(
        Home(tmp_path / "home"), "库伦镇档案室", {"0073": "库伦街道办事处"}
    )
    yield machine.catalogue
    await machine.close()


@pytest.fixture
async def filed(catalogue: Catalogue) -> str:
    record = await catalogue.add(CLERK, None, VALUES, at_desk=True)
    await catalogue.filing.file(CLERK, await catalogue.filing.arrangement(CLERK, KEY))
    return record.id


async def test_a_filed_item_does_not_change_without_a_reason(
    catalogue: Catalogue, filed: str
) -> None:
    with pytest.raises(FiledNeedsReason) as caught:
        await catalogue.set(CLERK, filed, {"pages": "3"})
    assert caught.value.wanted == "0073-WS·2020-D30-0001"
    with pytest.raises(FiledNeedsReason):
        await catalogue.set(CLERK, filed, {"pages": "3"}, reason="  ")
    with pytest.raises(FiledNeedsReason):
        await catalogue.withdraw(CLERK, filed, "")
    same = await catalogue.set(CLERK, filed, {"pages": "2"})
    assert "corrections" not in same.fields


async def test_a_correction_says_what_and_why(catalogue: Catalogue, filed: str) -> None:
    changes = {"pages": "3", "creators": ["库伦旗人民政府", "水利局"]}
    for _ in range(2):
        record = await catalogue.set(CLERK, filed, changes, reason="原件如此")
        assert record.fields["corrections"] == ["页数、责任者:原件如此"]
    again = await catalogue.set(CLERK, filed, {"pages": "4"}, reason="原件如此")
    third = await catalogue.set(CLERK, filed, {"pages": "5"}, reason="原件如此")
    assert again.fields["corrections"] == ["页数、责任者:原件如此", "页数:原件如此"]
    assert third.fields["corrections"] == [
        "页数、责任者:原件如此",
        "页数:原件如此",
        "页数:原件如此",
    ]
    assert [act.kind for act in await catalogue.acts.last(CLERK, 3)] == [
        ActKind.CORRECTION
    ] * 3


@pytest.mark.parametrize("is_sealed", [False, True])
async def test_a_correction_is_taken_back_with_its_reason(
    catalogue: Catalogue, filed: str, *, is_sealed: bool
) -> None:
    await catalogue.set(CLERK, filed, {"pages": "3"}, reason="数错", at_desk=True)
    if is_sealed:
        await catalogue.premises.seal()
    act = (await catalogue.acts.last(CLERK))[0]
    await catalogue.acts.undo(CLERK, act.act_no)
    record = (await catalogue.show(CLERK, filed)).record
    assert record.fields["pages"] == 2
    assert "corrections" not in record.fields
    assert record.fields["state"] == "filed"


async def test_state_and_corrections_are_not_typed_by_hand(
    catalogue: Catalogue, filed: str
) -> None:
    for name in ("state", "归档状态", "corrections", "更正记录"):
        with pytest.raises(UnknownField):
            await catalogue.set(CLERK, filed, {name: "draft"}, reason="改")
    with pytest.raises(InvalidValue):
        await catalogue.set(CLERK, filed, {"pages": "3"}, reason="\ud800")


async def test_a_change_of_many_leaves_filed_items_out_unless_it_says_why(
    catalogue: Catalogue, filed: str
) -> None:
    other = await catalogue.add(CLERK, None, {"title": "乙"})
    ids = [filed, other.id]
    acts = catalogue.acts
    preview = await acts.preview_change(CLERK, ids, "location", "602")
    assert (preview.will_change, preview.filed) == (1, 1)
    done = await acts.change_many(CLERK, ids, "location", "602")
    assert (done.changed, done.filed) == (1, 1)
    done = await acts.change_many(CLERK, ids, "location", "602", "搬库")
    assert (done.changed, done.same, done.filed) == (1, 1, 0)
    record = (await catalogue.show(CLERK, filed)).record
    assert record.fields["corrections"] == ["存储位置:搬库"]
