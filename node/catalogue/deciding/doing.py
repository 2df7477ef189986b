"""A decision inside one write transaction, and bringing it into the hub's order."""

from __future__ import annotations

from typing import Final, NamedTuple

from node.catalogue.deciding.case import open_case, require_undecided
from node.catalogue.deciding.faults import AskedInRoom, DecidedAtHub
from node.catalogue.deciding.plan import Decider
from node.catalogue.deciding.plans import planned_operations
from node.catalogue.deciding.ruling import READY_REASONS, Ruling
from node.catalogue.premises import Premises
from node.catalogue.saving import check_sizes
from node.catalogue.secrecy import is_secret
from node.catalogue.sequences import next_code
from node.history.effects import effect_of
from node.history.journal import own_log_no, save_all
from node.history.logbook import DecodedSets
from node.history.registers import hub_key_of
from node.operator_keys import Operator
from node.store.port import Rows
from node.store.ticket_port import TicketClass, TicketRow
from protocol.identity import Dot, printed_id
from protocol.operations import Actor, Operation

_ROLE: Final = "machine.role"
_HUB: Final = 2


class Done(NamedTuple):
    """A decision that was written."""

    decision: str
    """Printed dot of its first operation."""
    record_nos: tuple[int, ...]
    """Records that it wrote to, the ticket's own first."""
    n: int
    last_n: int


def is_hub(rows: Rows) -> bool:
    """Whether this machine is a hub."""
    return bool(rows.settings.get(_ROLE) == _HUB)


def require_hub(rows: Rows) -> None:
    """Return where tickets are decided here: at a hub, or in a room without one.

    Raises:
        DecidedAtHub: this room belongs to a hub.
    """
    if not is_hub(rows) and hub_key_of(rows) is not None:
        raise DecidedAtHub


def require_room(rows: Rows) -> None:
    """Return where a room speaks.

    Raises:
        AskedInRoom: this is the hub.
    """
    if is_hub(rows):
        raise AskedInRoom


def readied(ruling: Ruling, reason: str) -> str:
    """The reason that was written; else the one that stands ready."""
    return reason.strip() or READY_REASONS[ruling.kind]


def decider_of(rows: Rows, premises: Premises, actor: Actor, reason: str) -> Decider:
    """Who decides now, and by which rules."""
    return Decider(
        actor,
        premises.clock.now(),
        premises.pack,
        reason,
        _free_code,
        rows.logs.id_of(own_log_no(rows)),
    )


def do_decision(
    rows: Rows,
    ticket: TicketRow,
    ruling: Ruling,
    decider: Decider,
    operator: Operator | None,
) -> Done:
    """Write the decision, as one save.

    Raises:
        StaleTicket: somebody has decided it a moment ago.
        RulingNotOffered, UnknownField, InvalidValue, SecretRefused, FieldTooLarge.
    """
    case = open_case(rows, ticket, DecodedSets())
    require_undecided(rows, case)

    def make(n: int) -> list[Operation]:
        made = planned_operations(rows, case, ruling, decider, n)
        check_sizes(made, decider.pack)
        return made

    made = save_all(rows, ticket.scope_no, make, signer=operator)
    if ticket.ticket_class == TicketClass.DUPLICATE:
        rows.tickets.remove(ticket.scope_no, [ticket.subject])
    log_no = own_log_no(rows)
    numbers: dict[int, None] = {}
    for operation in made:
        effect = effect_of(operation, log_no, rows.logs.ensure)
        if effect is not None:
            number = rows.records.number_of(ticket.scope_no, *effect.record)
            if number is not None:
                numbers[number] = None
    first = Dot(decider.own_log, made[0].n)
    return Done(printed_id(first), tuple(numbers), made[0].n, made[-1].n)


async def settle_own(premises: Premises) -> None:
    """Seal what was written here; at a hub it joins the order at once."""
    if await premises.store.read(is_hub):
        from node.history.hub import HubSide  # noqa: PLC0415 (a room's desk needs none)

        hub = HubSide(
            premises.store, premises.keys, premises.home, premises.clock, is_secret
        )
        await hub.prepare()
    else:
        await premises.seal()


def _free_code(rows: Rows, scope_no: int, code: str) -> str | None:
    """The next free code, where this machine may give it; else none for now."""
    found = next_code(rows, scope_no, code)
    return found.code or None if found.is_by_right else None
