"""The fields of a form, made from the rule pack: labels, typing aids, faults."""

from __future__ import annotations

from collections.abc import Iterable

from node.catalogue.pack import Field, Obligation, Pack, Stage
from sync.cli.sentences import reason_sentence
from sync.cli.values import field_label
from sync.words.catalogue import Words
from tui.display import drawable
from tui.open_form import writable_fields
from tui.port.entries import EntriesPort, Fault
from tui.typing_aids import aid_for, half_width
from tui.widgets.form_field import FormField

_LABEL_COLUMNS = 14
_LABEL_COLUMNS_EN = 20
_MOST_CHARACTERS = 100_000
_FAULT_SIGN = "!"
_SHOWN_CHARACTERS = 40


class FormFields:
    """Makes a form's fields and says what is wrong with what stands in them."""

    def __init__(self, pack: Pack, words: Words, port: EntriesPort) -> None:
        self._pack = pack
        self._words = words
        self._port = port

    def first_page(self) -> list[Field]:
        """What everybody sees."""
        return [self._pack.field(name) for name in self._pack.form.entry]

    def further(self) -> list[Field]:
        """Everything else that people write."""
        first = set(self._pack.form.entry)
        return [each for each in writable_fields(self._pack) if each.name not in first]

    def made(self, fields: Iterable[Field], *, is_read_only: bool) -> list[FormField]:
        """Widgets for *fields*."""
        columns = _LABEL_COLUMNS if self._words.language == "zh" else _LABEL_COLUMNS_EN
        return [
            FormField(
                known.name,
                self.label(known.name),
                label_columns=columns,
                mark=self.mark(known),
                normalise=aid_for(known),
                is_read_only=is_read_only,
                most_characters=_MOST_CHARACTERS,
            )
            for known in fields
        ]

    def label(self, name: str) -> str:
        """What people call the field."""
        return field_label(name, self._pack, self._words)

    def mark(self, known: Field) -> str:
        """``*`` where an item is not filed without the field."""
        return "*" if known.name in self._pack.filing.blocking else ""

    def fault_of(self, field: FormField) -> str:
        """The sentence that says what is wrong in *field*; its sign is renewed."""
        name = field.name or ""
        fault = self._port.fault(name, field.text)
        sign = _FAULT_SIGN if fault else self.mark(self._pack.field(name))
        if field.mark != sign:
            field.mark = sign
            field.refresh()
        return self.sentence(name, fault) if fault else ""

    def sentence(self, name: str, fault: Fault) -> str:
        """What is wrong, why, how to put it right."""
        found = drawable(fault.found, self._named)[:_SHOWN_CHARACTERS]
        told = reason_sentence(
            fault.reason, {"found": found, "offer": fault.offer}, self._words
        )
        return self._words.say("entry.fault", field=self.label(name), fault=told)

    def tidy(self, field: FormField) -> bool:
        """Write what stands in *field* as the rule does; whether that changed it."""
        if field.is_offered or field.is_read_only or not field.text:
            return False
        name = field.name or ""
        tidied = self._offered(name, self._port.tidied(name, field.text))
        if tidied == field.text:
            return False
        field.put(tidied)
        return True

    def _offered(self, name: str, text: str) -> str:
        """The offered value that differs from *text* in case and width only."""
        wanted = half_width(text).upper()
        for each in self._pack.form.values.get(name, ()):
            if wanted == each.value.upper():
                return each.value
        return text

    def help_of(self, field: FormField) -> str:
        """The rule behind the field, and an example."""
        known = self._pack.field(field.name or "")
        if known.example:
            return self._words.say(
                "entry.rule_with_example", rule=known.help, example=known.example
            )
        return known.help

    def asked_now(self, texts: dict[str, str]) -> list[str]:
        """Fields without which not even a draft record is saved."""
        empty = [
            name
            for name in self._pack.form.entry
            if self._pack.field(name).obligation(Stage.DRAFT) is Obligation.REQUIRED
            and not texts.get(name, "").strip()
        ]
        if texts.get("date", "").strip() and "year" in empty:
            empty.remove("year")
        return empty

    def asked_at_filing(self, texts: dict[str, str]) -> list[str]:
        """Fields that are empty and that filing asks for."""
        return [
            name
            for name in self._pack.filing.blocking
            if not texts.get(name, "").strip()
        ]

    def _named(self, letters: int) -> str:
        return self._words.say("shell.mongolian", letters=letters)
