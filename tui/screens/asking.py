"""Questions that must be answered first: a choice, a few texts, a dangerous act.

A question lies over the screen that asks it. Digits and Enter answer, the arrows and
Enter too; Esc answers nothing, and nothing is done then. A letter never answers.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, TypeVar, cast

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static

from sync.words.catalogue import Words
from tui.screens.desk_screen import DeskScreen
from tui.widgets.form import Form
from tui.widgets.form_field import FormField, Normalise, as_typed

T = TypeVar("T")
_ROWS_AT_ONCE: Final = 9
_MOST_DIGITS: Final = 2
_ROOM_ROWS: Final = 8
"""Lines of the screen that a list leaves free."""


@dataclass(frozen=True, slots=True)
class Option:
    """One answer of a choice."""

    value: str
    label: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """One text that is asked for."""

    name: str
    label: str
    text: str = ""
    normalise: Normalise = as_typed


Check = Callable[[Mapping[str, str]], str]
"""The sentence that says what is wrong with the answers; empty where nothing is."""


class Question(ModalScreen[T]):
    """A box over a screen; *T* is the answer, nothing where there is none."""

    def __init__(self, title: str, lines: Sequence[str] = ()) -> None:
        super().__init__()
        self._title = title
        self._lines = tuple(lines)

    def body(self) -> ComposeResult:
        """What is between the text and the foot."""
        yield from ()

    def foot(self) -> str:
        """How to answer."""
        return ""

    @property
    def words(self) -> Words:
        """The sentences of the language in use."""
        return cast("Words", getattr(self.app, "words"))  # noqa: B009

    def compose(self) -> ComposeResult:
        """Title, text, answers, how to answer."""
        with Vertical(id="question"):
            yield Static(self._title, id="question-title", markup=False)
            for line in self._lines:
                yield Static(line, classes="question-line", markup=False)
            yield from self.body()
            yield Static("", id="question-fault", markup=False)
            if foot := self.foot():
                yield Static(foot, id="question-foot", markup=False)

    async def on_key(self, event: Key) -> None:
        """Esc leaves it unanswered; F1 is help as everywhere."""
        if event.key == "escape":
            event.stop()
            self.dismiss(None)
        elif event.key == "f1":
            event.stop()
            await self._help()

    def tell(self, text: str) -> None:
        """What is wrong with the answer."""
        self.query_one("#question-fault", Static).update(text)

    async def _help(self) -> None:
        for screen in reversed(self.app.screen_stack):
            if isinstance(screen, DeskScreen):
                await screen.desk_app.show_help(screen)
                return


class _Options(Widget, can_focus=True):
    """Numbered answers, the current one inverted, and the digits typed so far."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"options--current", "options--note"}
    DEFAULT_CSS = "_Options { height: auto; }"

    def __init__(self, options: Sequence[Option], prompt: str) -> None:
        super().__init__()
        self.options = tuple(options)
        self.current = 0
        self.digits = ""
        self._prompt = prompt

    def move(self, step: int) -> None:
        """Another one is the current one."""
        self.current = max(0, min(len(self.options) - 1, self.current + step))
        self.digits = ""
        self.refresh(layout=True)

    def show(self, options: Sequence[Option]) -> None:
        """Offer others."""
        self.options = tuple(options)
        self.move(0)

    @property
    def rows(self) -> int:
        """How many are shown at once."""
        return max(3, min(_ROWS_AT_ONCE, self.app.size.height - _ROOM_ROWS))

    def render(self) -> Text:
        """The page of answers around the current one."""
        current = self.get_component_rich_style("options--current")
        note = self.get_component_rich_style("options--note")
        text = Text(no_wrap=True, overflow="ellipsis")
        first = self.current - self.current % self.rows
        for place in range(first, min(first + self.rows, len(self.options))):
            option = self.options[place]
            style = current if place == self.current else ""
            text.append(f"{place + 1:>3} {option.label}", style)
            if option.note and option.note != option.label:
                text.append(f"  {option.note}", note)
            text.append("\n")
        if len(self.options) > self.rows:
            text.append(f"    {first // self.rows + 1}/", note)
            text.append(f"{-(-len(self.options) // self.rows)}\n", note)
        text.append(f"{self._prompt}{self.digits}_")
        return text


class Choice(Question[str]):
    """One of several answers; its value, or nothing."""

    def __init__(
        self, title: str, options: Sequence[Option], lines: Sequence[str] = ()
    ) -> None:
        super().__init__(title, lines)
        self._options = tuple(options)

    def body(self) -> ComposeResult:
        """The answers."""
        yield _Options(self._options, self.words.say("entry.ask.choose"))

    def on_mount(self) -> None:
        """The answers take the keys."""
        self.query_one(_Options).focus()

    async def on_key(self, event: Key) -> None:
        """Digits, arrows, Enter; what is none of these, every question knows."""
        shown = self.query_one(_Options)
        character = event.character or ""
        steps = {
            "up": -1,
            "down": 1,
            "pageup": -shown.rows,
            "pagedown": shown.rows,
            "home": -len(shown.options),
            "end": len(shown.options),
        }
        if len(character) == 1 and character.isdecimal():
            shown.digits = f"{shown.digits}{int(character)}"[:_MOST_DIGITS]
            self.tell("")
            shown.refresh()
        elif event.key == "backspace":
            shown.digits = shown.digits[:-1]
            shown.refresh()
        elif event.key in steps:
            shown.move(steps[event.key])
        elif event.key == "enter":
            self._answer(shown)
        else:
            return
        event.stop()
        event.prevent_default()

    def _answer(self, shown: _Options) -> None:
        place = int(shown.digits) - 1 if shown.digits else shown.current
        if shown.digits and int(shown.digits) == 0:
            self.dismiss(None)
        elif 0 <= place < len(shown.options):
            self.dismiss(shown.options[place].value)
        else:
            self.tell(self.words.say("shell.unknown", digits=shown.digits))
            shown.digits = ""
            shown.refresh()


class Ask(Question[Mapping[str, str]]):
    """A few texts; Enter behind the last one answers."""

    def __init__(
        self,
        title: str,
        asked: Sequence[Asked],
        lines: Sequence[str] = (),
        check: Check = lambda _texts: "",
    ) -> None:
        super().__init__(title, lines)
        self._asked = tuple(asked)
        self._check = check

    def body(self) -> ComposeResult:
        """The fields."""
        yield Form(
            FormField(each.name, each.label, text=each.text, normalise=each.normalise)
            for each in self._asked
        )

    def foot(self) -> str:
        """How to answer."""
        return self.words.say("entry.ask.foot")

    def on_mount(self) -> None:
        """The first field takes the keys."""
        self.first().focus()

    def first(self) -> FormField:
        """The field where typing begins."""
        return self.query_one(Form).fields[0]

    def on_form_ended(self, event: Form.Ended) -> None:
        """The answer, if nothing is wrong with it."""
        event.stop()
        if event.is_back:
            return
        texts = event.form.texts()
        fault = self._check(texts)
        if fault:
            self.tell(fault)
            last = event.form.fields[-1]
            last.offer(last.text)
            last.focus()
        else:
            self.dismiss(texts)


def last_four(text: str) -> str:
    """What a dangerous act asks to be typed: the end of a code or an id."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(each for each in plain if each.isalnum())[-4:].upper()
