"""Whatever was decided, in whatever order, taking it back brings the contest back."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from node.catalogue.deciding.ruling import Ruling, RulingKind
from tests.support.contestants import HUB, Contest, contestants
from tests.support.county import CLERK, FONDS, assert_even

_TITLES = st.text(st.characters(categories=("Lo", "Nd", "Ll")), min_size=1, max_size=8)
_SIDE = st.integers(1, 2)
_RULINGS = st.one_of(
    st.builds(Ruling, st.just(RulingKind.TAKE), _SIDE),
    st.builds(Ruling, st.just(RulingKind.BOTH), _SIDE),
    st.builds(Ruling, st.just(RulingKind.WRITE), st.just(1), _TITLES),
)


async def _round_trips(
    contest: Contest, titles: Sequence[str], rulings: Sequence[Ruling]
) -> None:
    decisions = contest.hub.catalogue.decisions
    values = {"title": "原题名", "pages": "3", "creators": "甲局、乙局"}
    contest.record = (await contest.first.catalogue.add(CLERK, FONDS, values)).id
    await contest.meet()
    await contest.write({"title": titles[0]}, {"title": titles[1]})
    if titles[0] == titles[1]:
        assert await contest.tickets() == ()
        return
    first = await contest.ticket()
    sides = {(side.text, side.machine, side.time) for side in first.sides}
    for ruling in rulings:
        ticket = await contest.ticket()
        preview = await decisions.preview(HUB, ticket.id, ruling)
        made = await decisions.decide(HUB, None, ticket.id, ruling)
        shown = {record.id: record.fields for record in made.records}
        for record in preview.records_after:
            if record.id in shown:
                assert shown[record.id] == record.fields
        assert await contest.tickets() == ()
        await decisions.undo(HUB, None, made.decision)
        again = await contest.ticket()
        assert again.subject == first.subject
        assert {(s.text, s.machine, s.time) for s in again.sides} == sides
    await contest.meet()
    final = await contest.ticket()
    for room in (contest.first, contest.second):
        (ticket,) = await contest.tickets(room)
        assert ticket.id == final.id
    await decisions.decide(HUB, None, final.id, Ruling(RulingKind.TAKE))
    await contest.meet()
    await assert_even(*contest.machines)


def test_what_is_taken_back_is_the_contest_that_it_was() -> None:
    with TemporaryDirectory() as folder, asyncio.Runner() as runner:
        place = contestants(Path(folder))
        contest = runner.run(place.__aenter__())

        @settings(max_examples=12, deadline=None)
        @given(st.tuples(_TITLES, _TITLES), st.lists(_RULINGS, min_size=1, max_size=3))
        def run(titles: tuple[str, str], rulings: list[Ruling]) -> None:
            runner.run(_round_trips(contest, titles, rulings))

        try:
            run()
        finally:
            runner.run(place.__aexit__(None, None, None))
