"""A record as lines of a page: label left, text right, wrapped under itself.

Pure of screen and store; widths are columns of the terminal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from rich.cells import cell_len, chop_cells

from node.catalogue.details import Detail
from node.catalogue.pack import Field, MergeClass, Pack
from node.catalogue.record import Change
from node.catalogue.tickets import Ticket
from node.catalogue.whereabouts import Whereabouts, Word
from sync.cli.sentences import reason_sentence
from sync.cli.values import field_label, value_text
from sync.words.catalogue import Words
from tui.display import drawable, time_text
from tui.open_form import text_of

_LEAST_COLUMNS = 8
SETTLED_BY_RULE: Final = (MergeClass.AUTOMATIC, MergeClass.STRICTEST)
"""Two values of such a field are a note: nobody has to decide."""


@dataclass(frozen=True, slots=True)
class RecordLines:
    """Makes the lines of a record's page."""

    pack: Pack
    words: Words
    fonds_title: str
    width: int
    label_columns: int = 14

    def contents(self, detail: Detail, *, with_empty: bool) -> list[str]:
        """Where it stands, what is undecided, then all that is known of it."""
        record, say = detail.record, self.words.say
        code = record.code or say("entry.without_code")
        lines = [
            *self.pair(say("record_page.place"), self._place(detail)),
            *self.pair(say("record_page.code"), f"{code}{self._code_words(detail)}"),
            *self.pair(say("record_page.state"), self._state(detail)),
            *self.pair(say("record_page.standing"), self.standing(detail)),
        ]
        if detail.code.former:
            former = self.words.join(detail.code.former)
            lines += self.pair(say("record_page.former"), former)
        lines.append("")
        for ticket in detail.open:
            lines += self._undecided(ticket)
        lines += self._fields(detail, with_empty=with_empty)
        return lines

    def history(self, detail: Detail) -> list[str]:
        """Every change: when, who, at which machine, with which receipt."""
        lines: list[str] = []
        last: dict[str, str] = {}
        for _, group in groupby(detail.history, lambda change: (change.log, change.n)):
            changes = list(group)
            lines += [*self._act(changes, last), ""]
        return lines

    def _code_words(self, detail: Detail) -> str:
        """Behind the code: 暂定 or 正式, and whether others claim it."""
        facts, say = detail.code, self.words.say
        if not facts.code:
            return ""
        parts = [
            say("numbers.is_final" if facts.is_final else "numbers.is_provisional")
        ]
        if facts.is_contested:
            held = "is_contested_held" if facts.is_holder else "is_contested"
            parts.append(say(f"numbers.{held}"))
        return "  " + "  ".join(parts)

    def standing(self, detail: Detail) -> str:
        """Where the record stands, in the words of the promise."""
        parts = [self.place_of(detail.whereabouts)]
        count = sum(not self._is_note(ticket) for ticket in detail.open)
        if count:
            parts.append(self.words.say("record_page.undecided", count=count))
        return "  ".join(parts)

    def place_of(self, place: Whereabouts) -> str:
        """Where a change stands."""
        reason = ""
        if place.reason and place.word is not Word.BARRED:
            reason = reason_sentence(place.reason, {}, self.words)
        return self.words.say(
            f"standing.{place.word}", receipt=place.receipt, reason=reason
        )

    def pair(self, label: str, text: str) -> list[str]:
        """A label and its text, in as many lines as it needs."""
        pad = max(0, self.label_columns - cell_len(label))
        head = f"{' ' * pad}{label}  "
        room = max(_LEAST_COLUMNS, self.width - self.label_columns - 3)
        pieces = chop_cells(self.drawn(text), room) or [""]
        indent = " " * (self.label_columns + 2)
        return [f"{head}{pieces[0]}", *(f"{indent}{piece}" for piece in pieces[1:])]

    def drawn(self, text: str) -> str:
        """*text* as a terminal can draw it."""
        named = self._mongolian
        return drawable(text, named)

    def _mongolian(self, letters: int) -> str:
        return self.words.say("shell.mongolian", letters=letters)

    def _place(self, detail: Detail) -> str:
        record = detail.record
        level = self.words.find(f"level.{record.level}") or record.level
        return f"{record.fonds} {self.fonds_title} {self.pack.title} {level}"

    def _state(self, detail: Detail) -> str:
        record = detail.record
        if record.state != "active":
            return self.words.find(f"state.{record.state}") or record.state
        key = "record_page.filed" if detail.is_filed else "record_page.waiting"
        return self.words.say(key)

    def _fields(self, detail: Detail, *, with_empty: bool) -> Iterator[str]:
        fields = detail.record.fields
        for known in self.pack.fields:
            if not known.is_shown or known.name in {"code", "state"}:
                continue
            if known.name in fields:
                text = text_of(known, fields[known.name])
                yield from self.pair(self._label(known), text)
            elif known.name in self.pack.filing.blocking:
                label = self._label(known)
                yield from self.pair(label, self.words.say("record_page.missing"))
            elif with_empty:
                yield from self.pair(self._label(known), "—")
        unknown = [name for name in fields if name not in self.pack.by_name]
        for name in unknown:
            yield from self.pair(name, value_text(fields[name]))

    def _label(self, known: Field) -> str:
        return field_label(known.name, self.pack, self.words)

    def _undecided(self, ticket: Ticket) -> Iterator[str]:
        """A field with several values and who wrote each."""
        sign = "note_sign" if self._is_note(ticket) else "sign"
        field = self._named(ticket.field)
        label = self.words.say(f"record_page.{sign}", field=field)
        for place, side in enumerate(ticket.values):
            told = self.words.say(
                "record_page.side",
                text=value_text(side.value),
                who=side.who,
                machine=side.machine,
                time=time_text(side.time),
            )
            yield from self.pair("" if place else label, f"{place + 1} {told}")
        yield ""

    def _is_note(self, ticket: Ticket) -> bool:
        """Whether nobody has to decide it."""
        known = self.pack.by_name.get(ticket.field)
        return known is not None and known.merge in SETTLED_BY_RULE

    def _named(self, name: str | None) -> str:
        if name is None or name == "state":
            return self.words.say("record_page.existence")
        return field_label(name, self.pack, self.words)

    def _act(self, changes: Sequence[Change], last: dict[str, str]) -> Iterator[str]:
        first = changes[0]
        act = self.words.find(f"act.{first.kind}") or self.words.say("act.unknown")
        head = self.words.say(
            "record_page.act",
            time=time_text(first.time),
            who=self.drawn(first.who),
            machine=self.drawn(first.machine),
            act=act,
            standing=self.place_of(first.standing),
        )
        yield from chop_cells(head, max(_LEAST_COLUMNS, self.width - 1))
        if first.signature:
            signer = self.drawn(first.signer)
            sign = self.words.say(f"signature.{first.signature}", signer=signer)
            yield from self.pair("", sign)
        for change in changes:
            yield from self._written(change, last)

    def _written(self, change: Change, last: dict[str, str]) -> Iterable[str]:
        text = value_text(change.value)
        if change.field is None:
            return self.pair("", text) if text else ()
        before = last.get(change.field, "")
        told = text or self.words.say("record_page.emptied")
        if change.kind in ("set", "resolve") and before and before != text:
            told = self.words.say("record_page.changed", before=before, now=told)
        if change.kind in ("create", "set", "resolve"):
            last[change.field] = text
        return self.pair(self._named(change.field), told)
