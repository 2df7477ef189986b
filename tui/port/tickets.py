"""待裁队列: contradictions and their decisions, as an operator's desk asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from node.catalogue.deciding.bulk import Alike, AlikePreview, Bulk, Pattern, Pick
from node.catalogue.deciding.ruling import Offer, Ruling, RulingKind
from node.catalogue.deciding.views import (
    Decided,
    DecisionView,
    FieldChange,
    FieldPair,
    Neighbour,
    Preview,
    PriorView,
    Remark,
    SideDetail,
    SideView,
    TakenBack,
    TalkKind,
    TalkState,
    TicketCounts,
    TicketDetail,
    TicketPage,
    TicketView,
    Wanted,
)
from node.catalogue.holding import Held, Subject
from node.store.ticket_port import TicketClass, TicketOrder

__all__ = [
    "Alike",
    "AlikePreview",
    "Bulk",
    "Decided",
    "DecisionView",
    "FieldChange",
    "FieldPair",
    "Held",
    "Neighbour",
    "Offer",
    "OnProgress",
    "OpenTicket",
    "Pattern",
    "Pick",
    "Preview",
    "PriorView",
    "Remark",
    "Ruling",
    "RulingKind",
    "SideDetail",
    "SideView",
    "SignIn",
    "Subject",
    "TakenBack",
    "TalkKind",
    "TalkState",
    "TicketClass",
    "TicketCounts",
    "TicketDetail",
    "TicketOrder",
    "TicketPage",
    "TicketView",
    "TicketsPort",
    "Wanted",
]

OnProgress = Callable[[int, int], None]
"""Told how many tickets are done, and of how many."""


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """A ticket on the page, and who has it."""

    detail: TicketDetail
    held: Held
    """Where that is not this desk, the page is read only."""

    @property
    def subject(self) -> Subject:
        """What names the ticket as long as it is open."""
        return subject_of(self.detail.ticket)


@dataclass(frozen=True, slots=True)
class SignIn:
    """What is asked of an operator before the first decision."""

    names: tuple[str, ...]
    """Operators whose keys are at this machine; the one who sits here first."""
    is_named: bool
    """The first of them is the person at the desk."""


class TicketsPort(Protocol):
    """Contradictions, and what operators make of them."""

    @property
    def can_decide(self) -> bool:
        """Whether this is the machine at which they are decided."""

    async def counts(self) -> TicketCounts:
        """How many there are, of which classes and rooms."""

    async def page(self, wanted: Wanted, offset: int, limit: int) -> TicketPage:
        """A part of the queue."""

    async def held(self) -> Mapping[Subject, Held]:
        """What is being decided now, this desk's own included."""

    async def open(self, ticket_id: str) -> OpenTicket:
        """A ticket with all that it is decided by; held, unless somebody else does.

        Raises:
            UnknownTicket, StaleTicket: it is not there any more.
        """

    async def look(self, ticket_id: str) -> TicketDetail:
        """A ticket as it stands, without holding it.

        Raises:
            UnknownTicket, StaleTicket.
        """

    async def leave(self) -> None:
        """This desk decides nothing any more."""

    async def preview(self, ticket_id: str, ruling: Ruling) -> Preview:
        """What a ruling would come to.

        Raises:
            StaleTicket, RulingNotOffered, InvalidValue: it cannot be done.
        """

    async def decide(self, ticket_id: str, ruling: Ruling, reason: str) -> Decided:
        """Decide it; an empty reason is the ready one.

        Raises:
            StaleTicket, RulingNotOffered, InvalidValue, OperatorNeeded.
        """

    async def ask(self, ticket_id: str, question: str) -> None:
        """退回: ask the rooms; the ticket stays open."""

    async def alike(self, alike: Alike) -> AlikePreview:
        """What deciding all like this would come to, with a sample."""

    async def decide_alike(
        self, preview: AlikePreview, reason: str, on_progress: OnProgress
    ) -> Bulk:
        """Decide all that was looked at; what changed meanwhile is left."""

    async def decided(self, offset: int, limit: int) -> Sequence[DecisionView]:
        """What was decided, the newest first."""

    async def undo(self, decision_id: str) -> TakenBack:
        """撤销裁定: take a decision back.

        Raises:
            UnknownDecision, DecisionGone.
        """

    async def sign_in_needed(self) -> SignIn | None:
        """What has to be asked before a decision; nothing where somebody signed in."""

    async def sign_in(self, name: str, passphrase: str) -> None:
        """From now on *name* decides at this desk.

        Raises:
            UnknownOperator, WrongPassphrase, OperatorRevoked.
        """

    def now(self) -> int:
        """Unix seconds by the own clock."""

    async def version(self) -> int:
        """Another number after every change of the store, whoever made it."""


def subject_of(ticket: TicketView) -> Subject:
    """What names the ticket as long as it is open."""
    return ticket.scope_no, ticket.subject
