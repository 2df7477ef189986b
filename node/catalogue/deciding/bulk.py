"""同类照此: one decision for all tickets that are alike, looked at before it is made.

Laws:

- What is decided is what was looked at: each ticket by its version. One that changed
  meanwhile is left, and counted.
- The list is written down before the first ticket is decided; what was cut off is
  finished by the operator who began it (by anybody, where the hub has no operators).
- Each ticket has a decision of its own, so each can be objected to and taken back; and
  all of them can be taken back together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import msgpack

from node.catalogue.act_log import ActKind
from node.catalogue.act_steps import STEP_SECONDS, Progress
from node.catalogue.deciding.doing import (
    decider_of,
    do_decision,
    readied,
    require_hub,
    settle_own,
)
from node.catalogue.deciding.faults import (
    RulingNotOffered,
    StaleTicket,
)
from node.catalogue.deciding.likes import Alike, Pattern, Pick, pick_of
from node.catalogue.deciding.ruling import (
    READY_REASONS,
    Ruling,
    RulingKind,
)
from node.catalogue.deciding.telling import filter_of, views_of
from node.catalogue.deciding.views import TicketView
from node.catalogue.premises import Premises
from node.clock import elapsed
from node.errors import InvalidValue
from node.history.journal import own_log_no
from node.history.operators import require_operator
from node.operator_keys import Operator
from node.store.desk_port import ActRow, ActState, StepRow, StepState
from node.store.port import Rows
from node.store.ticket_port import TicketRow
from protocol.operations import Actor

__all__ = ["Alike", "AlikePreview", "Bulk", "Likeness", "Pattern", "Pick"]

SAMPLE: Final = 5
_LOOKED_AT_ONCE: Final = 200
_MOST: Final = 100_000
_NOBODY: Final = ""
"""Bulks stand under no person among the acts: they are taken back as decisions."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """One of the tickets that are alike, and the value that would stand."""

    ticket: TicketView
    side: int
    """Which side would be taken; 0 where it is none of them."""
    after: str


@dataclass(frozen=True, slots=True)
class AlikePreview:
    """What "same for all" would come to."""

    alike: Alike
    total: int
    sample: tuple[Likeness, ...]
    choices: tuple[tuple[int, bytes, bytes, str, int], ...]
    """(scope_no, subject, version, ruling, side) of every one."""
    reason: str
    """The ready one."""


@dataclass(frozen=True, slots=True)
class Bulk:
    """What a bulk came to."""

    bulk_no: int
    decided: int
    left: int
    """Tickets that had changed since they were looked at."""


class _Planned(NamedTuple):
    scope_no: int
    subject: bytes
    version: bytes
    ruling: str
    side: int


async def look_alike(premises: Premises, alike: Alike) -> AlikePreview:
    """Tickets that are alike, a sample of them first; nothing is written."""
    pack = premises.pack
    wanted = await premises.store.read(lambda rows: filter_of(rows, alike.wanted, pack))
    choices: list[tuple[int, bytes, bytes, str, int]] = []
    sample: list[Likeness] = []
    for offset in range(0, _MOST, _LOOKED_AT_ONCE):

        def look(rows: Rows, offset: int = offset) -> int:
            found = rows.tickets.page(wanted, offset, _LOOKED_AT_ONCE)
            for ticket, view in _with_views(rows, found, premises):
                picked = pick_of(alike, view)
                if picked is None:
                    continue
                ruling, side = picked
                choices.append(
                    (ticket.scope_no, ticket.subject, ticket.version, ruling, side)
                )
                if len(sample) < SAMPLE:
                    after = view.sides[side - 1].text if side else ""
                    sample.append(Likeness(view, side, after))
            return len(found)

        if await premises.store.read(look) < _LOOKED_AT_ONCE:
            break
    kind = RulingKind(choices[0][3]) if choices else RulingKind.TAKE
    return AlikePreview(
        alike, len(choices), tuple(sample), tuple(choices), READY_REASONS[kind]
    )


async def plan_bulk(
    premises: Premises,
    actor: Actor,
    operator: Operator | None,
    preview: AlikePreview,
    reason: str,
) -> int:
    """Write down what will be decided; the number of the bulk."""
    now = premises.clock.now()
    detail = msgpack.packb((actor.name, int(actor.kind), reason))
    row = ActRow(
        0,
        _NOBODY,
        ActKind.DECISIONS,
        now,
        reason,
        0,
        int(ActState.PLANNING),
        len(preview.choices),
        detail,
    )

    def begin(rows: Rows) -> int:
        require_operator(rows, operator)
        require_hub(rows)
        return rows.acts.add(row)

    bulk_no = await premises.store.write(begin)
    for start in range(0, len(preview.choices), _LOOKED_AT_ONCE):
        part = preview.choices[start : start + _LOOKED_AT_ONCE]

        def plan(
            rows: Rows,
            part: Sequence[tuple[int, bytes, bytes, str, int]] = part,
            start: int = start,
        ) -> None:
            rows.acts.add_steps(
                [
                    StepRow(
                        bulk_no,
                        start + place,
                        0,
                        0,
                        0,
                        0,
                        int(StepState.PLANNED),
                        msgpack.packb(choice),
                    )
                    for place, choice in enumerate(part)
                ]
            )

        await premises.store.write(plan)
    running = row._replace(act_no=bulk_no, state=int(ActState.RUNNING))
    await premises.store.write(lambda rows: rows.acts.update(running))
    return bulk_no


async def run_bulk(
    premises: Premises,
    actor: Actor,
    operator: Operator | None,
    bulk_no: int,
    progress: Progress | None = None,
) -> Bulk:
    """Decide what is left of a bulk; the caller holds the act lock.

    Raises:
        OperatorNeeded, OperatorRevoked: the operator may decide no more.
    """
    while True:

        def some(rows: Rows) -> tuple[ActRow | None, int]:
            require_operator(rows, operator)
            return _decide_some(rows, premises, actor, operator, bulk_no)

        act, left = await premises.store.write(some)
        if act is not None and progress is not None:
            progress(act.amount - left, act.amount)
        if act is None or act.state != ActState.RUNNING:
            break
    await settle_own(premises)
    return await premises.store.read(lambda rows: _told(rows, bulk_no))


def is_bulk(row: ActRow) -> bool:
    """Whether the act is many decisions, which only who may decide finishes."""
    return row.kind == ActKind.DECISIONS


def _with_views(
    rows: Rows, tickets: Sequence[TicketRow], premises: Premises
) -> list[tuple[TicketRow, TicketView]]:
    views = {
        (view.scope_no, view.subject): view
        for view in views_of(rows, tickets, premises.pack)
    }
    return [
        (ticket, views[ticket.scope_no, ticket.subject])
        for ticket in tickets
        if (ticket.scope_no, ticket.subject) in views
    ]


def _decide_some(
    rows: Rows,
    premises: Premises,
    actor: Actor,
    operator: Operator | None,
    bulk_no: int,
) -> tuple[ActRow | None, int]:
    """Decide for a moment; the bulk as it is now, and how many steps are left."""
    begun = elapsed()
    act = rows.acts.get(bulk_no)
    if act is None or act.state != ActState.RUNNING:
        return act, 0
    _, _, reason = msgpack.unpackb(act.detail)
    while elapsed() - begun < STEP_SECONDS:
        steps = rows.acts.steps(bulk_no, StepState.PLANNED, -1, 1)
        if not steps:
            act = act._replace(state=int(ActState.DONE))
            rows.acts.update(act)
            return act, 0
        rows.acts.add_steps(
            [_decide(rows, premises, actor, operator, steps[0], reason)]
        )
    return act, rows.acts.amounts(bulk_no).get(StepState.PLANNED, 0)


def _decide(
    rows: Rows,
    premises: Premises,
    actor: Actor,
    operator: Operator | None,
    step: StepRow,
    reason: str,
) -> StepRow:
    """Decide one ticket, if it is as it was looked at; nothing where it is not."""
    done = step._replace(state=int(StepState.DONE), content=b"")
    planned = _Planned(*msgpack.unpackb(step.content))
    ticket = rows.tickets.get(planned.scope_no, planned.subject)
    if ticket is None or ticket.version != planned.version:
        return done
    ruling = Ruling(RulingKind(planned.ruling), side=planned.side or 1)
    decider = decider_of(rows, premises, actor, readied(ruling, reason))
    try:
        made = do_decision(rows, ticket, ruling, decider, operator)
    except (StaleTicket, RulingNotOffered, InvalidValue):
        return done
    return done._replace(
        record_no=made.record_nos[0],
        log_no=own_log_no(rows),
        first_n=made.n,
        last_n=made.last_n,
    )


def _told(rows: Rows, bulk_no: int) -> Bulk:
    decided = left = 0
    after = -1
    while steps := rows.acts.all_steps(bulk_no, after, _LOOKED_AT_ONCE):
        after = steps[-1].place
        decided += sum(1 for step in steps if step.first_n)
        left += sum(1 for step in steps if not step.first_n)
    return Bulk(bulk_no, decided, left)
