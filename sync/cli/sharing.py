"""Commands about sharing: a hub's agreements, and what a room was lent (外单位摘录)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sync.cli.call import Call
from sync.cli.opening import opened
from sync.cli.printing import time_json
from sync.cli.values import value_text

if TYPE_CHECKING:
    from node.catalogue.agreements import AgreementView
    from node.catalogue.extracts import SharedExtract, SharedPage, SharedRecord
    from node.machine import Machine


async def add(call: Call) -> int:
    """Let a room see some of a fonds that is not its own."""
    from node.catalogue.agreement_words import Terms  # noqa: PLC0415

    given = call.options
    terms = Terms(
        categories=tuple(_divided(",".join(given.category))),
        level=given.level,
        years=given.years,
        fields=tuple(_divided(given.fields)),
        until=given.until,
    )
    async with opened(call) as machine:
        _require_hub(machine)
        view = await machine.catalogue.agreements.add(
            call.actor, given.room, given.fonds, terms
        )
    return _tell(call, view, "share.added")


async def agreements(call: Call) -> int:
    """List every agreement, those in force first."""
    async with opened(call) as machine:
        views = await machine.catalogue.agreements.all(call.actor)
    if call.paper.is_json:
        call.paper.document({"agreements": [view.to_json() for view in views]})
        return 0
    if not views:
        call.paper.say("share.none")
        return 0
    heads = ("table.id", "share.reader", "table.fonds", "share.shows", "share.until")
    rows = [
        (
            view.agreement.printed,
            view.reader or call.words.say("share.everyone"),
            f"{view.fonds} {view.title}".strip(),
            _shows(call, view),
            _until(call, view),
        )
        for view in views
    ]
    call.paper.table(heads, rows)
    return 0


async def end(call: Call) -> int:
    """End an agreement."""
    async with opened(call) as machine:
        _require_hub(machine)
        view = await machine.catalogue.agreements.end(call.actor, call.options.id)
    return _tell(call, view, "share.ended")


async def digests(call: Call) -> int:
    """Send rooms the list of what is digitised, or stop sending it."""
    given = call.options
    async with opened(call) as machine:
        _require_hub(machine)
        faces = machine.catalogue.agreements
        if given.switch == "on":
            view = await faces.share_digests(call.actor, given.room, given.until)
            return _tell(call, view, "share.added")
        view = await faces.end_digests(call.actor, given.room)
        return _tell(call, view, "share.ended")


async def shared(call: Call) -> int:
    """List what others let this room see, and how much of it has come."""
    async with opened(call) as machine:
        extracts = await machine.catalogue.extracts.all(call.actor)
        left_out = await machine.catalogue.extracts.left_out(call.actor)
    if call.paper.is_json:
        document = [
            {**each.to_json(), "made_at": time_json(each.made_at)} for each in extracts
        ]
        call.paper.document({"extracts": document, "left_out": left_out})
        return 0
    if left_out:
        call.paper.say("share.left_out", count=left_out)
    if not extracts:
        call.paper.say("share.nothing_held")
        return 0
    heads = ("table.fonds", "share.shows", "table.rows", "share.through", "share.until")
    call.paper.table(heads, [_held_row(call, each) for each in extracts])
    return 0


def page_json(page: SharedPage) -> dict[str, object]:
    """Rows of extracts as JSON shows them."""
    return {
        "total": page.total,
        "total_is_exact": page.total_is_exact,
        "results": [_record_json(record) for record in page.results],
    }


def print_page(call: Call, page: SharedPage) -> None:
    """Rows of extracts, each with the fonds it comes from and its end."""
    first = call.options.offset + 1
    if not page.results:
        key = "search.past_end" if page.total else "search.none"
        call.paper.say(key, total=page.total, first=first)
        return
    heads = ("table.fonds", "table.code", "table.title", "table.date", "share.until")
    call.paper.table(heads, [_found_row(record) for record in page.results])
    hubs = call.words.join(sorted({record.hub for record in page.results}))
    last = first + len(page.results) - 1
    key = "share.found" if page.total_is_exact else "share.found_more"
    call.paper.say(key, total=page.total, first=first, last=last, hub=hubs)


def _found_row(record: SharedRecord) -> tuple[str, ...]:
    from node.catalogue.agreement_words import last_day  # noqa: PLC0415

    return (
        f"{record.fonds} {record.fonds_title}".strip(),
        record.code or "",
        value_text(record.fields.get("title")),
        value_text(record.fields.get("date")),
        last_day(record.until),
    )


def _record_json(record: SharedRecord) -> dict[str, object]:
    origin = {**record.provenance(), "made_at": time_json(record.made_at)}
    return {**record.to_json(), "provenance": origin}


def _held_row(call: Call, each: SharedExtract) -> tuple[str, ...]:
    from node.catalogue.agreement_words import last_day  # noqa: PLC0415

    say = call.words.say
    rows = str(each.rows) if each.kind == "catalogue" else ""
    if each.missing:
        rows = f"{rows} {say('share.coming', count=each.missing)}".strip()
    return (
        f"{each.fonds} {each.title}".strip() or say("share.everyone"),
        say(f"share.kind_{each.kind}"),
        rows,
        each.hub,
        last_day(each.until),
    )


def _tell(call: Call, view: AgreementView, key: str) -> int:
    if call.paper.is_json:
        call.paper.document(view.to_json())
        return 0
    say = call.words.say
    call.paper.say(key, id=view.agreement.printed)
    call.paper.facts(
        [
            ("share.reader", view.reader or say("share.everyone")),
            ("table.fonds", f"{view.fonds} {view.title}".strip() or "–"),
            ("share.shows", _shows(call, view)),
            ("share.until", _until(call, view)),
        ]
    )
    return 0


def _shows(call: Call, view: AgreementView) -> str:
    """Which records an agreement shows, in words."""
    say = call.words.say
    shows = view.to_json()
    if shows["kind"] != "catalogue":
        return say("share.kind_digests")
    each = view.agreement
    parts = [say(f"share.level_{shows['level']}"), *each.categories]
    if each.last_year:
        parts.append(f"{each.first_year}–{each.last_year}")
    return " ".join(parts)


def _until(call: Call, view: AgreementView) -> str:
    if not view.agreement.is_active:
        return call.words.say("share.is_ended")
    return str(view.to_json()["until"])


def _divided(text: str) -> list[str]:
    return [each for each in re.split(r"[,,、\s]+", text.strip()) if each]


def _require_hub(machine: Machine) -> None:
    if not machine.is_hub:
        from sync.errors import NotAHub  # noqa: PLC0415

        raise NotAHub
