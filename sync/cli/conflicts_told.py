"""Tickets and decisions as the command line tells them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from sync.cli.call import Call
from sync.cli.printing import time_json, time_text
from sync.cli.values import field_label, field_text, value_text

if TYPE_CHECKING:
    from node.catalogue.deciding.views import (
        DecisionView,
        MyValue,
        Preview,
        Question,
        SideView,
        TicketDetail,
        TicketView,
    )
    from node.catalogue.pack import Pack

_TIMES: Final = frozenset({"time", "received", "opened_at"})
SIDES: Final = "甲乙丙丁戊己庚辛壬癸"


def timed(document: dict[str, object]) -> dict[str, object]:
    """The document with its times as ISO 8601."""
    told: dict[str, object] = {}
    for name, value in document.items():
        if name in _TIMES and isinstance(value, int):
            told[name] = time_json(value)
        elif isinstance(value, list):
            told[name] = [timed(e) if isinstance(e, dict) else e for e in value]
        else:
            told[name] = value
    return told


def print_tickets(
    call: Call, tickets: Sequence[TicketView], pack: Pack, taken: Sequence[int] = ()
) -> None:
    """Each ticket with its sides; *taken* marks the side that would stand."""
    for place, ticket in enumerate(tickets):
        call.paper.line()
        print_head(call, ticket, pack)
        marked = taken[place] if taken else 0
        for side in ticket.sides:
            print_side(call, ticket, side, pack, is_marked=side.number == marked)


def print_head(call: Call, ticket: TicketView, pack: Pack) -> None:
    """What the ticket is about, in a line."""
    say = call.words.say
    call.paper.say(
        "conflicts.head",
        id=ticket.id,
        kind=say(f"conflicts.class.{ticket.ticket_class.name.lower()}"),
        field=field_label(ticket.field, pack, call.words) if ticket.field else "",
        code=ticket.code or ticket.title,
        record=ticket.record,
        fonds=ticket.fonds,
    )
    if ticket.talk != "none":
        call.paper.indented(say(f"conflicts.talk.{ticket.talk}"))


def print_side(
    call: Call, ticket: TicketView, side: SideView, pack: Pack, *, is_marked: bool
) -> None:
    """One side: number, value, who, where, when."""
    mark = "*" if is_marked else " "
    text = field_text(ticket.field, side.value, pack, call.words)
    if not text:
        text = call.words.say("conflicts.empty")
    call.paper.indented(text, f" {mark}{side.number}  ")
    told = [side.who, side.machine, time_text(side.time)]
    if not ticket.field:
        told.append(side.record)
    call.paper.indented("  ".join(told), "     ")


def print_detail(call: Call, detail: TicketDetail, pack: Pack) -> None:
    """One ticket with all that stands beside it."""
    ticket = detail.ticket
    if call.paper.is_json:
        call.paper.document(_detail_json(detail))
        return
    say = call.words.say
    print_head(call, ticket, pack)
    if detail.base is not None:
        text = field_text(ticket.field, detail.base.value, pack, call.words)
        call.paper.indented(text, f"  {say('conflicts.base')}  ")
        told = (detail.base.who, detail.base.machine, time_text(detail.base.time))
        call.paper.indented("  ".join(told), "     ")
    for side in detail.sides:
        print_side(call, ticket, side.side, pack, is_marked=False)
        if side.side.received:
            received = time_text(side.side.received)
            call.paper.indented(say("conflicts.received", time=received), "     ")
        if side.named:
            named = "；".join(side.named)
            call.paper.indented(say("conflicts.had_seen", values=named), "     ")
    if detail.pairs:
        heads = ("table.field", "conflicts.first", "conflicts.second")
        rows = [
            (field_label(pair.field, pack, call.words), pair.first, pair.second)
            for pair in detail.pairs
        ]
        call.paper.table(heads, rows)
    for neighbour in detail.neighbours:
        key = "conflicts.before" if neighbour.is_before else "conflicts.behind"
        call.paper.say(key, code=neighbour.code, title=neighbour.title)
    for remark in detail.talk:
        told = (time_text(remark.time), remark.who, remark.machine)
        call.paper.say(f"conflicts.{remark.kind}", who="  ".join(told))
        call.paper.indented(remark.text)
    if detail.decisions:
        print_decisions(call, detail.decisions, pack)
    call.paper.line()
    call.paper.say("conflicts.offers")
    for offer in detail.offers:
        words = f"{offer.kind} {offer.side}" if offer.side else str(offer.kind)
        label = say(f"conflicts.ruling.{offer.kind}", side=side_name(offer.side))
        call.paper.fields([(words, label)])


def print_decisions(call: Call, found: Sequence[DecisionView], pack: Pack) -> None:
    """Decisions, each with its value, its reason and who signed it."""
    say = call.words.say
    for each in found:
        call.paper.line()
        label = field_label(each.field, pack, call.words) if each.field else ""
        text = field_text(each.field, each.value, pack, call.words)
        state = "" if each.is_standing else say("conflicts.not_standing")
        call.paper.say(
            "conflicts.decision",
            id=each.id,
            field=label or say("conflicts.whole"),
            value=text,
            code=each.code or each.title,
            state=state,
        )
        told = (time_text(each.time), each.who, each.machine, each.reason)
        call.paper.indented("  ".join(told))


def print_preview(call: Call, preview: Preview, pack: Pack) -> None:
    """What a decision would come to."""
    if call.paper.is_json:
        call.paper.document(
            {
                "id": preview.ticket_id,
                "ruling": preview.ruling.kind.value,
                "reason": preview.reason,
                "new_records": preview.new_records,
                "changes": [
                    {
                        "record": change.record or None,
                        "field": change.field,
                        "before": change.before,
                        "after": change.after,
                    }
                    for change in preview.changes
                ],
                "records": [record.to_json() for record in preview.records_after],
            }
        )
        return
    say = call.words.say
    call.paper.say("conflicts.preview")
    heads = ("table.id", "table.field", "conflicts.was", "conflicts.will")
    rows = [
        (
            change.record or say("conflicts.new_record"),
            field_label(change.field, pack, call.words),
            change.before,
            change.after,
        )
        for change in preview.changes
    ]
    if rows:
        call.paper.table(heads, rows)
    else:
        call.paper.say("conflicts.preview_same")
    call.paper.say("conflicts.ready_reason", reason=preview.reason)


def print_mine(
    call: Call, values: Sequence[MyValue], questions: Sequence[Question], pack: Pack
) -> None:
    """What became of this room's values, and what the hub asks."""
    if call.paper.is_json:
        asked = [
            {
                "ticket": each.ticket.id,
                "text": each.text,
                "who": each.who,
                "time": time_json(each.time),
            }
            for each in questions
        ]
        mine = [timed(value.to_json()) for value in values]
        call.paper.document({"values": mine, "questions": asked})
        return
    say = call.words.say
    for each in questions:
        call.paper.say(
            "conflicts.asks", id=each.ticket.id, who=each.who, time=time_text(each.time)
        )
        call.paper.indented(each.text)
    if not values:
        call.paper.say("conflicts.none_mine")
        return
    for value in values:
        call.paper.line()
        label = field_label(value.field, pack, call.words) if value.field else ""
        call.paper.say(
            "conflicts.mine",
            standing=say(f"conflicts.standing.{value.standing}"),
            field=label or say("conflicts.whole"),
            code=value.code or value.title,
            value=field_text(value.field, value.value, pack, call.words),
        )
        if value.decision:
            now = value_text(value.now) or say("conflicts.empty")
            call.paper.indented(say("conflicts.now", value=now, reason=value.reason))
            told = (time_text(value.time), value.who, value.decision)
            call.paper.indented("  ".join(told))
        if value.can_object:
            call.paper.indented(say("conflicts.can_object", id=value.decision))


def side_name(number: int) -> str:
    """What a side is called: 甲, 乙 and so on."""
    return SIDES[number - 1] if 0 < number <= len(SIDES) else str(number or "")


def _detail_json(detail: TicketDetail) -> dict[str, object]:
    ticket = timed(detail.ticket.to_json())
    base = detail.base
    return {
        **ticket,
        "base": None
        if base is None
        else {
            "value": base.value,
            "who": base.who,
            "machine": base.machine,
            "time": time_json(base.time),
        },
        "seen": [
            {
                "number": side.side.number,
                "values": [*side.named],
                "epoch": side.epoch,
                "place": side.place,
            }
            for side in detail.sides
        ],
        "evidence": detail.record.to_json(),
        "other": None if detail.other is None else detail.other.to_json(),
        "pairs": [
            {
                "field": pair.field,
                "first": pair.first,
                "second": pair.second,
                "same": pair.is_same,
            }
            for pair in detail.pairs
        ],
        "neighbours": [
            {
                "before": each.is_before,
                "record": each.record,
                "code": each.code,
                "title": each.title,
            }
            for each in detail.neighbours
        ],
        "said": [
            {
                "kind": each.kind.value,
                "who": each.who,
                "machine": each.machine,
                "time": time_json(each.time),
                "text": each.text,
            }
            for each in detail.talk
        ],
        "decisions": [timed(each.to_json()) for each in detail.decisions],
        "offers": [
            {
                "ruling": offer.kind.value,
                "side": offer.side or None,
                "reason": offer.reason,
            }
            for offer in detail.offers
        ],
    }
