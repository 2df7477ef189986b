"""The face of sequences: who numbers, blocks of numbers, sealing."""

from __future__ import annotations

from functools import partial

from node.catalogue.act_recovery import alone
from node.catalogue.act_steps import Progress, drop_steps, run_act
from node.catalogue.closing import (
    CHANGED,
    Closed,
    ClosingLook,
    begin_act,
    begin_moves,
    check,
    look_at,
    plan_some,
    seal_sequence,
)
from node.catalogue.leases import USUAL_AMOUNT, appoint, ask, give_back
from node.catalogue.premises import Premises
from node.catalogue.saves import REASON, Saver
from node.catalogue.saving import check_actor, check_text
from node.catalogue.sequence_errors import SequenceNotReady
from node.catalogue.sequence_views import SequenceView, sequences_of
from node.errors import NodeError
from node.history.registers import hub_key, own_key
from node.history.sequences import Span
from protocol.limits import TEXT_LIMIT_BYTES
from protocol.operations import Actor


class Sequences:
    """Sequences of codes."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises

    async def all(self, actor: Actor, fonds: str | None = None) -> list[SequenceView]:
        """Every sequence of one fonds, or of all, by code.

        Raises:
            UnknownFonds.
        """
        check_actor(actor)
        pack = self._premises.pack
        return await self._premises.store.read(
            lambda rows: sequences_of(rows, pack, fonds)
        )

    async def ask(self, actor: Actor, stem: str, amount: int = USUAL_AMOUNT) -> bool:
        """Ask for numbers; False where that is asked already, or needless.

        Raises:
            UnknownSequence.
        """
        check_actor(actor)
        now = self._premises.clock.now()
        return await self._premises.store.write(
            lambda rows: ask(rows, actor, now, stem, amount)
        )

    async def give_back(self, actor: Actor, stem: str) -> tuple[Span, ...]:
        """Give back what is left of own blocks; the numbers.

        Raises:
            UnknownSequence.
        """
        check_actor(actor)
        now = self._premises.clock.now()
        return await self._premises.store.write(
            lambda rows: give_back(rows, actor, now, stem)
        )

    async def appoint(self, actor: Actor, fonds: str, stem: str, machine: str) -> str:
        """At the hub: say which machine numbers; its name.

        Raises:
            UnknownFonds, UnknownSequence, UnknownMachine.
            NotTheHolder: this machine is not the hub.
        """
        check_actor(actor)
        now = self._premises.clock.now()
        return await self._premises.store.write(
            lambda rows: appoint(rows, actor, now, fonds, stem, machine)
        )

    async def look(self, actor: Actor, stem: str) -> ClosingLook:
        """What sealing a sequence would come to; nothing is changed.

        Raises:
            UnknownSequence.
        """
        check_actor(actor)
        return await self._premises.store.read(partial(look_at, wanted=stem))

    async def close(
        self,
        actor: Actor,
        stem: str,
        reason: str = "",
        *,
        closes_gaps: bool | None = None,
        ends_leases: bool = False,
        progress: Progress | None = None,
    ) -> Closed:
        """Seal a sequence (封册); the codes of its last items move where gaps close.

        *closes_gaps* must be said where there are any. *reason* joins the corrections
        of filed items whose code changes.

        Raises:
            UnknownSequence.
            NotTheHolder: another machine numbers it.
            SequenceNotReady: something has to be done, or said, first.
            FiledNeedsReason: a filed item's code would change without a reason.
            ActBusy: another act on many records is under way.
        """
        check_actor(actor)
        check_text(REASON, reason, TEXT_LIMIT_BYTES)
        store = self._premises.store
        saver = Saver(actor, self._premises.clock.now(), self._premises.pack)

        look = await self.look(actor, stem)
        is_hub = await store.read(lambda rows: hub_key(rows) == own_key(rows))
        check(look, closes_gaps=closes_gaps, ends_leases=ends_leases, is_hub=is_hub)
        moves = look.moves if closes_gaps else ()
        async with alone(self._premises):
            act_no = await self._move(saver, look, reason, len(moves), progress)
            now = await self.look(actor, look.stem)
            if moves and now.gaps:
                raise SequenceNotReady(look.stem, CHANGED, len(now.gaps))
            named = await store.write(
                lambda rows: seal_sequence(rows, saver, now, act_no)
            )
        return Closed(act_no, look.stem, now.last, now.amount, moves, named)

    async def _move(
        self,
        saver: Saver,
        look: ClosingLook,
        reason: str,
        count: int,
        progress: Progress | None,
    ) -> int:
        """Move *count* codes, as one act; its number."""
        store = self._premises.store
        act_no = await store.write(
            lambda rows: begin_act(rows, saver, look, count or look.amount)
        )
        try:
            done = 0
            while done < count:
                step = partial(
                    plan_some,
                    saver=saver,
                    look=look,
                    act_no=act_no,
                    reason=reason,
                    start=done,
                )
                done = await store.write(step)
            await store.write(lambda rows: begin_moves(rows, look, act_no))
        except NodeError:
            while await store.write(lambda rows: drop_steps(rows, act_no)):
                pass
            raise
        await run_act(store, act_no, progress)
        return act_no
