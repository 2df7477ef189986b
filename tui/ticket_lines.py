"""A ticket as texts of its page: head, sides, evidence, what a decision comes to.

Pure of screen and store; widths are columns of the terminal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len, chop_cells, set_cell_size

from node.catalogue.pack import MergeClass, Pack
from node.catalogue.record import Record
from sync.cli.values import field_label, field_text
from sync.words.catalogue import Words
from tui.cells import drawn
from tui.differing import Span, difference, merged
from tui.display import drawable
from tui.port.tickets import (
    DecisionView,
    FieldChange,
    Held,
    Preview,
    Ruling,
    RulingKind,
    SideDetail,
    TicketClass,
    TicketDetail,
)
from tui.status_lines import moment_text
from tui.widgets.sides import SideColumn

_MOST_CHANGES: Final = 3
_LABEL_COLUMNS: Final = 14
_LABEL_COLUMNS_EN: Final = 20
_LEAST_COLUMNS: Final = 8
_CODE: Final = "code"
_STATE: Final = "state"
_EXISTENCE: Final = frozenset({"active", "withdrawn", "contested"})
_SHORT_COLUMNS: Final = 44
"""Of a value in one line among others."""
_LONG_COLUMNS: Final = 110
"""A value that takes more is written out once more among the evidence."""


@dataclass(frozen=True, slots=True)
class TicketLines:
    """Makes the texts of a ticket's page."""

    pack: Pack
    words: Words
    now: int
    width: int

    def head(self, detail: TicketDetail) -> str:
        """What it is about, in one or two lines."""
        ticket = detail.ticket
        is_existence = ticket.ticket_class is TicketClass.EXISTENCE
        return self.words.say(
            "ticket.head",
            kind=self.kind(ticket.ticket_class),
            field="" if is_existence else self.field(ticket.field),
            code=ticket.code or ticket.fonds,
            title=self.drawn(ticket.title),
        )

    def kind(self, ticket_class: TicketClass) -> str:
        """The class of a ticket."""
        return self.words.say(f"ticket.class.{ticket_class.name.lower()}")

    def field(self, name: str) -> str:
        """A field's name; the whole record where it is none."""
        if not name:
            return self.words.say("ticket.whole")
        return field_label(name, self.pack, self.words)

    def letter(self, number: int) -> str:
        """甲, 乙, …: the name of a side."""
        names = self.words.say("ticket.letters").split()
        return names[number - 1] if number <= len(names) else str(number)

    def sides(
        self, detail: TicketDetail, shown: tuple[int, int]
    ) -> tuple[SideColumn, ...]:
        """基准 and the two sides that are shown, with what differs in them."""
        base = detail.base
        here = [each for each in detail.sides if each.side.number in shown]
        texts = [self._side_text(each, detail) for each in here]
        origin = None if base is None else base.text
        columns = []
        if base is not None:
            spans = [difference(base.text, text).first for text in texts]
            notes = (self._who(base.who, base.machine), self._moment(base.time))
            columns.append(
                self._column(
                    self.words.say("ticket.base"),
                    base.text,
                    merged(*spans),
                    tuple(note for note in notes if note),
                )
            )
        for place, each in enumerate(here):
            against = texts[1 - place] if origin is None and len(texts) > 1 else origin
            against = texts[place] if against is None else against
            columns.append(
                self._column(
                    self._side_title(each),
                    texts[place],
                    difference(against, texts[place]).second,
                    tuple(self._notes(each, origin)),
                )
            )
        return tuple(columns)

    def evidence(self, detail: TicketDetail) -> list[str]:
        """What a decision can lean on, beside the values."""
        lines: list[str] = []
        for title, part in (
            ("ticket.part.talk", self._talk(detail)),
            ("ticket.part.texts", self._texts(detail)),
            ("ticket.part.decisions", self._decisions(detail.decisions)),
            ("ticket.part.near", self._near(detail)),
            ("ticket.part.record", self._record(detail.record)),
            ("ticket.part.other", self._record(detail.other)),
        ):
            found = list(part)
            if found:
                lines += [self.words.say(title), *found, ""]
        return lines

    def preview(self, preview: Preview, detail: TicketDetail) -> str:
        """What a decision changes in what is shown, or leaves as it is."""
        changes = self._telling(preview.changes)
        parts = [self._change(each, detail) for each in changes[:_MOST_CHANGES]]
        if len(changes) > _MOST_CHANGES:
            count = len(changes) - _MOST_CHANGES
            parts.append(self.words.say("ticket.more_changes", count=count))
        if not preview.changes:
            parts.append(self._unchanged(preview.ruling, detail))
        if preview.new_records:
            parts.append(
                self.words.say("ticket.new_records", count=preview.new_records)
            )
        return self.words.say("ticket.separator").join(parts)

    def _telling(self, changes: Sequence[FieldChange]) -> list[FieldChange]:
        """Without the parts of a code whose change is told."""
        coded = {each.record for each in changes if each.field == _CODE}
        return [
            each
            for each in changes
            if each.field == _CODE
            or each.record not in coded
            or self._merge_of(each.field) is not MergeClass.NUMBER
        ]

    def _merge_of(self, name: str) -> MergeClass | None:
        known = self.pack.by_name.get(name)
        return None if known is None else known.merge

    def _change(self, change: FieldChange, detail: TicketDetail) -> str:
        """One change; of two records it is said which one changes."""
        after = self._short(change.field, change.after)
        if change.field == _CODE and not change.after:
            after = self.words.say("ticket.code_to_come")
        told = self.words.say(
            "ticket.change",
            field=self._changed_field(change),
            before=self._short(change.field, change.before),
            after=after,
        )
        numbers = {each.side.record: each.side.number for each in detail.sides}
        if change.record == detail.record.id and detail.other is None:
            return told
        letter = self.words.say("ticket.new_record")
        if change.record in numbers:
            letter = self.letter(numbers[change.record])
        title = _cut(self.drawn(change.title))
        return self.words.say(
            "ticket.change_of", letter=letter, title=title, change=told
        )

    def held(self, held: Held) -> str:
        """Who has the ticket."""
        since = self._moment(held.since)
        return self.words.say("ticket.held", operator=held.operator, time=since)

    def _unchanged(self, ruling: Ruling, detail: TicketDetail) -> str:
        """What is decided is what is shown already."""
        texts = {each.side.number: each.side.text for each in detail.sides}
        text = ruling.value or texts.get(ruling.side, "")
        if ruling.kind not in (RulingKind.TAKE, RulingKind.WRITE):
            return self.words.say("ticket.no_change")
        field = detail.ticket.field
        told = {"field": self.field(field), "value": self._short(field, text)}
        return self.words.say("ticket.as_shown", **told)

    def decision(self, decision: DecisionView) -> str:
        """One decision in a few words."""
        told = self.words.say(
            "ticket.decision" if decision.field else "ticket.decision_whole",
            time=moment_text(decision.time, self.now, self.words),
            who=self.drawn(decision.who),
            field=self.field(decision.field),
            value=self.decided_value(decision),
            reason=self.drawn(decision.reason),
        )
        return (
            told
            if decision.is_standing
            else self.words.say("ticket.gone_by", told=told)
        )

    def decided_value(self, decision: DecisionView) -> str:
        """What was decided, where that is a value."""
        if not decision.field:
            return self.words.say("ticket.whole_value")
        if decision.field == _CODE and not decision.value:
            return self.words.say("ticket.code_to_come")
        return self.value(decision.field, decision.value)

    def drawn(self, text: str) -> str:
        """*text* as a terminal can draw it."""
        return drawable(text, self._mongolian)

    def pair(self, label: str, text: str) -> list[str]:
        """A label and its text, in as many lines as it needs."""
        wide = _LABEL_COLUMNS if self.words.language == "zh" else _LABEL_COLUMNS_EN
        pad = max(0, wide - cell_len(label))
        room = max(_LEAST_COLUMNS, self.width - wide - 3)
        pieces = chop_cells(self.drawn(text), room) or [""]
        indent = " " * (wide + 2)
        head = f"{' ' * pad}{label}  {pieces[0]}"
        return [head, *(f"{indent}{piece}" for piece in pieces[1:])]

    def _column(
        self,
        title: str,
        text: str,
        spans: Sequence[Span],
        notes: tuple[str, ...],
    ) -> SideColumn:
        shown, moved = drawn(text, spans, self._mongolian)
        empty = self.words.say("ticket.empty")
        return SideColumn(title, shown or empty, tuple(moved), notes)

    def _side_title(self, each: SideDetail) -> str:
        return self.words.say(
            "ticket.side",
            letter=self.letter(each.side.number),
            who=self._who(each.side.who, each.side.machine),
        )

    def _notes(self, each: SideDetail, base: str | None) -> Iterator[str]:
        side = each.side
        if side.time:
            moment = self._moment(side.time)
            yield self.words.say("ticket.written", time=moment)
        if side.received:
            moment = self._moment(side.received)
            yield self.words.say("ticket.received", time=moment)
        seen = [text for text in each.named if text != base]
        if seen:
            told = self.words.join(self.drawn(text) for text in seen)
            yield self.words.say("ticket.seen", values=told)
        elif base is not None and not each.named:
            yield self.words.say("ticket.seen_nothing")

    def _who(self, who: str, machine: str) -> str:
        return self.words.say(
            "ticket.who", who=self.drawn(who), machine=self.drawn(machine)
        )

    def _moment(self, time: int) -> str:
        return moment_text(time, self.now, self.words)

    def _talk(self, detail: TicketDetail) -> Iterator[str]:
        for remark in detail.talk:
            told = self.words.say(
                f"ticket.remark.{remark.kind.value}",
                who=self._who(remark.who, remark.machine),
                time=self._moment(remark.time),
                text=self.drawn(remark.text),
            )
            yield from chop_cells(told, max(_LEAST_COLUMNS, self.width - 1))

    def _texts(self, detail: TicketDetail) -> Iterator[str]:
        """Values that were too long for their columns, whole."""
        long = [e for e in detail.sides if cell_len(e.side.text) > _LONG_COLUMNS]
        for each in long:
            yield from self.pair(self.letter(each.side.number), each.side.text)

    def _decisions(self, decisions: Sequence[DecisionView]) -> Iterator[str]:
        for each in decisions:
            yield from chop_cells(
                self.decision(each), max(_LEAST_COLUMNS, self.width - 1)
            )

    def _near(self, detail: TicketDetail) -> Iterator[str]:
        for each in detail.neighbours:
            key = "before" if each.is_before else "behind"
            text = f"{each.code} {each.title}".strip()
            yield from self.pair(self.words.say(f"ticket.near.{key}"), text)

    def _record(self, record: Record | None) -> Iterator[str]:
        if record is None:
            return
        code = self.words.say("ticket.code_word")
        yield from self.pair(code, record.code or self.words.say("entry.without_code"))
        for known in self.pack.fields:
            value = record.fields.get(known.name)
            if known.is_shown and known.name != "code" and value not in (None, []):
                yield from self.pair(
                    self.field(known.name), self.value(known.name, value)
                )

    def value(self, name: str, value: object) -> str:
        """A value of a field, by the word that people use for it."""
        if name == _STATE and value in _EXISTENCE:
            return self.words.say(f"state.{value}")
        text = field_text(name, value, self.pack, self.words)
        return self.drawn(text) or self.words.say("ticket.empty")

    def _short(self, name: str, value: object) -> str:
        return _cut(self.value(name, value))

    def _changed_field(self, change: FieldChange) -> str:
        """A record's being there is no field of the pack, though it is told as one."""
        is_existence = {change.before, change.after} & _EXISTENCE
        if change.field == _STATE and is_existence:
            return self.words.say("field.existence")
        return self.field(change.field)

    def _side_text(self, each: SideDetail, detail: TicketDetail) -> str:
        """A value; a withdrawal by the word for it, with its reason."""
        text = each.side.text
        if detail.ticket.ticket_class is not TicketClass.EXISTENCE:
            return text
        for kind in ("withdrawn", "restored"):
            if text.startswith(f"{kind}:"):
                reason = text.removeprefix(f"{kind}:")
                return self.words.say(f"ticket.{kind}", reason=reason)
        return text

    def _mongolian(self, letters: int) -> str:
        return self.words.say("shell.mongolian", letters=letters)


def _cut(text: str) -> str:
    """*text*, its end left out where it is long."""
    if cell_len(text) <= _SHORT_COLUMNS:
        return text
    return set_cell_size(text, _SHORT_COLUMNS - 1).rstrip() + "…"
