"""The port's nouns of a desk: drafts, acts, holds, beside node/store/port.py."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple, Protocol


class ActState(IntEnum):
    """How far an act is."""

    PLANNING = 1
    """Its steps are being written down; nothing has been done."""
    RUNNING = 2
    DONE = 3
    UNDOING = 4
    UNDONE = 5
    """Taken back by the person who did it."""


class StepState(IntEnum):
    """How far one step of an act is."""

    PLANNED = 0
    DONE = 1
    UNDONE = 2


class DraftRow(NamedTuple):
    """What somebody was typing."""

    draft_no: int
    actor: str
    kind: str
    about: str
    """Printed id of the record; empty for a new one."""
    changed_at: int
    content: bytes
    """Packed by node.catalogue.drafts."""


class ActRow(NamedTuple):
    """One thing that a person did, to one record or to many."""

    act_no: int
    actor: str
    kind: str
    made_at: int
    title: str
    import_no: int
    """The import that it was; 0 for any other act."""
    state: int
    amount: int
    """How many records it is about."""
    detail: bytes
    """Packed by the part that does the act."""


class StepRow(NamedTuple):
    """One record of an act."""

    act_no: int
    place: int
    record_no: int
    log_no: int
    first_n: int
    last_n: int
    """Own operations that did it; 0 where there is none."""
    state: int
    content: bytes
    """What is to be done; packed by the part that does the act."""


class HoldRow(NamedTuple):
    """A ticket that somebody looks at to decide it."""

    scope_no: int
    subject: bytes
    """The ticket's, as in the table of tickets."""
    operator: str
    desk: str
    """The process at which that person sits (node.catalogue.holding)."""
    taken_at: int


class DraftRows(Protocol):
    """What people were typing when the light went out."""

    def put(self, row: DraftRow) -> int:
        """Keep a draft, new (number 0) or in place of the actor's own with its number.

        Returns its number; 0 where the one that it should replace is gone.
        """

    def of_actor(self, actor: str) -> list[DraftRow]:
        """Drafts of a person, by number."""

    def get(self, draft_no: int) -> DraftRow | None:
        """One draft."""

    def remove(self, draft_no: int, actor: str) -> None:
        """The person's draft is not needed any more; harmless where there is none."""


class ActRows(Protocol):
    """What people did."""

    def add(self, row: ActRow) -> int:
        """Enter an act; its number (the row's own is not looked at)."""

    def update(self, row: ActRow) -> None:
        """The act has moved on."""

    def get(self, act_no: int) -> ActRow | None:
        """One act."""

    def of_import(self, import_no: int) -> ActRow | None:
        """The act that an import was."""

    def last(self, actor: str, limit: int) -> list[ActRow]:
        """The person's newest acts that are DONE or UNDONE, newest first."""

    def unfinished(self) -> list[ActRow]:
        """Acts that are neither DONE nor UNDONE, by number."""

    def after(self, act_no: int, kind: str) -> list[ActRow]:
        """Acts of a kind behind *act_no*, by number."""

    def remove(self, act_no: int) -> None:
        """Forget an act; its steps are gone already."""

    def oldest_above(self, actor: str, kept: int) -> int:
        """Number of the person's oldest act, if there are more than *kept*; else 0."""

    def add_steps(self, steps: Sequence[StepRow]) -> None:
        """Enter steps; one of the same place is replaced."""

    def steps(
        self, act_no: int, state: int, after_place: int, limit: int
    ) -> list[StepRow]:
        """Steps of an act in *state*, by place."""

    def all_steps(self, act_no: int, after_place: int, limit: int) -> list[StepRow]:
        """Steps of an act in whatever state, by place."""

    def amounts(self, act_no: int) -> dict[int, int]:
        """How many steps of an act there are, by state."""

    def forget_steps(self, act_no: int, limit: int) -> int:
        """Drop at most *limit* steps of an act; how many there were."""


class HoldRows(Protocol):
    """Who decides what at this moment: a ticket has one desk, a desk one ticket."""

    def put(self, row: HoldRow) -> None:
        """The desk holds this ticket now, and no other; who held it does no more."""

    def get(self, scope_no: int, subject: bytes) -> HoldRow | None:
        """Who holds the ticket."""

    def all(self) -> list[HoldRow]:
        """Every hold, by scope and subject."""

    def remove(self, desk: str) -> None:
        """The desk holds nothing any more."""
