"""Forms at a machine: entering, changing, drafts and what is offered on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from node.catalogue.details import Arrivals, Filled
from node.catalogue.drafts import Draft
from node.catalogue.fault import Fault
from node.catalogue.hints import NextCode
from node.catalogue.reading import Fonds
from node.catalogue.record import Record, Seen
from node.catalogue.values import parse_elements, parse_value, shown_value
from node.machine import Machine
from protocol.operations import Actor
from tui.port.entries import DIVIDER, PART_SIGN

_LEVEL: Final = "level"


class DeskEntries:
    """The Entries port on an opened machine."""

    def __init__(self, machine: Machine, actor: Actor) -> None:
        self._machine = machine
        self._catalogue = machine.catalogue
        self._actor = actor
        self._fonds_in_use = ""

    @property
    def fonds_in_use(self) -> str:
        """The fonds of the last save at this desk; empty before the first."""
        return self._fonds_in_use

    async def fonds(self) -> Sequence[Fonds]:
        """The fonds in which something can be entered, by code."""
        return await self._catalogue.fonds(self._actor)

    async def add(
        self, fonds: str, values: Mapping[str, str], *, level: str, draft_no: int
    ) -> Record:
        """Save a new record; its draft goes with it."""
        typed = {name: text for name, text in values.items() if text.strip()}
        record = await self._catalogue.add(
            self._actor,
            fonds,
            {_LEVEL: level, **self._parted(typed)},
            draft_no=draft_no,
            at_desk=True,
        )
        self._fonds_in_use = fonds
        return record

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
        return await self._catalogue.set(
            self._actor,
            record_id,
            self._parted(values),
            seen,
            reason=reason,
            draft_no=draft_no,
            at_desk=True,
        )

    async def fill(self, record_id: str) -> Filled:
        """What a form is filled from."""
        return await self._catalogue.details.fill(self._actor, record_id)

    async def arrived(self, record_id: str, seen: Seen) -> Arrivals:
        """What was written to the record since the form was filled."""
        return await self._catalogue.details.arrived(self._actor, record_id, seen)

    async def version(self) -> int:
        """Another number after every change of the store, whoever made it."""
        return await self._machine.store.version()

    async def last_entered(self, fonds: str) -> Record | None:
        """The newest item of the fonds that was entered here by hand."""
        return await self._catalogue.details.last_entered(self._actor, fonds)

    async def keep_draft(self, draft: Draft) -> int:
        """Keep what is being typed; its number, 0 where it is needed no more."""
        return await self._catalogue.drafts.keep(self._actor, draft)

    async def waiting_drafts(self) -> list[Draft]:
        """What this person did not finish, the oldest first."""
        return await self._catalogue.drafts.waiting(self._actor)

    async def drop_draft(self, draft_no: int) -> None:
        """The draft is not wanted any more."""
        await self._catalogue.drafts.drop(self._actor, draft_no)

    async def issuer(self, fonds: str, doc_no: str) -> Sequence[str]:
        """Who issues documents whose numbers begin like this one."""
        return await self._catalogue.hints.issuer(self._actor, fonds, doc_no)

    async def next_code(self, fonds: str, values: Mapping[str, str]) -> NextCode:
        """The code that would come next for what the form holds."""
        return await self._catalogue.hints.next_code(self._actor, fonds, values)

    async def like(
        self, fonds: str, *, doc_no: str, title: str, date: str, but_id: str
    ) -> Sequence[Record]:
        """Records of the fonds that may be the same document."""
        return await self._catalogue.hints.like(
            self._actor, fonds, doc_no=doc_no, title=title, date=date, but_id=but_id
        )

    async def values(self, fonds: str, field: str) -> Sequence[str]:
        """Values of a field that are in use, the most used first."""
        return await self._catalogue.hints.values(self._actor, fonds, field)

    def fault(self, field: str, text: str) -> Fault | None:
        """What keeps *text* from standing in a field; pure and quick."""
        pack = self._machine.pack
        known = pack.field(field)
        if known.is_list:
            if known.is_kept_whole:
                text = text.replace(PART_SIGN, "")
            elements = parse_elements(known, text, pack)
            return elements if isinstance(elements, Fault) else None
        value = parse_value(known, text, pack)
        return value if isinstance(value, Fault) else None

    def tidied(self, field: str, text: str) -> str:
        """*text* as the rule writes it; unchanged where it cannot be read."""
        pack = self._machine.pack
        known = pack.field(field)
        if known.is_list:
            if known.is_kept_whole:
                return text.strip()
            elements = parse_elements(known, text, pack)
            return text if isinstance(elements, Fault) else DIVIDER.join(elements)
        value = parse_value(known, text, pack)
        return text if isinstance(value, Fault) else shown_value(value)

    def _parted(self, values: Mapping[str, str]) -> dict[str, str | list[str]]:
        """Fields that are kept whole, as the parts that the form shows."""
        pack = self._machine.pack
        return {
            name: [part.strip() for part in text.split(PART_SIGN) if part.strip()]
            if pack.field(name).is_kept_whole
            else text
            for name, text in values.items()
        }
