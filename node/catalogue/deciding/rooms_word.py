"""What a room says and sees: answers, objections, what became of its values."""

from __future__ import annotations

from typing import Final

from node.catalogue.deciding.case import find_ticket, open_case
from node.catalogue.deciding.disputes import has_objected, saying
from node.catalogue.deciding.doing import require_room
from node.catalogue.deciding.faults import (
    DecisionGone,
    NotYourValue,
    ObjectedAlready,
)
from node.catalogue.deciding.made import find_decision
from node.catalogue.deciding.own_values import (
    SEEN,
    is_own_loss,
    my_counts,
    my_questions,
    my_values,
)
from node.catalogue.deciding.taking_back import still_stands
from node.catalogue.deciding.views import MyCounts, MyValue, Question
from node.catalogue.premises import Premises
from node.catalogue.reading import dot_of, state_of
from node.catalogue.saving import check_actor, check_text
from node.errors import InvalidValue
from node.history.docket import ANSWER, OBJECTION
from node.history.journal import save
from node.history.logbook import DecodedSets
from node.history.registers import own_key
from node.history.tickets import dot_bytes
from node.operator_keys import Operator
from node.store.port import Rows
from protocol.identity import Dot
from protocol.limits import TEXT_LIMIT_BYTES
from protocol.operations import Actor

PAGE: Final = 50
_TEXT: Final = "text"


class RoomsWord:
    """The part of decisions that is a room's."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises

    async def answer(self, actor: Actor, ticket_id: str, text: str) -> None:
        """A room answers what the hub asked.

        Raises:
            AskedInRoom, UnknownTicket, StaleTicket, InvalidValue.
        """
        check_actor(actor)
        given = worded(text)

        def work(rows: Rows) -> None:
            require_room(rows)
            say(rows, self._premises, actor, ticket_id, (ANSWER, given), None)

        await self._premises.store.write(work)

    async def object(self, actor: Actor, decision_id: str, reason: str) -> None:
        """A room objects to a decision that set its value aside; once, with a reason.

        Raises:
            AskedInRoom, UnknownDecision, InvalidValue.
            NotYourValue: it set no value of this room aside.
            ObjectedAlready: the room has objected there before.
            DecisionGone: it stands no more.
        """
        check_actor(actor)
        given = worded(reason)

        def work(rows: Rows) -> None:
            require_room(rows)
            decoded = DecodedSets()
            made = find_decision(rows, decision_id, decoded)
            record, field = made.record, made.head.write.field
            if not still_stands(rows, made):
                raise DecisionGone(decision_id)
            if not is_own_loss(rows, made, decoded):
                raise NotYourValue(decision_id)
            if has_objected(rows, state_of(record), field, own_key(rows)):
                raise ObjectedAlready(decision_id)
            dot = Dot(rows.logs.id_of(made.log_no), made.head.n)
            said = (OBJECTION, field, dot_bytes(dot), given)
            now = self._premises.clock.now()
            about = dot_of(rows, record)
            save(rows, record.scope_no, lambda n: saying(n, actor, now, about, said))

        await self._premises.store.write(work)

    async def mine(
        self, actor: Actor, offset: int = 0, limit: int = PAGE
    ) -> tuple[MyValue, ...]:
        """This room's values that wait for a decision, then those decided on."""
        check_actor(actor)
        pack = self._premises.pack
        return await self._premises.store.read(
            lambda rows: tuple(my_values(rows, pack, offset, limit))
        )

    async def seen_mine(self, actor: Actor) -> None:
        """What was decided so far on this room's values has been looked at."""
        check_actor(actor)
        now = self._premises.clock.now()
        await self._premises.store.write(lambda rows: rows.settings.put(SEEN, now))

    async def questions(self, actor: Actor) -> tuple[Question, ...]:
        """Questions of the hub about this room's values that wait for an answer."""
        check_actor(actor)
        pack = self._premises.pack
        return await self._premises.store.read(
            lambda rows: tuple(my_questions(rows, pack))
        )

    async def my_counts(self, actor: Actor) -> MyCounts:
        """How many of each there are, for the home page."""
        check_actor(actor)
        return await self._premises.store.read(my_counts)


def say(
    rows: Rows,
    premises: Premises,
    actor: Actor,
    ticket_id: str,
    said: tuple[int, str],
    operator: Operator | None,
) -> None:
    """Say something about an open ticket, on the record under which it is listed.

    Raises:
        UnknownTicket, StaleTicket.
    """
    ticket = find_ticket(rows, ticket_id)
    case = open_case(rows, ticket, DecodedSets())
    kind, text = said
    about = dot_of(rows, case.listed)
    now = premises.clock.now()
    content = (kind, ticket.field, ticket.version, text)
    save(
        rows,
        ticket.scope_no,
        lambda n: saying(n, actor, now, about, content),
        signer=operator,
    )


def worded(text: str) -> str:
    """What somebody says.

    Raises:
        InvalidValue: there is nothing in it, or it cannot be kept.
        SecretRefused.
    """
    worded = check_text(_TEXT, text, TEXT_LIMIT_BYTES).strip()
    if not worded:
        raise InvalidValue(_TEXT, "value-empty", text)
    return worded
