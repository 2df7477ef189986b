"""Correcting one cell of a list: the same rules as in the form, and the same safety.

The form at the foot carries what stood in the record when it was filled, so what
somebody else wrote meanwhile is not overwritten. What is typed is kept as a draft while
it is typed. A filed item takes a reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from node.catalogue.details import Filled
from node.catalogue.drafts import Draft, DraftKind
from node.catalogue.fault import Fault
from sync.cli.sentences import reason_sentence
from tui.display import drawable
from tui.journal import Journal
from tui.open_form import REASON, text_of
from tui.widgets.form_field import FormField, as_typed

if TYPE_CHECKING:
    from tui.screens.listing import ListingScreen


class Correcting:
    """One correction at a time."""

    def __init__(self, screen: ListingScreen) -> None:
        self._screen = screen
        self._filled: Filled | None = None
        self._name = ""
        self._draft_no = 0
        self._journal = Journal(self._keep, self._keeping_told)
        self._told: set[tuple[str, str]] = set()
        """Who wrote what meanwhile, as far as that was said."""

    async def begin(self, record_id: str, name: str) -> None:
        """Ask for the value of one field of a record."""
        screen = self._screen
        field = screen.desk.pack.by_name[name]
        if not field.is_typed or not field.is_shown:
            screen.tell(screen.say("listing.read_only"), is_fault=True)
            return
        self._filled = await screen.desk.entries.fill(record_id)
        self._name = name
        self._draft_no = 0
        self._told.clear()
        fields = [
            FormField(
                name,
                screen.label(name),
                text=text_of(field, self._filled.record.fields.get(name)),
                normalise=code_typed if name == "code" else as_typed,
            )
        ]
        if self._filled.is_filed:
            fields.append(FormField(REASON, screen.say("listing.reason"), mark="*"))
        await screen.foot.open("correct", fields)

    def changed(self, field: FormField) -> None:
        """Say what is wrong with what was typed so far, and keep it."""
        screen = self._screen
        if field.name == self._name:
            fault = screen.desk.entries.fault(self._name, field.text)
            screen.tell(self._sentence(fault), is_fault=fault is not None)
        self._journal.touch()

    async def save(self, texts: Mapping[str, str]) -> bool:
        """Save it; whether that was done."""
        screen, filled = self._screen, self._filled
        if filled is None:
            return False
        text = texts[self._name]
        fault = screen.desk.entries.fault(self._name, text)
        if fault is not None:
            screen.tell(self._sentence(fault), is_fault=True)
            return False
        if filled.is_filed and not texts.get(REASON, "").strip():
            screen.tell(screen.say("listing.reason_missing"), is_fault=True)
            screen.query_one(f"#field-{REASON}", FormField).focus()
            return False
        if await self._tell_arrival(filled):
            return False
        await self._journal.forget()
        try:
            await screen.desk.entries.change(
                filled.record.id,
                {self._name: text},
                filled.seen,
                reason=texts.get(REASON, ""),
                draft_no=self._draft_no,
            )
        except BaseException:
            self._journal.touch()
            raise
        self._filled, self._draft_no = None, 0
        return True

    async def _tell_arrival(self, filled: Filled) -> bool:
        """Say once what somebody else wrote to the field; whether there was any."""
        arrived = await self._screen.desk.entries.arrived(filled.record.id, filled.seen)
        for arrival in arrived.arrivals:
            told = (arrival.who, str(arrival.value))
            if arrival.field == self._name and told not in self._told:
                self._told.add(told)
                text = self._screen.say(
                    "listing.arrived", who=arrival.who, value=arrival.value
                )
                self._screen.tell(drawable(text, self._screen.named), is_fault=True)
                return True
        return False

    async def end(self) -> None:
        """Nothing more is typed; a draft that is not wanted goes."""
        await self._journal.forget()
        draft_no, self._draft_no, self._filled = self._draft_no, 0, None
        if draft_no:
            await self._screen.desk.entries.drop_draft(draft_no)

    async def keep(self) -> None:
        """Keep what stands in the form and is not kept yet."""
        await self._journal.flush()

    async def _keep(self) -> None:
        filled = self._filled
        if filled is None or not self._screen.foot.is_changed:
            return
        texts = self._screen.foot.texts()
        kind = DraftKind.CORRECTION if filled.is_filed else DraftKind.CHANGE
        reason = texts.pop(REASON, "").strip()
        self._draft_no = await self._screen.desk.entries.keep_draft(
            Draft(
                kind,
                texts,
                about=filled.record.id,
                fonds=filled.record.fonds,
                level=filled.record.level,
                seen=filled.seen,
                extra={REASON: reason} if reason else {},
                draft_no=self._draft_no,
            )
        )

    def _keeping_told(self, error: Exception | None) -> None:
        if error is not None and self._screen.is_attached:
            self._screen.tell_error(error)

    def _sentence(self, fault: Fault | None) -> str:
        if fault is None:
            return ""
        screen = self._screen
        return reason_sentence(
            fault.reason, {"found": fault.found, "offer": fault.offer}, screen.words
        )


def code_typed(piece: str) -> str:
    """``.`` and ``。`` type the dot of a code."""
    return as_typed(piece).replace(".", "·").replace("。", "·")
