"""Commands about numbers: who numbers, blocks, sealing, papers to be stamped anew."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sync.cli.call import Call
from sync.cli.opening import opened
from sync.cli.parser import UsageError
from sync.cli.printing import time_json, time_text

if TYPE_CHECKING:
    from node.catalogue.closing import ClosingLook, Move
    from node.catalogue.restamping import Restamp
    from node.catalogue.sequence_views import SequenceView

_MOST_SHOWN = 20


async def listing(call: Call) -> int:
    """Every sequence: who numbers it, how far it is, what is lent of it."""
    async with opened(call) as machine:
        found = await machine.catalogue.sequences.all(call.actor, call.options.fonds)
    if call.paper.is_json:
        call.paper.document({"sequences": [each.to_json() for each in found]})
        return 0
    if not found:
        call.paper.say("numbers.none")
        return 0
    heads = (
        "numbers.stem",
        "numbers.holder",
        "numbers.last",
        "numbers.state",
        "numbers.lent",
    )
    call.paper.table(heads, [_row(call, each) for each in found])
    for each in found:
        for lease in each.leases:
            if lease.left:
                call.paper.say(
                    "numbers.lease",
                    stem=each.stem,
                    first=lease.first,
                    last=lease.last,
                    machine=lease.machine or "–",
                    left=lease.left,
                )
        for name, amount in each.asked:
            call.paper.say(
                "numbers.asked", stem=each.stem, machine=name or "–", amount=amount
            )
        if each.contested:
            call.paper.say("numbers.contested", stem=each.stem, count=each.contested)
    return 0


def _row(call: Call, each: SequenceView) -> tuple[str, str, str, str, str]:
    state = "numbers.final" if each.is_final else "numbers.provisional"
    return (
        each.stem,
        each.holder or call.words.say("numbers.nobody"),
        str(each.last or ""),
        call.words.say(state),
        str(sum(lease.left for lease in each.leases) or ""),
    )


async def holder(call: Call) -> int:
    """At the hub: say which machine numbers a fonds, or one sequence of it."""
    given = call.options
    async with opened(call) as machine:
        name = await machine.catalogue.sequences.appoint(
            call.actor, given.code, given.stem or "", given.machine
        )
    wanted = given.stem or given.code
    if call.paper.is_json:
        call.paper.document({"stem": wanted, "holder": name or None})
        return 0
    key = "numbers.appointed" if name else "numbers.appointed_nobody"
    call.paper.say(key, stem=wanted, machine=name)
    return 0


async def ask(call: Call) -> int:
    """Ask for numbers of a sequence that another machine numbers."""
    stem, amount = call.options.stem, call.options.amount
    async with opened(call) as machine:
        is_asked = await machine.catalogue.sequences.ask(call.actor, stem, amount)
    if call.paper.is_json:
        call.paper.document({"stem": stem, "asked": amount if is_asked else 0})
        return 0
    key = "numbers.asking" if is_asked else "numbers.not_asked"
    call.paper.say(key, stem=stem, amount=amount)
    return 0


async def give_back(call: Call) -> int:
    """Give back what is left of this machine's blocks."""
    stem = call.options.stem
    async with opened(call) as machine:
        spans = await machine.catalogue.sequences.give_back(call.actor, stem)
    if call.paper.is_json:
        call.paper.document({"stem": stem, "returned": [list(span) for span in spans]})
        return 0
    if not spans:
        call.paper.say("numbers.nothing_back", stem=stem)
    for first, last in spans:
        call.paper.say("numbers.back", stem=stem, first=first, last=last)
    return 0


async def close(call: Call) -> int:
    """Seal a sequence (封册)."""
    given = call.options
    if given.close_gaps and given.keep_gaps:
        raise UsageError(key="usage.gaps")
    closes = True if given.close_gaps else False if given.keep_gaps else None
    async with opened(call) as machine:
        sequences = machine.catalogue.sequences
        if given.preview:
            return _tell_look(call, await sequences.look(call.actor, given.stem))
        closed = await sequences.close(
            call.actor,
            given.stem,
            given.reason or call.words.say("numbers.gaps_reason"),
            closes_gaps=closes,
            ends_leases=given.end_leases,
            progress=call.paper.progress,
        )
    if call.paper.is_json:
        call.paper.document(closed.to_json())
        return 0
    _tell_moves(call, closed.moves)
    if closed.named:
        call.paper.say("numbers.named", count=closed.named)
    call.paper.say(
        "numbers.closed", stem=closed.stem, last=closed.last, amount=closed.amount
    )
    return 0


def _tell_look(call: Call, look: ClosingLook) -> int:
    if call.paper.is_json:
        call.paper.document(look.to_json())
        return 0
    say = call.words.say
    rows = [
        ("numbers.stem", look.stem),
        ("numbers.holder", look.holder or say("numbers.nobody")),
        ("numbers.amount", str(look.amount)),
        ("numbers.last", str(look.last)),
        ("numbers.sealed_to", str(look.sealed_to or "")),
        (
            "numbers.gaps",
            call.words.join(_span(first, last) for first, last in look.gaps),
        ),
        ("numbers.contested_codes", call.words.join(look.contested[:_MOST_SHOWN])),
        ("numbers.unfiled", str(look.unfiled or "")),
        ("numbers.lent", str(look.lent or "")),
    ]
    call.paper.facts([(key, text) for key, text in rows if text])
    _tell_moves(call, look.moves)
    if not look.is_allowed:
        call.paper.say("numbers.not_here")
    return 0


def _tell_moves(call: Call, moves: tuple[Move, ...]) -> None:
    if not moves:
        return
    call.paper.say("numbers.moves", count=len(moves))
    for move in moves:
        call.paper.line(f"{move.before} → {move.after}")
        call.paper.indented(move.title)


def _span(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"


async def restamp_list(call: Call) -> int:
    """Papers filed here that bear another code than their record has (待改盖章)."""
    async with opened(call) as machine:
        found = await machine.catalogue.restamping.all(call.actor)
    if call.paper.is_json:
        document = [{**each.to_json(), "time": time_json(each.time)} for each in found]
        call.paper.document({"restamp": document})
        return 0
    if not found:
        call.paper.say("restamp.none")
        return 0
    for each in found:
        call.paper.line(f"{each.former} → {each.code}")
        call.paper.indented(each.title)
        if why := _why(each):
            call.paper.indented(f"{call.words.say('restamp.why')}: {why}")
    call.paper.say("restamp.count", count=len(found))
    return 0


def _why(each: Restamp) -> str:
    told = (each.reason, each.who, each.machine)
    return ",".join(text for text in told if text)


async def restamp_print(call: Call) -> int:
    """Print the slip of all papers that are to be stamped anew."""
    from node.forms.apart import print_slip_apart  # noqa: PLC0415
    from node.forms.slip import RestampLine, RestampSlip  # noqa: PLC0415

    path = Path(call.options.file)
    async with opened(call) as machine:
        found = await machine.catalogue.restamping.all(call.actor)
        titles = {f.code: f.title for f in await machine.catalogue.fonds(call.actor)}
        fonds = tuple(dict.fromkeys(each.fonds for each in found))
        slip = RestampSlip(
            "、".join(fonds),
            titles.get(fonds[0], "") if len(fonds) == 1 else "",
            machine.name,
            tuple(
                RestampLine(
                    each.former,
                    each.code,
                    each.title,
                    each.date,
                    each.reason,
                    " ".join(t for t in (each.who, time_text(each.time)) if t),
                )
                for each in found
            ),
            datetime.fromtimestamp(machine.clock.now(), UTC),
        )
    if not found:
        if call.paper.is_json:
            call.paper.document({"file": None, "papers": 0, "pages": 0})
        else:
            call.paper.say("restamp.none")
        return 0
    pages = await print_slip_apart(path, slip, call.words.sentences)
    if call.paper.is_json:
        call.paper.document({"file": str(path), "papers": len(found), "pages": pages})
        return 0
    call.paper.say("restamp.printed", file=str(path), count=len(found), pages=pages)
    return 0


async def restamp_done(call: Call) -> int:
    """These papers bear their new codes now."""
    wanted = list(call.options.codes)
    if bool(wanted) == call.options.is_all:
        raise UsageError(key="usage.restamped")
    async with opened(call) as machine:
        restamping = machine.catalogue.restamping
        if call.options.is_all:
            wanted = [each.record for each in await restamping.all(call.actor)]
        done = await restamping.done(call.actor, wanted)
    if call.paper.is_json:
        call.paper.document({"restamped": done})
        return 0
    call.paper.say("restamp.done", count=done)
    return 0
