"""Commands about whose a fonds is and which rules hold in it (归属、规则)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync.cli.call import Call
from sync.cli.opening import opened

if TYPE_CHECKING:
    from node.catalogue.owning import Ownership


async def owner(call: Call) -> int:
    """Say whose a fonds is, or name its owner from here on."""
    given = call.options
    async with opened(call) as machine:
        owning = machine.catalogue.owning
        if given.machines or given.nobody:
            _require_hub(machine.is_hub)
            machines = () if given.nobody else tuple(given.machines)
            await owning.name(call.actor, given.fonds, machines)
            await machine.hub.prepare()
        found = await owning.of(call.actor, given.fonds)
    _tell(call, found)
    return 0


async def rules(call: Call) -> int:
    """Say which rule pack is in force in a fonds, or put one in force from here on."""
    async with opened(call) as machine:
        owning = machine.catalogue.owning
        if call.options.pack:
            _require_hub(machine.is_hub)
            await owning.use_pack(call.actor, call.options.fonds, call.options.pack)
            await machine.hub.prepare()
        found = await owning.of(call.actor, call.options.fonds)
    _tell(call, found)
    return 0


def _require_hub(is_hub: bool) -> None:  # noqa: FBT001
    if not is_hub:
        from sync.errors import NotAHub  # noqa: PLC0415

        raise NotAHub


def _tell(call: Call, found: Ownership) -> None:
    if call.paper.is_json:
        call.paper.document(found.to_json())
        return
    say = call.words.say
    owner = call.words.join(found.machines) if found.owner else say("owner.nobody")
    call.paper.fields(
        [
            (say("owner.fonds"), found.fonds),
            (say("owner.owner"), owner),
            (say("owner.rules"), found.pack),
        ]
    )
