"""Tickets of a machine, for one person at one desk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from node.catalogue.holding import Held, Holding, Subject
from node.machine import Machine
from node.operator_errors import OperatorRevoked
from node.operator_keys import Operator
from protocol.operations import Actor
from tui.port.tickets import (
    Alike,
    AlikePreview,
    Bulk,
    Decided,
    DecisionView,
    OnProgress,
    OpenTicket,
    Preview,
    Ruling,
    SignIn,
    TakenBack,
    TicketCounts,
    TicketDetail,
    TicketPage,
    Wanted,
    subject_of,
)

_LIKE_SECONDS: Final = 0.1
"""So long the desk waits for papers that may be one to be found."""


class DeskTickets:
    """The Tickets port on an opened machine."""

    def __init__(self, machine: Machine, actor: Actor) -> None:
        self._machine = machine
        self._decisions = machine.catalogue.decisions
        self._actor = actor
        self._holding = Holding(machine.catalogue.premises)
        self._is_holding = False
        self._has_counted = False
        self._operator: Operator | None = None

    @property
    def can_decide(self) -> bool:
        """Whether this is the machine at which they are decided."""
        return self._machine.is_hub

    async def counts(self) -> TicketCounts:
        """How many there are, of which classes and rooms."""
        if not self._has_counted:
            self._has_counted = True
            await self._find_like()
        return await self._decisions.counts(self._actor)

    async def page(self, wanted: Wanted, offset: int, limit: int) -> TicketPage:
        """A part of the queue."""
        return await self._decisions.list(self._actor, wanted, offset, limit)

    async def held(self) -> Mapping[Subject, Held]:
        """What is being decided now, this desk's own included."""
        return await self._holding.all()

    async def open(self, ticket_id: str) -> OpenTicket:
        """A ticket with all that it is decided by; held, unless somebody else does.

        Raises:
            UnknownTicket, StaleTicket: it is not there any more.
        """
        detail = await self.look(ticket_id)
        if not self.can_decide:
            return OpenTicket(detail, Held("", 0, is_here=False))
        subject = subject_of(detail.ticket)
        held = await self._holding.take(self._person, subject)
        self._is_holding = held.is_here
        if held.is_here:
            detail = await self.look(ticket_id)
        return OpenTicket(detail, held)

    async def look(self, ticket_id: str) -> TicketDetail:
        """A ticket as it stands, without holding it.

        Raises:
            UnknownTicket, StaleTicket.
        """
        return await self._decisions.show(self._actor, ticket_id)

    async def leave(self) -> None:
        """This desk decides nothing any more."""
        if self._is_holding:
            self._is_holding = False
            await self._holding.release()

    async def preview(self, ticket_id: str, ruling: Ruling) -> Preview:
        """What a ruling would come to.

        Raises:
            StaleTicket, RulingNotOffered, InvalidValue: it cannot be done.
        """
        return await self._decisions.preview(self._person, ticket_id, ruling)

    async def decide(self, ticket_id: str, ruling: Ruling, reason: str) -> Decided:
        """Decide it; an empty reason is the ready one.

        Raises:
            StaleTicket, RulingNotOffered, InvalidValue, OperatorNeeded.
        """
        with self._signing():
            return await self._decisions.decide(
                self._actor, self._operator, ticket_id, ruling, reason
            )

    async def ask(self, ticket_id: str, question: str) -> None:
        """退回: ask the rooms; the ticket stays open."""
        with self._signing():
            await self._decisions.ask(self._actor, self._operator, ticket_id, question)

    async def alike(self, alike: Alike) -> AlikePreview:
        """What deciding all like this would come to, with a sample."""
        return await self._decisions.alike(self._actor, alike)

    async def decide_alike(
        self, preview: AlikePreview, reason: str, on_progress: OnProgress
    ) -> Bulk:
        """Decide all that was looked at; what changed meanwhile is left."""
        with self._signing():
            return await self._decisions.decide_alike(
                self._actor, self._operator, preview, reason, on_progress
            )

    async def decided(self, offset: int, limit: int) -> Sequence[DecisionView]:
        """What was decided, the newest first."""
        return await self._decisions.decided(self._actor, offset, limit)

    async def undo(self, decision_id: str) -> TakenBack:
        """撤销裁定: take a decision back.

        Raises:
            UnknownDecision, DecisionGone.
        """
        with self._signing():
            done = await self._decisions.undo(self._actor, self._operator, decision_id)
        await self._find_like()
        return done

    async def sign_in_needed(self) -> SignIn | None:
        """What has to be asked before a decision; nothing where somebody signed in."""
        if self._operator is not None:
            return None
        known = await self._machine.catalogue.operators.all(self._actor)
        if not any(each.is_in_force for each in known):
            return None
        here = [each for each in known if each.is_in_force and each.has_key_here]
        here.sort(key=lambda each: each.name != self._actor.name)
        is_named = bool(here) and here[0].name == self._actor.name
        if is_named and not here[0].asks_passphrase:
            await self.sign_in(here[0].name, "")
            return None
        return SignIn(tuple(each.name for each in here), is_named)

    async def sign_in(self, name: str, passphrase: str) -> None:
        """From now on *name* decides at this desk; what they had begun is finished.

        Raises:
            UnknownOperator, WrongPassphrase, OperatorRevoked.
        """
        operators = self._machine.catalogue.operators
        self._operator = await operators.open(self._actor, name, passphrase)
        await self._decisions.recover(self._operator)

    def now(self) -> int:
        """Unix seconds by the own clock."""
        return self._machine.clock.now()

    async def version(self) -> int:
        """Another number after every change of the store, whoever made it."""
        return await self._machine.store.version()

    async def _find_like(self) -> None:
        """Papers that may be one are tickets as soon as they are looked for."""
        papers = self._machine.catalogue.papers
        await papers.refresh_briefly(self._actor, _LIKE_SECONDS)

    @contextmanager
    def _signing(self) -> Iterator[None]:
        """Who may decide no more is signed in no more."""
        try:
            yield
        except OperatorRevoked:
            self._operator = None
            raise

    @property
    def _person(self) -> Actor:
        return self._actor if self._operator is None else self._operator.actor
