"""Which ticket comes next: the queue in its order, without what others hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tui.port.tickets import (
    Held,
    Subject,
    TalkState,
    TicketsPort,
    TicketView,
    Wanted,
    subject_of,
)

_AT_ONCE: Final = 20


class Course:
    """The way of one desk through the queue."""

    def __init__(self, wanted: Wanted, place: int) -> None:
        self.wanted = wanted
        self.place = place
        """Where in the queue the ticket on the page stands."""
        self._passed: set[Subject] = set()

    def pass_by(self, subject: Subject) -> None:
        """The person does not want this one now."""
        self._passed.add(subject)

    async def next_from(self, tickets: TicketsPort, place: int) -> str | None:
        """Id of the next ticket from *place* on, then from the beginning."""
        held = await tickets.held()
        found = await self._from(tickets, place, held)
        if found is None and place:
            found = await self._from(tickets, 0, held)
        return found

    async def _from(
        self, tickets: TicketsPort, place: int, held: Mapping[Subject, Held]
    ) -> str | None:
        while True:
            page = await tickets.page(self.wanted, place, _AT_ONCE)
            for number, ticket in enumerate(page.tickets):
                if self._is_free(ticket, held):
                    self.place = place + number
                    return ticket.id
            if len(page.tickets) < _AT_ONCE:
                return None
            place += len(page.tickets)

    def _is_free(self, ticket: TicketView, held: Mapping[Subject, Held]) -> bool:
        """Nobody else has it, nobody is asked about it, nobody passed it by."""
        subject = subject_of(ticket)
        holder = held.get(subject)
        return (
            subject not in self._passed
            and ticket.talk is not TalkState.ASKED
            and (holder is None or holder.is_here)
        )
