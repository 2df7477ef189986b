"""Numbers over whole histories: no gap, none twice, none moved."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from node.catalogue.act_errors import CannotUndo
from node.catalogue.door import Catalogue
from node.catalogue.numbering import FilingKey
from node.home import Home
from node.machine import Machine
from protocol.operations import Actor

CLERK = Actor("其其格")
KEY = FilingKey("0073", 2020, "Y", "")
PREFIX = "0073-WS·2020-Y-"
DAYS = st.integers(1, 28)
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("enter"), DAYS),
        st.tuples(st.just("file"), DAYS),
        st.tuples(st.just("undo"), DAYS),
        st.tuples(st.just("withdraw"), DAYS),
        st.tuples(st.just("seal"), DAYS),
    ),
    max_size=14,
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ACTS)
def test_whatever_is_entered_filed_and_taken_back_numbers_have_no_gap(
    acts: list[tuple[str, int]],
) -> None:
    with TemporaryDirectory() as folder:
        asyncio.run(live(Path(folder), acts))


async def live(folder: Path, acts: list[tuple[str, int]]) -> None:
    machine = await Machine.init_room(
        Home(folder / "room"), "库伦镇档案室", {"0073": "库伦街道办事处"}
    )
    catalogue = machine.catalogue
    stamped: dict[str, str] = {}
    try:
        for act, day in [*acts, ("enter", 1), ("file", 1)]:
            await step(catalogue, act, day)
            stamped = await look(catalogue, stamped, may_move=act == "undo")
    finally:
        await machine.close()


async def step(catalogue: Catalogue, act: str, day: int) -> None:
    match act:
        case "enter":
            values = {
                "title": f"关于第{day}日之事的通知",
                "date": f"202001{day:02d}",
                "creators": "库伦旗人民政府",
                "pages": "2",
                "year": "2020",
                "retention_code": "永久",
            }
            await catalogue.add(CLERK, None, values, at_desk=True)
        case "file":
            arranged = await catalogue.filing.arrangement(CLERK, KEY)
            await catalogue.filing.file(CLERK, arranged, arranged.fresh[::-1])
        case "undo":
            found = [act for act in await catalogue.acts.last(CLERK) if act.can_undo]
            try:
                for each in found[:1]:
                    await catalogue.acts.undo(CLERK, each.act_no)
            except CannotUndo:
                return
        case "withdraw":
            lines = (await catalogue.filing.arrangement(CLERK, KEY)).lines
            if lines:
                record = lines[day % len(lines)].record
                await catalogue.withdraw(CLERK, record.id, "重复", at_desk=True)
        case _:
            await catalogue.premises.seal()


async def look(
    catalogue: Catalogue, stamped: dict[str, str], *, may_move: bool
) -> dict[str, str]:
    """The codes of items now: each once, without a gap, none another than before."""
    arranged = await catalogue.filing.arrangement(CLERK, KEY)
    findings = await catalogue.filing.check(CLERK, arranged)
    rules = Counter(finding.rule for finding in findings)
    assert not rules["number-gap"]
    assert not rules["number-twice"]
    new = [line.number for line in arranged.lines if line.is_new]
    first = arranged.last_number + 1
    assert new == list(range(first, first + len(new)))
    now = {line.record.id: line.code for line in arranged.lines if line.record.code}
    if not may_move:
        assert all(now.get(each, code) == code for each, code in stamped.items())
    return now
