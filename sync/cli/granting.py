"""``dangyi hub grant``: the fonds that rooms wait for, and the right to them."""

from __future__ import annotations

from sync.cli.call import Call
from sync.cli.founding import fonds_titles
from sync.cli.opening import opened


async def grant(call: Call) -> int:
    """Say which fonds rooms wait for, or give a room the right to its own."""
    from sync.cli.parser import UsageError  # noqa: PLC0415

    given = call.options
    if not given.room:
        if given.fonds:
            raise UsageError(key="usage.missing", what="ROOM")
        return await _tell_awaited(call)
    from sync.granting import grant as give  # noqa: PLC0415

    fonds = fonds_titles(given.fonds, needs_title=False)
    async with opened(call) as machine:
        granted = await give(machine, call.actor, given.room, fonds)
    if call.paper.is_json:
        call.paper.document(
            {"room": given.room, "granted": [each.to_json() for each in granted]}
        )
        return 0
    for each in granted:
        named = f"{each.code} {each.title}".strip()
        call.paper.say("grant.done", room=given.room, fonds=named)
        if each.sets:
            call.paper.say("grant.judged", count=str(each.sets))
    call.paper.say("grant.next")
    return 0


async def _tell_awaited(call: Call) -> int:
    from sync.granting import awaited  # noqa: PLC0415

    async with opened(call) as machine:
        found = await awaited(machine, call.actor)
    if call.paper.is_json:
        call.paper.document({"awaited": [each.to_json() for each in found]})
        return 0
    for each in found:
        call.paper.say(
            "grant.awaited" if each.code else "grant.unnamed",
            room=each.machine,
            fonds=f"{each.code} {each.title}".strip(),
            sets=str(each.sets),
            operations=str(each.operations),
        )
    call.paper.say("grant.how" if found else "grant.none")
    return 0
