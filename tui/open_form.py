"""What a form is about, what it was filled from, and what came to it since.

Pure of screen and store. A form carries the dots of what it showed. Only fields that
differ from that are saved, and they name these dots: what somebody else wrote
meanwhile is never covered unseen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from node.catalogue.arrivals import Arrival
from node.catalogue.details import Arrivals, Filled
from node.catalogue.drafts import Draft, DraftKind
from node.catalogue.pack import Field, Pack
from node.catalogue.record import Record, Seen
from tui.port.entries import DIVIDER, PART_SIGN

REASON: Final = "reason"
"""Key of a correction's reason in a draft."""


def text_of(known: Field, value: object) -> str:
    """A value as it stands in a form."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        divider = f" {PART_SIGN} " if known.is_kept_whole else DIVIDER
        return divider.join(str(part) for part in value)
    return str(value)


def texts_of(record: Record, pack: Pack) -> dict[str, str]:
    """All of a record that people may write, as it stands in a form."""
    return {
        known.name: text_of(known, record.fields[known.name])
        for known in writable_fields(pack)
        if known.name in record.fields
    }


def writable_fields(pack: Pack) -> list[Field]:
    """Fields that people write, in the order of the form and then of the pack."""
    first = [pack.field(name) for name in pack.form.entry]
    rest = [
        known
        for known in pack.fields
        if known.is_typed and known.is_shown and known not in first
    ]
    return [*first, *rest]


@dataclass(slots=True)
class OpenForm:
    """One form while somebody works in it."""

    kind: DraftKind
    fonds: str
    level: str = "item"
    record_id: str = ""
    base: dict[str, str] = field(default_factory=dict)
    """What the form was filled with."""
    seen: Seen | None = None
    """The dots of that; none for a new record."""
    is_filed: bool = False
    reason: str = ""
    draft_no: int = 0
    extra: Mapping[str, str | int] = field(default_factory=dict)
    arrivals: dict[str, Arrival] = field(default_factory=dict)
    """What others wrote since, field by field, and nobody has chosen yet."""
    _now: Filled | None = None
    _both: dict[str, Seen] = field(default_factory=dict)
    """Fields in which both values are to stay, with what had come by then."""

    @classmethod
    def of_record(cls, filled: Filled, pack: Pack) -> OpenForm:
        """The form of a record that exists."""
        kind = DraftKind.CORRECTION if filled.is_filed else DraftKind.CHANGE
        return cls(
            kind,
            filled.record.fonds,
            filled.record.level,
            filled.record.id,
            base=texts_of(filled.record, pack),
            seen=filled.seen,
            is_filed=filled.is_filed,
        )

    @property
    def is_new(self) -> bool:
        """Saving makes a record."""
        return self.kind in (DraftKind.ENTRY, DraftKind.REFUSED_ROW)

    def changed(self, texts: Mapping[str, str]) -> dict[str, str]:
        """Fields that differ from what the form was filled with."""
        return {
            name: text
            for name, text in texts.items()
            if text.strip() != self.base.get(name, "").strip()
        }

    def draft(self, texts: Mapping[str, str]) -> Draft:
        """What is kept of the form."""
        extra = dict(self.extra)
        if self.reason:
            extra[REASON] = self.reason
        kept = texts if self.is_new else self.changed(texts)
        return Draft(
            kind=self.kind,
            typed={
                name: text for name, text in kept.items() if text or not self.is_new
            },
            about=self.record_id,
            fonds=self.fonds,
            level=self.level,
            seen=self.seen,
            extra=extra,
            draft_no=self.draft_no,
        )

    def take_in(
        self, found: Arrivals, texts: Mapping[str, str], pack: Pack
    ) -> dict[str, Arrival]:
        """What came since; fields that are new among it.

        A value that the form holds already is no news: it only counts as seen.
        """
        self._now = found.now
        fresh: dict[str, Arrival] = {}
        for arrival in found.arrivals:
            name = arrival.field
            if name is None:
                continue
            his = text_of(pack.field(name), arrival.value)
            if name in texts and texts[name].strip() == his.strip():
                self._see(name, his, pack)
            elif self._both.get(name) != _part(found.now.seen, pack, name):
                if self.arrivals.get(name) != arrival:
                    fresh[name] = arrival
                self.arrivals[name] = arrival
        return fresh

    def take_mine(self, name: str, pack: Pack) -> None:
        """Mine stands; his was seen and gives way when the form is saved."""
        arrival = self.arrivals.pop(name)
        self._see(name, text_of(pack.field(name), arrival.value), pack)

    def take_his(self, name: str, pack: Pack) -> str:
        """His stands; what the field shows now."""
        arrival = self.arrivals.pop(name)
        his = text_of(pack.field(name), arrival.value)
        self._see(name, his, pack)
        return his

    def keep_both(self, name: str, pack: Pack) -> None:
        """Both are saved, and somebody decides later."""
        self.arrivals.pop(name)
        if self._now is not None:
            self._both[name] = _part(self._now.seen, pack, name)

    def _see(self, name: str, his: str, pack: Pack) -> None:
        """The field counts as filled with *his*, with the dots that it has now."""
        if self._now is None or self.seen is None:
            return
        self.base[name] = his
        self.arrivals.pop(name, None)
        number = pack.field(name).number
        now = self._now.seen
        dots, elements = dict(self.seen.dots), dict(self.seen.elements)
        if number in now.dots:
            dots[number] = now.dots[number]
        if number in now.elements:
            elements[number] = now.elements[number]
        else:
            elements.pop(number, None)
        self.seen = replace(self.seen, dots=dots, elements=elements)


def _part(seen: Seen, pack: Pack, name: str) -> Seen:
    """What *seen* says of one field."""
    number = pack.field(name).number
    return Seen(
        {number: seen.dots.get(number, ())},
        {number: seen.elements.get(number, ())},
        (),
    )
