"""Entering and changing one record: what a form asks of the desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from node.catalogue.arrivals import Arrival
from node.catalogue.details import Arrivals, Filled
from node.catalogue.drafts import Draft, DraftKind
from node.catalogue.fault import Fault
from node.catalogue.hints import NextCode
from node.catalogue.reading import Fonds
from node.catalogue.record import Record, Seen

__all__ = [
    "DIVIDER",
    "PART_SIGN",
    "Arrival",
    "Arrivals",
    "Draft",
    "DraftKind",
    "EntriesPort",
    "Fault",
    "Filled",
    "Fonds",
    "NextCode",
    "Record",
    "Seen",
]


DIVIDER: Final = "、"
"""Stands between the elements of a list in a form."""
PART_SIGN: Final = "¶"
"""Stands between elements that may hold any punctuation themselves."""


class EntriesPort(Protocol):
    """Forms, their drafts, and what is offered while somebody types."""

    @property
    def fonds_in_use(self) -> str:
        """The fonds of the last save at this desk; empty before the first."""

    async def fonds(self) -> Sequence[Fonds]:
        """The fonds in which something can be entered, by code."""

    async def add(
        self, fonds: str, values: Mapping[str, str], *, level: str, draft_no: int
    ) -> Record:
        """Save a new record; its draft goes with it."""

    async def change(
        self,
        record_id: str,
        values: Mapping[str, str],
        seen: Seen,
        *,
        reason: str,
        draft_no: int,
    ) -> Record:
        """Save new values of a record that a form was filled from."""

    async def fill(self, record_id: str) -> Filled:
        """What a form is filled from."""

    async def arrived(self, record_id: str, seen: Seen) -> Arrivals:
        """What was written to the record since the form was filled."""

    async def version(self) -> int:
        """Another number after every change of the store, whoever made it."""

    async def last_entered(self, fonds: str) -> Record | None:
        """The newest item of the fonds that was entered here by hand."""

    async def keep_draft(self, draft: Draft) -> int:
        """Keep what is being typed; its number, 0 where it is needed no more."""

    async def waiting_drafts(self) -> list[Draft]:
        """What this person did not finish, the oldest first."""

    async def drop_draft(self, draft_no: int) -> None:
        """The draft is not wanted any more."""

    async def issuer(self, fonds: str, doc_no: str) -> Sequence[str]:
        """Who issues documents whose numbers begin like this one."""

    async def next_code(self, fonds: str, values: Mapping[str, str]) -> NextCode:
        """The code that would come next for what the form holds."""

    async def like(
        self, fonds: str, *, doc_no: str, title: str, date: str, but_id: str
    ) -> Sequence[Record]:
        """Records of the fonds that may be the same document."""

    async def values(self, fonds: str, field: str) -> Sequence[str]:
        """Values of a field that are in use, the most used first."""

    def fault(self, field: str, text: str) -> Fault | None:
        """What keeps *text* from standing in a field; pure and quick."""

    def tidied(self, field: str, text: str) -> str:
        """*text* as the rule writes it; unchanged where it cannot be read."""
