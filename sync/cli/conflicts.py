"""Commands about conflicts: list, show, resolve, undo, ask, answer, object, bulk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sync.cli.call import Call
from sync.cli.conflicts_told import (
    print_decisions,
    print_detail,
    print_mine,
    print_preview,
    print_tickets,
    timed,
)
from sync.cli.opening import opened
from sync.cli.operators import signed_in
from sync.cli.parser import UsageError
from sync.cli.terms import read_values

if TYPE_CHECKING:
    from node.catalogue.deciding.ruling import Ruling
    from node.catalogue.deciding.views import Wanted
    from node.catalogue.pack import Pack
    from node.machine import Machine

_DAY_SECONDS: Final = 86_400
_SIDED: Final = frozenset({"take", "both", "merge", "renumber"})
_VALUED: Final = frozenset({"write", "renumber"})


async def list(call: Call) -> int:  # noqa: A001 (named as the command is)
    """Everything that people have to decide, the heaviest first."""
    options = call.options
    async with opened(call) as machine:
        await machine.catalogue.papers.refresh_briefly(call.actor)
        page = await machine.catalogue.decisions.list(
            call.actor, _wanted(call, machine), options.offset, options.limit
        )
        pack = machine.pack
    if call.paper.is_json:
        tickets = [timed(ticket.to_json()) for ticket in page.tickets]
        call.paper.document({"total": page.total, "conflicts": tickets})
        return 0
    if not page.tickets:
        call.paper.say("conflicts.past_end" if page.total else "conflicts.none")
        return 0
    call.paper.say("conflicts.total", count=page.total)
    print_tickets(call, page.tickets, pack)
    call.paper.line()
    last = options.offset + len(page.tickets)
    if last < page.total:
        call.paper.say("conflicts.more", first=options.offset + 1, last=last)
    call.paper.say("conflicts.next")
    return 0


async def show(call: Call) -> int:
    """One ticket with all that stands beside it."""
    async with opened(call) as machine:
        detail = await machine.catalogue.decisions.show(call.actor, call.options.id)
        pack = machine.pack
    print_detail(call, detail, pack)
    return 0


async def resolve(call: Call) -> int:
    """Decide a ticket, or look at what that would come to."""
    options = call.options
    async with opened(call) as machine:
        ruling = _ruling(call, machine.pack)
        decisions = machine.catalogue.decisions
        if options.preview:
            preview = await decisions.preview(call.actor, options.id, ruling)
            print_preview(call, preview, machine.pack)
            return 0
        operator = await signed_in(call, machine)
        await decisions.recover(operator)
        made = await decisions.decide(
            call.actor, operator, options.id, ruling, options.reason
        )
    if call.paper.is_json:
        records = [record.to_json() for record in made.records]
        call.paper.document({"decision": made.decision, "records": records})
    else:
        call.paper.say("conflicts.resolved", id=made.decision)
    return 0


async def undo(call: Call) -> int:
    """Take a decision, or a whole bulk by its number, back."""
    options = call.options
    async with opened(call) as machine:
        operator = await signed_in(call, machine)
        decisions = machine.catalogue.decisions
        if options.id.isascii() and options.id.isdigit():
            taken = await decisions.undo_bulk(
                call.actor, operator, int(options.id), call.paper.progress
            )
            call.paper.end_progress()
        else:
            taken = await decisions.undo(
                call.actor, operator, options.id, options.reason
            )
    if call.paper.is_json:
        call.paper.document({"records": taken.records, "kept": taken.kept})
        return 0
    call.paper.say("conflicts.undone", count=taken.records)
    if taken.kept:
        call.paper.say("conflicts.kept", count=taken.kept)
    return 0


async def ask(call: Call) -> int:
    """Send a ticket back to the rooms with a question."""
    async with opened(call) as machine:
        operator = await signed_in(call, machine)
        decisions = machine.catalogue.decisions
        await decisions.ask(call.actor, operator, call.options.id, call.options.text)
    return _said(call, "conflicts.asked")


async def answer(call: Call) -> int:
    """Answer what the hub asked."""
    async with opened(call) as machine:
        decisions = machine.catalogue.decisions
        await decisions.answer(call.actor, call.options.id, call.options.text)
    return _said(call, "conflicts.answered")


async def object(call: Call) -> int:  # noqa: A001 (named as the command is)
    """Object to a decision, once."""
    async with opened(call) as machine:
        decisions = machine.catalogue.decisions
        await decisions.object(call.actor, call.options.id, call.options.text)
    return _said(call, "conflicts.objected")


async def decided(call: Call) -> int:
    """What was decided, the newest first."""
    options = call.options
    async with opened(call) as machine:
        found = await machine.catalogue.decisions.decided(
            call.actor, options.offset, options.limit
        )
        pack = machine.pack
    if call.paper.is_json:
        call.paper.document({"decisions": [timed(each.to_json()) for each in found]})
    elif not found:
        call.paper.say("conflicts.none_decided")
    else:
        print_decisions(call, found, pack)
    return 0


async def mine(call: Call) -> int:
    """What became of this room's values, and what the hub asks."""
    options = call.options
    async with opened(call) as machine:
        decisions = machine.catalogue.decisions
        values = await decisions.mine(call.actor, options.offset, options.limit)
        questions = await decisions.questions(call.actor)
        await decisions.seen_mine(call.actor)
        pack = machine.pack
    print_mine(call, values, questions, pack)
    return 0


async def bulk(call: Call) -> int:
    """Decide all tickets that are alike; without --yes only look at them."""
    from node.catalogue.deciding.bulk import Alike, Pattern, Pick  # noqa: PLC0415

    options = call.options
    if (options.pick == "room") is not bool(options.pick_room):
        raise UsageError(key="usage.pick_room")
    async with opened(call) as machine:
        decisions = machine.catalogue.decisions
        alike = Alike(
            wanted=_wanted(call, machine),
            rooms=tuple(options.between),
            pattern=Pattern(options.pattern),
            pick=Pick(options.pick),
            pick_room=options.pick_room,
        )
        preview = await decisions.alike(call.actor, alike)
        if not options.yes:
            if call.paper.is_json:
                sample = [
                    {**timed(each.ticket.to_json()), "after": each.after}
                    for each in preview.sample
                ]
                call.paper.document({"total": preview.total, "sample": sample})
                return 0
            call.paper.say("conflicts.alike", count=preview.total)
            print_tickets(
                call,
                [each.ticket for each in preview.sample],
                machine.pack,
                [each.side for each in preview.sample],
            )
            if preview.total:
                call.paper.line()
                call.paper.say("conflicts.alike_next", reason=preview.reason)
            return 0
        operator = await signed_in(call, machine)
        done = await decisions.decide_alike(
            call.actor, operator, preview, options.reason, call.paper.progress
        )
        call.paper.end_progress()
    if call.paper.is_json:
        call.paper.document(
            {"bulk": done.bulk_no, "decided": done.decided, "left": done.left}
        )
        return 0
    call.paper.say("conflicts.bulk_done", count=done.decided, bulk=done.bulk_no)
    if done.left:
        call.paper.say("conflicts.bulk_left", count=done.left)
    return 0


def _said(call: Call, key: str) -> int:
    if call.paper.is_json:
        call.paper.document({"id": call.options.id, "text": call.options.text})
    else:
        call.paper.say(key)
    return 0


def _wanted(call: Call, machine: Machine) -> Wanted:
    """Which tickets the options ask for."""
    from node.catalogue.deciding.views import Wanted  # noqa: PLC0415
    from node.store.ticket_port import TicketClass, TicketOrder  # noqa: PLC0415

    options = call.options
    before = None
    if options.older_than is not None:
        before = machine.clock.now() - options.older_than * _DAY_SECONDS
    return Wanted(
        classes=tuple(TicketClass[name.upper()] for name in options.classes),
        room=options.room,
        fonds=options.fonds,
        field=options.field,
        opened_before=before,
        order=TicketOrder(getattr(options, "order", TicketOrder.WEIGHT)),
    )


def _ruling(call: Call, pack: Pack) -> Ruling:
    """The ruling that the words behind it say.

    Raises:
        UsageError: a side or a value is missing, or too much is said.
    """
    from node.catalogue.deciding.ruling import Ruling, RulingKind  # noqa: PLC0415

    kind, terms = call.options.ruling, [*call.options.terms]
    side = 1
    if kind in _SIDED or (kind == "adopt" and terms):
        if not terms or not (terms[0].isascii() and terms[0].isdigit()):
            raise UsageError(key="usage.ruling_side", ruling=kind)
        side = int(terms.pop(0))
    value = ""
    if kind in _VALUED and terms:
        value = terms.pop(0)
    elif kind == "write":
        raise UsageError(key="usage.ruling_value")
    picks: dict[str, int | str] = {}
    if kind == "merge":
        picked = read_values(terms, pack).values if terms else {}
        for name, text in picked.items():
            word = str(text)
            picks[name] = int(word) if word in ("1", "2") else word
        terms = []
    if terms:
        raise UsageError(key="usage.unknown", what=" ".join(terms))
    return Ruling(RulingKind(kind), side, value, picks)
