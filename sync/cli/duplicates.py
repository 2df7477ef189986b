"""duplicates: what may be one paper, here or in other fonds, and what is scanned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from node.catalogue.likeness.errors import DigestListMissing
from node.catalogue.likeness.papers import Wanted
from sync.cli.call import Call
from sync.cli.opening import opened
from sync.cli.operators import signed_in
from sync.cli.parser import UsageError
from sync.cli.values import value_text

if TYPE_CHECKING:
    from node.catalogue.likeness.digest_list import Held
    from node.catalogue.likeness.elsewhere import SameText
    from node.catalogue.likeness.papers import Answer, Candidate
    from node.catalogue.likeness.scoring import Grounds
    from node.catalogue.record import Record
    from node.machine import Machine

ASK: Final = "ask"
LINK: Final = "link"
UNLINK: Final = "unlink"
_TWO: Final = 2


async def duplicates(call: Call) -> int:
    """Candidates within the fonds; with --elsewhere the same text in other fonds."""
    terms = call.options.terms
    if terms and terms[0] == ASK:
        return await _ask(call, tuple(terms[1:]))
    if terms and terms[0] in (LINK, UNLINK):
        return await _link(call, terms[0], tuple(terms[1:]))
    if len(terms) > 1:
        raise UsageError(key="usage.unknown", what=" ".join(terms[1:]))
    async with opened(call) as machine:
        await machine.catalogue.papers.refresh(call.actor, call.paper.progress)
        call.paper.end_progress()
        if call.options.is_elsewhere:
            return await _elsewhere(call, machine)
        if terms:
            return await _of_record(call, machine, terms[0])
        return await _list(call, machine)


async def _list(call: Call, machine: Machine) -> int:
    found = await machine.catalogue.papers.candidates(
        call.actor,
        call.options.fonds,
        offset=call.options.offset,
        limit=call.options.limit,
    )
    if call.paper.is_json:
        call.paper.document(
            {
                "total": found.total,
                "waiting": found.waiting,
                "candidates": [each.to_json() for each in found.found],
            }
        )
        return 0
    if not found.found:
        call.paper.say("duplicates.none")
        return 0
    call.paper.say("duplicates.total", total=found.total)
    _print_candidates(call, found.found)
    call.paper.line()
    call.paper.say("duplicates.next")
    return 0


async def _of_record(call: Call, machine: Machine, record: str) -> int:
    found = await machine.catalogue.papers.candidates_of(call.actor, record)
    if call.paper.is_json:
        call.paper.document({"candidates": [each.to_json() for each in found]})
    elif not found:
        call.paper.say("duplicates.none_of", id=record)
    else:
        _print_candidates(call, found)
    return 0


def _print_candidates(call: Call, found: tuple[Candidate, ...]) -> None:
    for each in found:
        call.paper.line()
        call.paper.say(
            "duplicates.head",
            score=each.score,
            fonds=each.records[0].fonds,
            grounds=grounds_text(call, each.grounds),
        )
        for record in each.records:
            _print_record(call, record)


async def _elsewhere(call: Call, machine: Machine) -> int:
    papers = machine.catalogue.papers
    found: list[SameText] = []
    after = b""
    wanted = call.options.offset + call.options.limit
    while len(found) < wanted:
        page = await papers.elsewhere(call.actor, after=after, limit=call.options.limit)
        found += page.groups
        after = page.next
        if not after:
            break
    shown = found[call.options.offset : wanted]
    if call.paper.is_json:
        call.paper.document(
            {"same_texts": [each.to_json() for each in shown], "more": bool(after)}
        )
        return 0
    if not shown:
        call.paper.say("duplicates.none_elsewhere")
        return 0
    for group in shown:
        call.paper.line()
        call.paper.say(
            "duplicates.elsewhere",
            fonds=call.words.join(dict.fromkeys(each.fonds for each in group.records)),
            grounds=grounds_text(call, group.grounds[0]),
        )
        for record in group.records:
            _print_record(call, record)
    call.paper.line()
    key = "duplicates.more" if after else "duplicates.end_elsewhere"
    call.paper.say(key, offset=wanted)
    return 0


async def _link(call: Call, act: str, ids: tuple[str, ...]) -> int:
    """Two records of two fonds are the same text, or are said to be so no more."""
    if len(ids) != _TWO:
        raise UsageError(key="usage.link")
    async with opened(call) as machine:
        operator = await signed_in(call, machine)
        links = machine.catalogue.papers.links
        both = (ids[0], ids[1])
        if act == LINK:
            found = await links.link(call.actor, operator, both, call.options.reason)
        else:
            found = await links.unlink(call.actor, operator, both)
    if call.paper.is_json:
        call.paper.document({"records": [record.to_json() for record in found]})
        return 0
    call.paper.say(f"duplicates.{act}ed")
    for record in found:
        _print_record(call, record)
    return 0


async def _ask(call: Call, ids: tuple[str, ...]) -> int:
    """Which papers are digitised elsewhere already, by the last digest list."""
    options = call.options
    classes = (options.year, options.retention, options.org)
    if bool(ids) == any(each is not None for each in classes):
        raise UsageError(key="usage.ask")
    wanted = Wanted(ids, options.fonds, *classes)
    async with opened(call) as machine:
        papers = machine.catalogue.papers
        listed = None
        if not machine.is_hub:
            listed = await machine.catalogue.extracts.digest_list(call.actor)
            if listed is None:
                raise DigestListMissing
        else:
            await papers.refresh(call.actor, call.paper.progress)
        answer = await papers.ask(call.actor, wanted, listed, call.paper.progress)
    call.paper.end_progress()
    _print_answer(call, answer)
    return 0


def _print_answer(call: Call, answer: Answer) -> None:
    if call.paper.is_json:
        call.paper.document(
            {
                "asked": answer.asked,
                "found": [each.to_json() for each in answer.found],
            }
        )
        return
    call.paper.say("duplicates.asked", asked=answer.asked, found=len(answer.found))
    for each in answer.found:
        call.paper.line()
        _print_record(call, each.record)
        for held in each.held:
            call.paper.indented(_held_text(call, held), "     ")
    if answer.found:
        call.paper.line()
        call.paper.say("duplicates.look")


def _held_text(call: Call, held: Held) -> str:
    key = "duplicates.by_number" if held.by_number else "duplicates.by_title"
    return call.words.say(key, fonds=held.fonds, title=held.title)


def grounds_text(call: Call, why: Grounds) -> str:
    """What speaks for two papers being one, in words."""
    say = call.words.say
    parts = [
        say(f"duplicates.{name}")
        for name, is_so in (
            ("same_number", why.number),
            ("same_day", why.day),
            ("same_issuer", why.issuer),
        )
        if is_so
    ]
    parts.append(say("duplicates.title", percent=why.title_percent))
    return call.words.join(parts)


def _print_record(call: Call, record: Record) -> None:
    told = (
        record.id,
        record.fonds,
        record.code or "",
        value_text(record.fields.get("doc_no")),
        value_text(record.fields.get("date")),
        value_text(record.fields.get("creators")),
    )
    call.paper.indented(value_text(record.fields.get("title")), "  ")
    call.paper.indented("  ".join(part for part in told if part), "     ")
