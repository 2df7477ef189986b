"""What a machine can say of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.standing import ClockTrust
from sync.cli.call import Call
from sync.cli.opening import opened
from sync.cli.printing import duration_text, time_json, time_text
from sync.cli.tables import size_text

if TYPE_CHECKING:
    from node.machine import Machine
    from node.standing import Standing
    from protocol.operations import Actor


async def status(call: Call) -> int:
    """Facts only: what is saved here, what is on its way, what the hub receipted."""
    async with opened(call) as machine:
        standing = await machine.standing(call.actor)
        undecided = await count_undecided(machine, standing, call.actor)
    if call.paper.is_json:
        call.paper.document(standing_json(standing, undecided))
        return 0
    say = call.words.say
    rows = [
        (
            "status.name",
            f"{standing.name} ({say('role.hub' if standing.is_hub else 'role.room')})",
        )
    ]
    for fonds in standing.fonds:
        rows.append(("status.fonds", f"{fonds.code} {fonds.title}"))
    rows.append(("status.records", say("status.records_value", count=standing.records)))
    if not standing.is_hub:
        rows.append(("status.pending", _pending_text(call, standing)))
    if standing.sent_sets:
        rows.append(("status.sent", say("status.sent_value", sets=standing.sent_sets)))
    rows.append(("status.receipt", _receipt_text(call, standing)))
    if standing.hub_address:
        rows.append(("status.hub", standing.hub_address))
    rows.extend(
        (
            "status.order" if standing.is_hub else "status.places",
            say(
                "status.place_value",
                scope=place.scope if place.is_fonds else say("status.common"),
                place=place.place,
                epoch=place.epoch,
            ),
        )
        for place in standing.places
    )
    if standing.clock.trust in (ClockTrust.BEHIND, ClockTrust.DIFFERS):
        rows.append(("status.clock", clock_text(call, standing)))
    open_text = (
        say("status.conflicts_value", count=undecided)
        if undecided
        else say("status.none")
    )
    rows.append(("status.conflicts", open_text))
    if standing.quarantined:
        held = say("status.quarantined_value", sets=standing.quarantined)
        rows.append(("status.quarantined", held))
    key = "status.log_value" if standing.log_seq else "status.log_empty"
    rows.append(
        (
            "status.log",
            say(
                key,
                id=standing.log,
                seq=standing.log_seq,
                hash=standing.log_hash[:8],
            ),
        )
    )
    call.paper.facts(rows)
    return 0


def _pending_text(call: Call, standing: Standing) -> str:
    if not standing.pending_operations:
        return call.words.say("status.pending_none")
    return call.words.say(
        "status.pending_value",
        operations=standing.pending_operations,
        size=size_text(standing.pending_bytes),
        since=time_text(standing.pending_since),
    )


def clock_text(call: Call, standing: Standing) -> str:
    """How far the own clock is to be trusted, in a sentence."""
    clock = standing.clock
    key = f"status.clock_{clock.trust}"
    if clock.trust is ClockTrust.DIFFERS and clock.ahead_seconds < 0:
        key += "_slow"
    return call.words.say(
        key,
        time=time_text(clock.hub_time),
        difference=duration_text(abs(clock.ahead_seconds), call.words),
    )


def _receipt_text(call: Call, standing: Standing) -> str:
    if standing.is_hub:
        return call.words.say("status.receipt_none_hub")
    if not standing.is_joined:
        return call.words.say("status.not_joined")
    if not standing.receipt_number:
        return call.words.say("status.receipt_none")
    return call.words.say(
        "status.receipt_value",
        number=standing.receipt_number,
        time=time_text(standing.receipt_time),
    )


async def count_undecided(machine: Machine, standing: Standing, actor: Actor) -> int:
    """How many fields a person has to decide; the pack says which open ones count."""
    if not standing.open_fields:
        return 0
    return await machine.catalogue.conflict_count(actor)


def standing_json(standing: Standing, conflicts: int) -> dict[str, object]:
    """The document of ``status --json``."""
    return {
        "name": standing.name,
        "role": "hub" if standing.is_hub else "room",
        "fonds": [
            {"code": fonds.code, "title": fonds.title} for fonds in standing.fonds
        ],
        "records": standing.records,
        "pending": {
            "operations": standing.pending_operations,
            "bytes": standing.pending_bytes,
        },
        "pending_since": time_json(standing.pending_since),
        "sent": {"sets": standing.sent_sets},
        "receipt": {
            "number": standing.receipt_number,
            "time": time_json(standing.receipt_time),
            "scopes": [
                {"scope": place.scope, "epoch": place.epoch, "place": place.place}
                for place in standing.places
            ],
        },
        "clock": {
            "trust": standing.clock.trust.value,
            "ahead_seconds": standing.clock.ahead_seconds,
            "hub_time": time_json(standing.clock.hub_time),
        },
        "conflicts": conflicts,
        "quarantined": standing.quarantined,
        "log": {
            "id": standing.log,
            "seq": standing.log_seq,
            "hash": standing.log_hash,
        },
    }
