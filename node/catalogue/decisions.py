"""Decisions (裁定): tickets listed, looked at, decided, asked about, taken back.

Laws:

- A decision is one save in one transaction. It names exactly the dots that it
  supersedes, and the version of the ticket that was shown; where the ticket is another
  by then, nothing is written.
- A preview is the decision itself, done and rolled back: what it shows is exact.
- At a hub what was decided stands in the order before the call returns.
- A room of a hub decides nothing; it answers, and objects once.
"""

from __future__ import annotations

from collections.abc import Sequence

from node.catalogue.act_recovery import alone
from node.catalogue.act_steps import Progress
from node.catalogue.deciding.beside import detail_of
from node.catalogue.deciding.bulk import (
    Alike,
    AlikePreview,
    Bulk,
    look_alike,
    plan_bulk,
    run_bulk,
)
from node.catalogue.deciding.bulk_back import (
    finish_bulk,
    undo_bulk_steps,
    unfinished_bulks,
)
from node.catalogue.deciding.case import find_ticket, open_case
from node.catalogue.deciding.doing import (
    Done,
    decider_of,
    do_decision,
    readied,
    require_hub,
    settle_own,
)
from node.catalogue.deciding.faults import DecisionGone
from node.catalogue.deciding.made import find_decision, views_of_decisions
from node.catalogue.deciding.previewing import preview_of
from node.catalogue.deciding.rooms_word import PAGE, RoomsWord, say, worded
from node.catalogue.deciding.ruling import TAKE_BACK_REASON, Ruling
from node.catalogue.deciding.taking_back import Answers, still_stands
from node.catalogue.deciding.telling import counts_of, filter_of, page_of
from node.catalogue.deciding.views import (
    Decided,
    DecisionView,
    Preview,
    TakenBack,
    TicketCounts,
    TicketDetail,
    TicketPage,
    Wanted,
)
from node.catalogue.reading import records_of
from node.catalogue.saves import REASON
from node.catalogue.saving import check_actor, check_text
from node.history.docket import QUESTION
from node.history.journal import save_all
from node.history.logbook import DecodedSets
from node.history.operators import require_operator
from node.operator_keys import Operator
from node.store.port import Rows
from protocol.limits import TEXT_LIMIT_BYTES
from protocol.operations import Actor


class Decisions(RoomsWord):
    """Tickets of one machine, and what people decide on them."""

    async def list(
        self,
        actor: Actor,
        wanted: Wanted = Wanted(),  # noqa: B008 (frozen)
        offset: int = 0,
        limit: int = PAGE,
    ) -> TicketPage:
        """A part of the tickets.

        Raises:
            UnknownField: no field has the name that was given.
        """
        check_actor(actor)
        pack = self._premises.pack
        return await self._premises.store.read(
            lambda rows: page_of(
                rows, filter_of(rows, wanted, pack), offset, limit, pack
            )
        )

    async def counts(self, actor: Actor) -> TicketCounts:
        """How many tickets there are, by class and by room."""
        check_actor(actor)
        return await self._premises.store.read(counts_of)

    async def show(self, actor: Actor, ticket_id: str) -> TicketDetail:
        """Everything beside which a ticket is decided.

        Raises:
            UnknownTicket, StaleTicket.
        """
        check_actor(actor)

        def work(rows: Rows) -> TicketDetail:
            decoded = DecodedSets()
            case = open_case(rows, find_ticket(rows, ticket_id), decoded)
            return detail_of(rows, case, self._premises.pack, decoded)

        return await self._premises.store.read(work)

    async def preview(self, actor: Actor, ticket_id: str, ruling: Ruling) -> Preview:
        """What the decision would come to; nothing is written.

        Raises:
            UnknownTicket, StaleTicket, RulingNotOffered.
            UnknownField, InvalidValue, SecretRefused: a value cannot be kept.
        """
        check_actor(actor)
        return await preview_of(self._premises, actor, ticket_id, ruling)

    async def decide(
        self,
        actor: Actor,
        operator: Operator | None,
        ticket_id: str,
        ruling: Ruling,
        reason: str = "",
    ) -> Decided:
        """Decide a ticket; without a *reason* the ready one of the ruling is given.

        Raises:
            OperatorNeeded, OperatorRevoked, DecidedAtHub: not by this person, or here.
            UnknownTicket, StaleTicket: it is not as it was shown.
            RulingNotOffered, UnknownField, InvalidValue, SecretRefused.
        """
        by = self._by(actor, operator)
        given = readied(ruling, check_text(REASON, reason, TEXT_LIMIT_BYTES))

        def work(rows: Rows) -> Done:
            require_operator(rows, operator)
            require_hub(rows)
            decider = decider_of(rows, self._premises, by, given)
            ticket = find_ticket(rows, ticket_id)
            return do_decision(rows, ticket, ruling, decider, operator)

        done = await self._premises.store.write(work)
        await settle_own(self._premises)
        pack = self._premises.pack
        records = await self._premises.store.read(
            lambda rows: records_of(rows, done.record_nos, pack)
        )
        return Decided(done.decision, tuple(records))

    async def undo(
        self,
        actor: Actor,
        operator: Operator | None,
        decision_id: str,
        reason: str = "",
    ) -> TakenBack:
        """Take a decision back: the ticket is open again, with the same sides.

        Raises:
            OperatorNeeded, OperatorRevoked, DecidedAtHub.
            UnknownDecision: there is none of that id.
            DecisionGone: nothing of it stands any more.
        """
        by = self._by(actor, operator)
        given = check_text(REASON, reason, TEXT_LIMIT_BYTES).strip()

        def work(rows: Rows) -> TakenBack:
            require_operator(rows, operator)
            require_hub(rows)
            made = find_decision(rows, decision_id, DecodedSets())
            now = self._premises.clock.now()
            answers = Answers(rows, made, by, now, given or TAKE_BACK_REASON)
            if not answers.touched or not still_stands(rows, made):
                raise DecisionGone(decision_id)
            save_all(rows, made.scope_no, answers.operations, signer=operator)
            return TakenBack(len(answers.touched), answers.kept)

        taken = await self._premises.store.write(work)
        await settle_own(self._premises)
        return taken

    async def ask(
        self, actor: Actor, operator: Operator | None, ticket_id: str, question: str
    ) -> None:
        """退回: send a ticket back to the rooms with a question; it stays open.

        Raises:
            OperatorNeeded, OperatorRevoked, DecidedAtHub.
            UnknownTicket, StaleTicket, InvalidValue.
        """
        by = self._by(actor, operator)
        text = worded(question)

        def work(rows: Rows) -> None:
            require_operator(rows, operator)
            require_hub(rows)
            say(rows, self._premises, by, ticket_id, (QUESTION, text), operator)

        await self._premises.store.write(work)
        await settle_own(self._premises)

    async def decided(
        self, actor: Actor, offset: int = 0, limit: int = PAGE
    ) -> tuple[DecisionView, ...]:
        """What was decided, the newest first."""
        check_actor(actor)
        pack = self._premises.pack
        return await self._premises.store.read(
            lambda rows: tuple(
                views_of_decisions(
                    rows, rows.decisions.newest(offset, limit), pack, DecodedSets()
                )
            )
        )

    async def alike(self, actor: Actor, alike: Alike) -> AlikePreview:
        """Tickets that are alike, and what "same for all" would write.

        Raises:
            UnknownField: no field has the name that was given.
        """
        check_actor(actor)
        return await look_alike(self._premises, alike)

    async def decide_alike(
        self,
        actor: Actor,
        operator: Operator | None,
        preview: AlikePreview,
        reason: str = "",
        progress: Progress | None = None,
    ) -> Bulk:
        """同类照此: decide all that was looked at; what changed since is left.

        Raises:
            OperatorNeeded, OperatorRevoked, DecidedAtHub.
            ActBusy: another act on many records is under way.
        """
        by = self._by(actor, operator)
        given = check_text(REASON, reason, TEXT_LIMIT_BYTES)
        await self.recover(operator)
        async with alone(self._premises):
            bulk_no = await plan_bulk(self._premises, by, operator, preview, given)
            return await run_bulk(self._premises, by, operator, bulk_no, progress)

    async def undo_bulk(
        self,
        actor: Actor,
        operator: Operator | None,
        bulk_no: int,
        progress: Progress | None = None,
    ) -> TakenBack:
        """Take back every decision of a bulk that still stands.

        Raises:
            OperatorNeeded, OperatorRevoked, DecidedAtHub.
            UnknownDecision: there is no such bulk.
            DecisionGone: it is taken back already.
        """
        by = self._by(actor, operator)
        return await undo_bulk_steps(self._premises, by, operator, bulk_no, progress)

    async def recover(self, operator: Operator | None = None) -> Sequence[Bulk]:
        """Finish bulks that were cut off, where this person may.

        With operators at the hub an operator finishes their own; without, anybody.
        """
        numbers = await unfinished_bulks(self._premises, operator)
        return [await finish_bulk(self._premises, operator, each) for each in numbers]

    def _by(self, actor: Actor, operator: Operator | None) -> Actor:
        check_actor(actor)
        return actor if operator is None else operator.actor
