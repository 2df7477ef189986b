"""第一次打开: a room is named, its fonds, who sits here; a hub is joined, or later.

Three pages: what is wanted, one form, what will be made. Esc goes back a page and keeps
what was typed. Hubs are founded by command.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static

from tui.commands import Command
from tui.display import drawable
from tui.port.founding import Founding, Wishes
from tui.screens.desk_screen import DeskScreen
from tui.widgets.form import Form
from tui.widgets.form_field import FormField, as_typed, half_width

ROOM: Final = "room"
PERSON: Final = "person"
CODE: Final = "code"
TITLE: Final = "title"
INVITATION: Final = "invitation"
ADDRESS: Final = "address"
_PLAIN: Final = (ROOM, PERSON, CODE, TITLE)
_INVITED: Final = (INVITATION, ADDRESS, *_PLAIN)
_HALF_WIDTH: Final = (CODE, ADDRESS)
_LANGUAGES: Final = {"zh": "en", "en": "zh"}


class Step(IntEnum):
    """Pages of the first run."""

    WELCOME = 0
    FORM = 1
    CHECK = 2
    JOIN_FAILED = 3


class FirstRunScreen(DeskScreen):
    """The first day of a machine."""

    TITLE_KEY: ClassVar[str] = "first_run.title"
    HELP_KEY: ClassVar[str] = "first_run"

    def __init__(self) -> None:
        super().__init__()
        self._step = Step.WELCOME
        self._is_invited = False
        self._is_busy = False
        self._is_checked = False
        """Somebody wanted to go on: what is empty is told too."""
        self._texts: dict[str, str] = {}

    @property
    def founding(self) -> Founding:
        """What makes the machine."""
        founding = self.desk_app.founding
        if founding is None:
            message = "a first run needs who founds"
            raise RuntimeError(message)
        return founding

    def body(self) -> ComposeResult:
        """Words above, the form below."""
        yield Static("", id="first-run-words", markup=False)
        yield Vertical(id="first-run-form")

    def on_mount(self) -> None:
        """The first page."""
        super().on_mount()
        self.run_worker(self._show(Step.WELCOME), group="page", exclusive=True)

    def commands(self) -> Sequence[Command]:
        """What can be done on this page."""
        match self._step:
            case Step.WELCOME:
                return (
                    Command("1", "first_run.new", self._begin_new),
                    Command("2", "first_run.invited", self._begin_invited),
                    Command("3", "first_run.guide", self._open_guide),
                    Command("4", "first_run.language", self._other_language),
                    Command("0", "first_run.leave", self.step_back),
                )
            case Step.FORM:
                return (
                    Command("1", "first_run.on", self._check, "f2"),
                    Command("0", "first_run.back", self.step_back),
                )
            case Step.CHECK:
                return (
                    Command("1", "first_run.make", self._make, "f2"),
                    Command("0", "first_run.back", self.step_back),
                )
            case Step.JOIN_FAILED:
                return (
                    Command("1", "first_run.join_again", self._make),
                    Command("2", "first_run.join_later", self._open_home),
                    Command("0", "first_run.back", self.step_back),
                )

    async def step_back(self) -> None:
        """A page back; what was typed is kept. From the first one, out."""
        if self._is_busy:
            return
        self.tell("")
        match self._step:
            case Step.WELCOME:
                await self.desk_app.leave()
            case Step.FORM:
                self._keep()
                await self._show(Step.WELCOME)
            case Step.CHECK | Step.JOIN_FAILED:
                await self._show(Step.FORM)

    def on_form_field_entered(self, event: FormField.Entered) -> None:
        """What this field is for stands above the form."""
        self._explain(event.field.name or "")
        self._tell_fault(event.field)

    def on_form_field_changed(self, event: FormField.Changed) -> None:
        """Checked while it is typed."""
        self._keep()
        self._tell_fault(event.field)

    def _tell_fault(self, field: FormField) -> None:
        name = field.name or ""
        is_asked = self._is_checked or bool(field.text.strip())
        fault = self._fault(name, field.text) if is_asked else ""
        self.tell(self._sentence(name, fault), is_fault=bool(fault))

    def _sentence(self, name: str, fault: str) -> str:
        return self.say(f"first_run.fault.{name}.{fault}") if fault else ""

    def _fault(self, name: str, text: str) -> str:
        checks: Mapping[str, Callable[[str], str]] = {
            ROOM: self.founding.room_fault,
            PERSON: self.founding.person_fault,
            CODE: self.founding.code_fault,
            TITLE: self.founding.title_fault,
            INVITATION: self.founding.invitation_fault,
            ADDRESS: self._address_fault,
        }
        return checks[name](text)

    def _address_fault(self, text: str) -> str:
        """An address is needed only where the invitation names none."""
        invitation = self._texts.get(INVITATION, "")
        if text.strip() or self.founding.invitation_fault(invitation):
            return ""
        return "" if self.founding.address_of(invitation) else "empty"

    @property
    def _names(self) -> tuple[str, ...]:
        return _INVITED if self._is_invited else _PLAIN

    def _keep(self) -> None:
        for form in self.query(Form):
            self._texts.update(form.texts())

    async def _begin_new(self) -> None:
        self._is_invited = False
        await self._show(Step.FORM)

    async def _begin_invited(self) -> None:
        self._is_invited = True
        await self._show(Step.FORM)

    async def _open_guide(self) -> None:
        await self.desk_app.open("guide")

    async def _other_language(self) -> None:
        other = _LANGUAGES[self.words.language]
        await self.desk_app.change_language(other)
        await self.desk_app.begin_again("first_run")

    async def _check(self) -> None:
        self._keep()
        self._is_checked = True
        for name in self._names:
            fault = self._fault(name, self._texts.get(name, ""))
            if fault:
                self.query_one(Form).field(name).focus()
                self.tell(self._sentence(name, fault), is_fault=True)
                return
        await self._show(Step.CHECK)

    async def _make(self) -> None:
        """Make the machine, join if asked to, and open the desk."""
        if self._is_busy:
            return
        self._is_busy = True
        try:
            if not self.desk_app.has_desk:
                self.tell(self.say("first_run.making"))
                desk = await self.founding.found(self._wishes())
                self.desk_app.desk = desk
            if self._is_invited:
                self.tell(self.say("first_run.joining"))
                invitation = self._texts[INVITATION]
                address = self._texts.get(ADDRESS, "")
                await self.desk.joining.join(invitation, address, self.words.language)
        except self.desk_app.known_errors as error:
            if self.desk_app.has_desk:
                await self._show(Step.JOIN_FAILED)
            self.tell_error(error)
            return
        finally:
            self._is_busy = False
        await self._open_home()

    async def _open_home(self) -> None:
        self.desk_app.call_later(self.desk_app.begin_again, "home", "guide")

    def _wishes(self) -> Wishes:
        texts = self._texts
        return Wishes(texts[ROOM], texts[PERSON], texts[CODE], texts[TITLE])

    async def _show(self, step: Step) -> None:
        """Draw another page."""
        self._step = step
        self.forget_digits()
        place = self.query_one("#first-run-form", Vertical)
        await place.remove_children()
        match step:
            case Step.WELCOME:
                self._say_words(
                    self.say("first_run.welcome", folder=self.founding.folder)
                )
            case Step.FORM:
                await place.mount(self._form())
                place.query(FormField).first().focus()
            case Step.CHECK:
                self._say_words(f"{self.say('first_run.check')}\n\n{self._summary()}")
            case Step.JOIN_FAILED:
                self._say_words(self.say("first_run.join_failed"))
        self.renew_commands()
        if step is not Step.FORM:
            self.focus_on(self.query_one("#commands", Widget))

    def _form(self) -> Form:
        fields = []
        for name in self._names:
            label = self.say(f"first_run.label.{name}")
            mark = "" if name == ADDRESS else "*"
            text = self._texts.get(name, "")
            normalise = half_width if name in _HALF_WIDTH else as_typed
            field = FormField(name, label, mark=mark, text=text, normalise=normalise)
            field.hint = self.say(f"first_run.hint.{name}")
            fields.append(field)
        return Form(fields)

    def _explain(self, name: str) -> None:
        self._say_words(self.say(f"first_run.explain.{name}"))

    def _summary(self) -> str:
        """What was typed, one line each."""
        lines = []
        for name in self._names:
            text = self._texts.get(name, "").strip()
            if text:
                label = self.say(f"first_run.label.{name}")
                lines.append(f"  {label}: {drawable(text, self._named)}")
        folder = self.say("first_run.label.folder")
        return "\n".join([*lines, f"  {folder}: {self.founding.folder}"])

    def _named(self, letters: int) -> str:
        return self.say("shell.mongolian", letters=letters)

    def _say_words(self, text: str) -> None:
        self.query_one("#first-run-words", Static).update(text)
